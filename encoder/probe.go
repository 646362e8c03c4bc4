package encoder

import (
	"errors"
	"fmt"
	"image"
	"log/slog"
	"slices"
	"time"

	"golive/capture"
)

// A Report says whether an encoder works here.
type Report struct {
	Name       string  `json:"name"`
	Codec      Codec   `json:"codec"`
	Works      bool    `json:"works"`
	Reason     string  `json:"reason"` // why not, in plain words
	MSPerFrame float64 `json:"ms_per_frame"`
}

const (
	probeFrames = 30
	probeLimit  = 3 * time.Second
)

// Probe tries every encoder of the table on real pictures of the test card, of this size and rate, and measures it with
// a preset ("" for the default, also where the encoder does not have it).
// auto is the name of the one that "auto" takes for H.264, "" when none works. An encoder
// that has not done 30 pictures in 3 s of its own time does not work. log gets FFmpeg's warnings.
func Probe(size image.Point, rate Rational, bitRate int, preset string, log *slog.Logger) (auto string, reports []Report) {
	for _, e := range table() {
		r := Report{Name: e.name, Codec: e.codec}
		ms, err := measure(VideoConfig{
			Encoder: e.name, Codec: e.codec, Width: size.X, Height: size.Y, FrameRate: rate, BitRate: bitRate,
			Preset: known(e, preset), Log: log,
		})
		r.Works, r.MSPerFrame = err == nil, float64(int(ms*100))/100
		if err != nil {
			r.Reason = err.Error()
		} else if auto == "" && e.codec == H264 {
			auto = e.name
		}
		reports = append(reports, r)
	}
	return auto, reports
}

// known returns the preset if the encoder has it.
func known(e entry, preset string) string {
	if slices.Contains(e.presets, preset) {
		return preset
	}
	return ""
}

// measure encodes pictures for as long as a probe may take and returns the mean time of one, in ms.
func measure(c VideoConfig) (float64, error) {
	v, err := NewVideo(c)
	if err != nil {
		return 0, err
	}
	defer v.Close()
	// The pictures come as fast as can be; they are encoded as if they came at the frame rate that is wanted.
	source, err := capture.OpenVideo("pattern", capture.VideoOptions{
		Clock: capture.NewClock(), Size: image.Pt(c.Width, c.Height), FrameRate: Rational{Num: 240, Den: 1},
	})
	if err != nil {
		return 0, err
	}
	defer source.Close()
	var spent time.Duration
	packets := 0
	for n := range probeFrames {
		drawn, err := source.ReadVideo()
		if err != nil {
			return 0, err
		}
		f := drawn.Repeat(capture.Duration(int64(n), c.FrameRate), drawn.Captured)
		drawn.Release()
		start := time.Now()
		out, err := v.Encode(f)
		spent += time.Since(start)
		f.Release()
		packets += len(out)
		if err != nil {
			return 0, err
		}
		if spent > probeLimit {
			return 0, fmt.Errorf("too slow: %d pictures in %s", n+1, probeLimit)
		}
	}
	rest, err := v.Flush()
	if err == nil && packets+len(rest) != probeFrames {
		err = errors.New("it lost pictures")
	}
	return spent.Seconds() * 1000 / probeFrames, err
}
