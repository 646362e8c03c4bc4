package encoder

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/asticode/go-astiav"
)

// An entry of the table tells how one of FFmpeg's video encoders takes our settings.
type entry struct {
	name    string // FFmpeg's
	codec   Codec
	presets []string // the first is the default
	// options returns the private options for settings that were checked.
	options func(VideoConfig) map[string]string
}

// table lists the video encoders, preferred first.
func table() []entry {
	return []entry{{
		name:    "libx264",
		codec:   H264,
		presets: []string{"veryfast", "ultrafast", "superfast", "faster", "fast", "medium", "slow", "slower", "veryslow"},
		options: x264Options,
	}}
}

// x264Options: an intra refresh is never wanted, a forced key frame is to be an IDR picture, and without look-ahead
// the encoder gives each picture back before it takes the next.
func x264Options(c VideoConfig) map[string]string {
	o := map[string]string{"preset": c.Preset, "forced-idr": "1", "profile": "high"}
	params := []string{"scenecut=0"} // key frames come at even distances, as HLS and the services want them
	if !c.LookAhead {
		o["tune"] = "zerolatency"
		params = append(params, "bframes=0")
	} else {
		params = append(params, "bframes=2", "open-gop=0", "rc-lookahead="+strconv.Itoa(min(20, int(c.FrameRate.Float()/2))))
	}
	o["x264-params"] = strings.Join(params, ":")
	return o
}

// Presets returns the presets of an encoder, the default one first; nil for an encoder that Golive does not know. "auto"
// has those of libx264.
func Presets(name string) []string {
	if name == "auto" || name == "" {
		name = "libx264"
	}
	for _, e := range table() {
		if e.name == name {
			return e.presets
		}
	}
	return nil
}

// find returns the entry that "auto" or a name means for a codec, if FFmpeg has it.
func find(name string, codec Codec) (entry, *astiav.Codec, error) {
	var names []string
	for _, e := range table() {
		if e.codec != codec || name != "auto" && name != "" && name != e.name {
			names = append(names, e.name)
			continue
		}
		if c := astiav.FindEncoderByName(e.name); c != nil {
			return e, c, nil
		}
		return entry{}, nil, fmt.Errorf("%w: this FFmpeg was built without %s", ErrNoEncoder, e.name)
	}
	return entry{}, nil, fmt.Errorf("%w: there is no encoder %q for %s; there are: %s", ErrNoEncoder, name, codec, strings.Join(names, ", "))
}
