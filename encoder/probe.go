package encoder

import (
	"errors"
	"fmt"
	"image"
	"log/slog"
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

// Probe tries every encoder of the table on real pictures of the test card, of this size and rate, and measures it.
// auto is the name of the one that "auto" takes for H.264, "" when none works. It takes at most 3 s an
// encoder. log gets FFmpeg's warnings.
func Probe(size image.Point, rate Rational, bitRate int, log *slog.Logger) (auto string, reports []Report) {
	for _, e := range table() {
		r := Report{Name: e.name, Codec: e.codec}
		ms, err := measure(VideoConfig{
			Encoder: e.name, Codec: e.codec, Width: size.X, Height: size.Y, FrameRate: rate, BitRate: bitRate,
			Log: log,
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

// measure encodes pictures for as long as a probe may take and returns the mean time of one, in ms.
func measure(c VideoConfig) (float64, error) {
	v, err := NewVideo(c)
	if err != nil {
		return 0, err
	}
	defer v.Close()
	source, err := capture.OpenVideo("pattern", capture.VideoOptions{
		Clock: capture.NewClock(), Size: image.Pt(c.Width, c.Height), FrameRate: c.FrameRate,
	})
	if err != nil {
		return 0, err
	}
	defer source.Close()
	var spent time.Duration
	begin, packets := time.Now(), 0
	for n := range probeFrames {
		f, err := source.ReadVideo()
		if err != nil {
			return 0, err
		}
		start := time.Now()
		out, err := v.Encode(f)
		spent += time.Since(start)
		f.Release()
		packets += len(out)
		if err != nil {
			return 0, err
		}
		if time.Since(begin) > probeLimit {
			return 0, fmt.Errorf("too slow: %d pictures in %s", n+1, probeLimit)
		}
	}
	rest, err := v.Flush()
	if err == nil && packets+len(rest) != probeFrames {
		err = errors.New("it lost pictures")
	}
	return spent.Seconds() * 1000 / probeFrames, err
}
