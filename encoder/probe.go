package encoder

import (
	"context"
	"image"
	"log/slog"
	"slices"
	"time"

	"github.com/asticode/go-astiav"
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

// A Trial says what encoders are to be tried with. Sustain, but not Probe, takes a zero Size or FrameRate and the Preset
// "auto": what it finds is to fill them in.
type Trial struct {
	Video      string      `json:"video"` // SPEC of the pictures; "" is the test card
	Size       image.Point `json:"size"`
	FrameRate  Rational    `json:"frame_rate"`
	BitRate    int         `json:"bit_rate"`
	Preset     string      `json:"preset"`
	LowLatency bool        `json:"low_latency"`
	LookAhead  bool        `json:"look_ahead"`

	Native image.Point  `json:"-"` // the size of the source, which is not enlarged; zero if it is unknown
	Codec  Codec        `json:"-"` // only encoders for it; "" for all
	Cache  string       `json:"-"` // file to keep results in; "" for none. Probe's on a SPEC's pictures are not kept
	Log    *slog.Logger `json:"-"` // may be nil
	Table  []Row        `json:"-"` // nil is Table()
}

func (t Trial) logger() *slog.Logger {
	if t.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return t.Log
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
	path := t.Cache
	if !t.drawn() {
		path = ""
	}
	kept := openCache(path)
	for _, row := range t.Table {
		if t.Codec != "" && row.Codec != t.Codec {
			continue
		}
		f, ok := kept.get(row, []Trial{t})
		if !ok {
			f.Report = probeRow(ctx, t, row)
			kept.put(row, []Trial{t}, f)
		}
		reports = append(reports, f.Report)
	}
	kept.save(t.logger())
	codec := t.Codec
	if codec == "" {
		codec = H264
	}
	return choose(reports, codec, t.budget()), reports
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
	software := Software(t)
	t.Table = slices.DeleteFunc(slices.Clone(t.Table), func(r Row) bool { return !r.Hardware })
	if auto, reports := Probe(ctx, t); auto != "" {
		for _, r := range reports {
			if r.Name == auto && (software == "" || r.MSPerFrame <= t.budget()) {
				return auto
			}
		}
	}
	return software
}

// Software returns the encoder for t's codec that needs no graphics card, "" if there is none.
func Software(t Trial) string {
	if t.Table == nil {
		t.Table = Table()
	}
	for _, row := range t.Table {
		if row.Codec == t.Codec && !row.Hardware {
			return row.Name
		}
	}
	return ""
}

// probeRow tries one encoder in a process of its own, if FFmpeg has it at all.
func probeRow(ctx context.Context, t Trial, row Row) Report {
	r := Report{Name: row.Name, Codec: row.Codec}
	if astiav.FindEncoderByName(row.ffmpeg()) == nil {
		r.Reason = "this FFmpeg was built without it"
		return r
	}
	result, err := runChild(ctx, []Trial{t}, row.Name)
	if err == nil {
		return result.Report
	}
	r.Reason = err.Error()
	if row.needs != "" {
		r.Reason = "it needs " + row.needs + ": " + r.Reason
	}
	return r
}
