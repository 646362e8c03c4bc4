package encoder

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/asticode/go-astiav"
)

// A Row of the table tells how one of FFmpeg's video encoders takes our settings. Names and values of options are
// FFmpeg's; a picture of its own (an IDR) and the distance of key frames are asked of all in the same way.
type Row struct {
	Name  string // of the encoder
	Codec Codec
	// Hardware: it runs on a graphics card, and libx264 takes its place if it fails.
	Hardware bool

	needs   string // what it needs, in plain words; "" for nothing but the processor
	library string // FFmpeg's name of the encoder; "" for Name
	input   input
	device  string // kind of device into whose memory pictures are copied; "" where the encoder takes them as they are

	presetOption string
	presets      []string // fastest first; none for an encoder that has no choice
	preset       string   // the default one

	always map[string]string // options for every broadcast
	direct map[string]string // options to give each picture back before it takes the next: no B-frames, no look-ahead
	low    map[string]string // more than direct, for low latency
	ahead  map[string]string // options for look-ahead and B-frames; {n} is the number of pictures to look ahead

	fixedKeys bool // key frames come at their distance only: for one in between it is opened anew
	fixedRate bool // the bit rate is fixed while it is open: for another one it is opened anew, at a key frame
	slowRate  bool // it takes seconds to follow its bit rate, unless the buffer is small for a while
	neverLow  bool // it holds several pictures whatever it is told, so that it has no low latency
	lateSets  bool // the sequence header it gives when it opens is not the one that it uses

	fault func(picture int64) error // makes it fail, for tests
}

// An input says how an encoder wants its pictures.
type input int

const (
	planar   input = iota // I420, as they are captured, without a copy
	biplanar              // NV12
)

// words are the names of presets that every row knows, fastest first. Each means the preset at the same place of the row.
var words = [...]string{"ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow"}

// Failing returns r by another name, as an encoder on a graphics card that fails as fault says, called ahead of each
// picture, from 0 on. It lets tests see what a broken driver leads to.
func (r Row) Failing(name string, fault func(picture int64) error) Row {
	r.library, r.Name, r.Hardware, r.fault = r.ffmpeg(), name, true, fault
	return r
}

func (r Row) ffmpeg() string {
	if r.library != "" {
		return r.library
	}
	return r.Name
}

// presetIndex returns the place among r's presets that a name means: one of its own, one of words, or "" or "auto" for
// the default.
func (r Row) presetIndex(name string) (int, error) {
	if name == "" || name == "auto" {
		name = r.preset
	}
	if i := slices.Index(r.presets, name); i >= 0 {
		return i, nil
	}
	i := slices.Index(words[:], name)
	if i < 0 && name != "" {
		return 0, fmt.Errorf("%w: %s has no preset %q; it has: %s", ErrNoEncoder, r.Name, name,
			strings.Join(slices.Compact(slices.Concat(r.presets, words[:])), ", "))
	}
	return int(math.Round(float64(max(0, i)*max(0, len(r.presets)-1)) / float64(len(words)-1))), nil
}

// Presets returns the names of presets that an encoder takes, the default one first; nil for an encoder that Golive does
// not know. "auto" has those of libx264.
func Presets(name string) []string {
	if name == "auto" || name == "" {
		name = "libx264"
	}
	for _, r := range Table() {
		if r.Name == name {
			var names []string
			for _, p := range slices.Concat([]string{r.preset}, r.presets, words[:]) {
				if p != "" && !slices.Contains(names, p) {
					names = append(names, p)
				}
			}
			return names
		}
	}
	return nil
}

// options returns r's options for settings that were checked.
func (r Row) options(c VideoConfig) map[string]string {
	o := maps.Clone(r.always)
	if o == nil {
		o = map[string]string{}
	}
	modes := []map[string]string{r.direct}
	if c.LookAhead {
		modes = []map[string]string{r.ahead}
	} else if c.LowLatency {
		modes = append(modes, r.low)
	}
	n := strconv.Itoa(max(1, min(20, int(c.FrameRate.Float()/2))))
	for _, mode := range modes {
		for k, v := range mode {
			v = strings.ReplaceAll(v, "{n}", n)
			if had, ok := o[k]; ok && strings.HasSuffix(k, "-params") { // a list of settings of its own
				v = had + ":" + v
			}
			o[k] = v
		}
	}
	if i, err := r.presetIndex(c.Preset); err == nil && len(r.presets) > 0 {
		o[r.presetOption] = r.presets[i]
	}
	return o
}

// find returns the row that a name means for a codec, if this FFmpeg has it; for "auto", the first one that needs no
// graphics card.
func find(table []Row, name string, codec Codec) (Row, *astiav.Codec, error) {
	auto := name == "" || name == "auto"
	var names []string
	for _, r := range table {
		if r.Codec != codec {
			continue
		}
		names = append(names, r.Name)
		if r.Name != name && (!auto || r.Hardware) {
			continue
		}
		if c := astiav.FindEncoderByName(r.ffmpeg()); c != nil {
			return r, c, nil
		}
		if !auto {
			return Row{}, nil, fmt.Errorf("%w: this FFmpeg was built without %s", ErrNoEncoder, r.Name)
		}
	}
	if auto {
		return Row{}, nil, fmt.Errorf("%w for %s in this FFmpeg that needs no graphics card", ErrNoEncoder, codec)
	}
	return Row{}, nil, fmt.Errorf("%w: there is no encoder %q for %s; there are: %s", ErrNoEncoder, name, codec, strings.Join(names, ", "))
}
