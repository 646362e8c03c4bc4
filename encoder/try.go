package encoder

import (
	"fmt"
	"image"
	"log/slog"
	"sort"
	"time"

	"golive/capture"
)

const (
	// maxFilm bounds the pictures that are kept for trials, in bytes.
	maxFilm = 256 << 20
	// maxHeld is how many pictures may be inside an encoder of low latency when it was given another.
	maxHeld = 1
	// soonest is after how many pictures a trial ends that is far too slow.
	soonest = 8
)

// try encodes the same pictures as each trial asks for, until one is sustained. What is easier than that is sustained
// too, so only a few are tried.
func try(trials []Trial, row Row, log *slog.Logger) (f finding, err error) {
	pictures, err := film(trials[0])
	if err != nil {
		return f, err
	}
	defer release(pictures)
	at := func(place int, limit time.Duration) (f finding, sustained bool, err error) {
		f.Place = place
		f.Report, err = measure(trials[place], row, pictures, limit, log)
		return f, err == nil && f.Report.MSPerFrame <= trials[place].budget(), err
	}
	last := len(trials) - 1
	if last == 0 {
		f, _, err = at(0, probeLimit)
		return f, err
	}
	best := finding{Place: -1}
	sustains := func(place int) bool {
		f, sustained, _ := at(place, time.Duration(probeFrames*trials[place].budget()*float64(time.Millisecond)))
		if sustained {
			best = f
		}
		return sustained
	}
	if !sustains(0) {
		sort.Search(last, func(i int) bool { return sustains(1 + i) }) // the best one that it comes by is the one it looks for
	}
	if best.Place < 0 {
		best, _, err = at(last, probeLimit)
	}
	return best, err
}

// drawn says whether the pictures are of the test card.
func (t Trial) drawn() bool { return t.Video == "" || t.Video == "pattern" }

// open opens the source of the pictures. The test card draws them as fast as can be; they are encoded as if they came
// at the frame rate that is wanted.
func (t Trial) open() (capture.VideoSource, error) {
	o := capture.VideoOptions{Clock: capture.NewClock(), Size: t.Size, FrameRate: t.FrameRate}
	if t.drawn() {
		o.FrameRate = Rational{Num: 240, Den: 1}
		return capture.OpenVideo("pattern", o)
	}
	return capture.OpenVideo(t.Video, o)
}

// film takes the pictures for trials.
func film(t Trial) (pictures []*capture.VideoFrame, err error) {
	source, err := t.open()
	if err != nil {
		return nil, err
	}
	defer source.Close()
	for range max(1, min(probeFrames, maxFilm/(t.Size.X*t.Size.Y*3/2))) {
		f, err := source.ReadVideo()
		if err != nil {
			release(pictures)
			return nil, err
		}
		pictures = append(pictures, f)
	}
	return pictures, nil
}

func release(pictures []*capture.VideoFrame) {
	for _, f := range pictures {
		f.Release()
	}
}

// measure encodes pictures, to and fro when there are few. It gives up when they take longer than a limit, or clearly will.
func measure(t Trial, row Row, pictures []*capture.VideoFrame, limit time.Duration, log *slog.Logger) (Report, error) {
	r := Report{Name: row.Name, Codec: row.Codec}
	v, err := NewVideo(VideoConfig{
		Encoder: row.Name, Codec: row.Codec, Preset: t.Preset, Width: t.Size.X, Height: t.Size.Y, FrameRate: t.FrameRate,
		BitRate: t.BitRate, LowLatency: t.LowLatency, LookAhead: t.LookAhead, Log: log, Table: []Row{row},
	})
	if err != nil {
		return r, reason(err)
	}
	defer v.Close()
	var spent time.Duration
	packets := 0
	for n := range probeFrames {
		f := posed(pictures, n, t)
		start := time.Now()
		out, err := v.Encode(f)
		spent += time.Since(start)
		f.Release()
		if err != nil {
			return r, err
		}
		packets += len(out)
		r.HeldFrames = max(r.HeldFrames, n+1-packets)
		if spent > limit || n >= soonest && spent > limit*time.Duration(3*n)/(2*probeFrames) {
			return r, fmt.Errorf("it is too slow: %d pictures of %dx%d in %v", n+1, t.Size.X, t.Size.Y, spent.Round(time.Millisecond))
		}
	}
	start := time.Now()
	rest, err := v.Flush()
	spent += time.Since(start)
	switch {
	case err != nil:
	case packets+len(rest) != probeFrames:
		err = fmt.Errorf("it lost %d of %d pictures", probeFrames-packets-len(rest), probeFrames)
	case t.LowLatency && r.HeldFrames > maxHeld:
		err = fmt.Errorf("it has no low latency: it holds %d pictures", r.HeldFrames)
	}
	r.Works, r.MSPerFrame = err == nil, float64(spent.Microseconds()/probeFrames)/1000
	return r, err
}

// posed returns the nth picture for a trial, in its size and at its time.
func posed(pictures []*capture.VideoFrame, n int, t Trial) *capture.VideoFrame {
	turn := max(1, 2*(len(pictures)-1))
	f := pictures[min(n%turn, turn-n%turn)%len(pictures)]
	if t.Size != image.Pt(f.Width, f.Height) {
		f = f.Scaled(t.Size)
		defer f.Release()
	}
	return f.Repeat(capture.Duration(int64(n), t.FrameRate), f.Captured)
}
