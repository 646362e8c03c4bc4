package encoder

import (
	"context"
	"fmt"
	"image"
	"log/slog"
	"time"

	"github.com/asticode/go-astiav"

	"golive/capture"
)

// A Report says whether an encoder works here.
type Report struct {
	Name       string  `json:"name"`
	Codec      Codec   `json:"codec"`
	Works      bool    `json:"works"`
	Reason     string  `json:"reason"` // why not, in plain words
	MSPerFrame float64 `json:"ms_per_frame"`
	HeldFrames int     `json:"held_frames"` // the most pictures that were inside at once after one was put in
}

// A Trial says what encoders are to be tried with.
type Trial struct {
	Video      string      `json:"video"` // SPEC of the pictures; "" is the test card
	Size       image.Point `json:"size"`
	FrameRate  Rational    `json:"frame_rate"`
	BitRate    int         `json:"bit_rate"`
	Preset     string      `json:"preset"`
	LowLatency bool        `json:"low_latency"`

	Codec Codec        `json:"-"` // only encoders for it; "" for all
	Cache string       `json:"-"` // file to keep results in; "" for none. Those on a SPEC's pictures are not kept
	Log   *slog.Logger `json:"-"` // may be nil
	Table []Row        `json:"-"` // nil is Table()
}

const (
	probeFrames = 30
	probeLimit  = 3 * time.Second
	// HeadRoom is the part of the time between two pictures that encoding one may take.
	HeadRoom = 0.75
)

// Probe tries every encoder of the table on real pictures, each in a process of its own, so that a driver that crashes
// takes nothing down, and for 3 s at most. auto is the name of the one that "auto" takes, for H.264 unless t names a
// codec: the first that works with head-room, else the fastest, "" when none works.
//
// That process is this program with the argument ProbeCommand; it must call RunProbe then.
func Probe(ctx context.Context, t Trial) (auto string, reports []Report) {
	if t.Table == nil {
		t.Table = Table()
	}
	if t.Log == nil {
		t.Log = slog.New(slog.DiscardHandler)
	}
	kept := openCache(t)
	for _, row := range t.Table {
		if t.Codec != "" && row.Codec != t.Codec {
			continue
		}
		report, ok := kept.get(row)
		if !ok {
			report = probeRow(ctx, t, row)
			kept.put(row, report)
		}
		reports = append(reports, report)
	}
	if err := kept.save(); err != nil {
		t.Log.Warn("the trials of the encoders are not kept for the next time", "error", err)
	}
	codec := t.Codec
	if codec == "" {
		codec = H264
	}
	return choose(reports, codec, 1000*HeadRoom/t.FrameRate.Float()), reports
}

// choose returns the first that takes at most budget ms, else the fastest.
func choose(reports []Report, codec Codec, budget float64) string {
	var best *Report
	for i, r := range reports {
		if r.Codec != codec || !r.Works {
			continue
		}
		if r.MSPerFrame <= budget {
			return r.Name
		}
		if best == nil || r.MSPerFrame < best.MSPerFrame {
			best = &reports[i]
		}
	}
	if best == nil {
		return ""
	}
	return best.Name
}

// Choose returns the encoder that "auto" means: the first one of a graphics card that works with head-room, else the
// one that needs none, which is not tried.
func Choose(ctx context.Context, t Trial) string {
	if t.Table == nil {
		t.Table = Table()
	}
	var cards []Row
	software := ""
	for _, row := range t.Table {
		switch {
		case row.Codec != t.Codec:
		case row.Hardware:
			cards = append(cards, row)
		case software == "":
			software = row.Name
		}
	}
	t.Table = cards
	if auto, reports := Probe(ctx, t); auto != "" {
		for _, r := range reports {
			if r.Name == auto && (software == "" || r.MSPerFrame <= 1000*HeadRoom/t.FrameRate.Float()) {
				return auto
			}
		}
	}
	return software
}

// probeRow tries one encoder in a process of its own, if FFmpeg has it at all.
func probeRow(ctx context.Context, t Trial, row Row) Report {
	r := Report{Name: row.Name, Codec: row.Codec}
	if astiav.FindEncoderByName(row.ffmpeg()) == nil {
		r.Reason = "this FFmpeg was built without it"
		return r
	}
	result, err := runChild(ctx, t, row.Name)
	if err == nil {
		return result
	}
	r.Reason = err.Error()
	if row.needs != "" {
		r.Reason = "it needs " + row.needs + ": " + r.Reason
	}
	return r
}

// open opens the source of the pictures. The test card draws them as fast as can be; they are encoded as if they came
// at the frame rate that is wanted.
func (t Trial) open() (capture.VideoSource, error) {
	o := capture.VideoOptions{Clock: capture.NewClock(), Size: t.Size, FrameRate: t.FrameRate}
	if t.Video == "" || t.Video == "pattern" {
		o.FrameRate = Rational{Num: 240, Den: 1}
		return capture.OpenVideo("pattern", o)
	}
	return capture.OpenVideo(t.Video, o)
}

// try encodes pictures for as long as a probe may take and measures that.
func try(t Trial, row Row) (Report, error) {
	r := Report{Name: row.Name, Codec: row.Codec}
	v, err := NewVideo(VideoConfig{
		Encoder: row.Name, Codec: row.Codec, Preset: t.Preset, Width: t.Size.X, Height: t.Size.Y, FrameRate: t.FrameRate,
		BitRate: t.BitRate, LowLatency: t.LowLatency, Log: t.Log, Table: []Row{row},
	})
	if err != nil {
		return r, reason(err)
	}
	defer v.Close()
	source, err := t.open()
	if err != nil {
		return r, err
	}
	defer source.Close()
	var spent time.Duration
	packets := 0
	for n := range probeFrames {
		taken, err := source.ReadVideo()
		if err != nil {
			return r, err
		}
		f := taken.Repeat(capture.Duration(int64(n), t.FrameRate), taken.Captured)
		taken.Release()
		start := time.Now()
		out, err := v.Encode(f)
		spent += time.Since(start)
		f.Release()
		if err != nil {
			return r, err
		}
		packets += len(out)
		r.HeldFrames = max(r.HeldFrames, n+1-packets)
		if spent > probeLimit {
			return r, fmt.Errorf("it is too slow: %d pictures of %dx%d in %v", n+1, t.Size.X, t.Size.Y, probeLimit)
		}
	}
	start := time.Now()
	rest, err := v.Flush()
	spent += time.Since(start)
	if err == nil && packets+len(rest) != probeFrames {
		err = fmt.Errorf("it lost %d of %d pictures", probeFrames-packets-len(rest), probeFrames)
	}
	r.Works, r.MSPerFrame = err == nil, float64(spent.Microseconds()/probeFrames)/1000
	return r, err
}
