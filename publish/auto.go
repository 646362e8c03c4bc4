package publish

import (
	"context"
	"fmt"
	"image"
	"time"

	"golive/capture"
	"golive/encoder"
)

// Trial returns what encoders are tried with for a broadcast, on the pictures of its source.
func (c Config) Trial() encoder.Trial {
	return encoder.Trial{
		Video: c.Video, Native: capture.NativeSize(c.Video), Size: c.Size, FrameRate: c.FrameRate, BitRate: c.BitRate,
		Preset: c.Preset, LowLatency: c.LowLatency, LookAhead: c.LookAhead,
		Codec: c.Codec, Cache: encoder.CachePath(), Log: c.Log, Table: c.encoders,
	}
}

// settled returns c with what it leaves to this computer filled in: the size, the frame rate and the preset that it
// sustains on the pictures of the source. It takes up to some seconds, and no time when it was done lately. The error is
// that of the source, or encoder.ErrNoEncoder.
func (c Config) settled(ctx context.Context) (Config, error) {
	if c.Size != (image.Point{}) && c.FrameRate.Num != 0 && c.Preset != "auto" {
		return c, nil
	}
	begin := time.Now()
	t := c.Trial()
	name := c.Encoder
	if !c.TryEncoders && (name == "auto" || name == "") {
		name = encoder.Software(t)
	}
	a, reports := encoder.Sustain(ctx, t, name)
	if !a.Report.Works {
		return c, encoder.Failed(a, reports)
	}
	c.Encoder, c.Preset, c.Size, c.FrameRate = a.Report.Name, a.Preset, a.Size, a.FrameRate
	c.Log.Info("settings for this computer", "encoder", c.Encoder, "preset", c.Preset, "size", fmt.Sprintf("%dx%d", c.Size.X, c.Size.Y),
		"fps", c.FrameRate.String(), "ms_per_frame", a.Report.MSPerFrame, "took", time.Since(begin).Round(time.Millisecond).String())
	if !a.Sustained {
		c.Log.Warn("this computer is too slow even for the lightest settings; close other programs")
	}
	return c, nil
}
