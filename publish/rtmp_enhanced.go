package publish

import (
	"fmt"
	"slices"

	"github.com/bluenviron/gortmplib/pkg/amf0"

	"golive/encoder"
)

// What one side of a connection can do with a codec (Enhanced RTMP 2, FourCcInfoMask).
const canDecode, canEncode, canForward = 1, 2, 4

// fourCC returns what Enhanced RTMP calls a codec, and the map of a connect command that says what can be done with it;
// both are "" for what RTMP carries without it.
func fourCC(c encoder.Codec) (name, infos string) {
	switch c {
	case encoder.HEVC:
		return "hvc1", "videoFourCcInfoMap"
	case encoder.AV1:
		return "av01", "videoFourCcInfoMap"
	case encoder.Opus:
		return "Opus", "audioFourCcInfoMap"
	}
	return "", ""
}

// offer returns what a connect command says of the codecs that are Enhanced RTMP's: the list of its first version, and
// the maps of its second. Without such codecs it is empty: plain servers need not hear of it.
func offer(streams []*encoder.Stream) amf0.Object {
	var list amf0.StrictArray
	maps := map[string]amf0.Object{}
	for _, s := range streams {
		if name, infos := fourCC(s.Codec); name != "" {
			list = append(list, name)
			maps[infos] = append(maps[infos], amf0.ObjectEntry{Key: name, Value: float64(canEncode)})
		}
	}
	if list == nil {
		return nil
	}
	told := amf0.Object{{Key: "fourCcList", Value: list}}
	for _, infos := range []string{"videoFourCcInfoMap", "audioFourCcInfoMap"} {
		if m := maps[infos]; m != nil {
			told = append(told, amf0.ObjectEntry{Key: infos, Value: m})
		}
	}
	return told
}

// lacks says whether a server that tells in its answer to connect which codecs it takes leaves one out. Most tell
// nothing, and some of them take it.
func lacks(answer []any, codec encoder.Codec) bool {
	name, infos := fourCC(codec)
	told := false
	for _, argument := range answer {
		o, _ := object(argument)
		if list, ok := o.Get("fourCcList"); ok {
			told = true
			if all, _ := list.(amf0.StrictArray); slices.Contains(all, any(name)) || slices.Contains(all, "*") {
				return false
			}
		}
		able, _ := o.Get(infos)
		if able, ok := object(able); ok {
			told = true
			for _, e := range able {
				if mask, _ := e.Value.(float64); (e.Key == name || e.Key == "*") && int(mask)&(canDecode|canForward) != 0 {
					return false
				}
			}
		}
	}
	return told && name != ""
}

// A lacking is a codec that the server says it does not take.
type lacking struct{ codec encoder.Codec }

func (l lacking) Error() string { return fmt.Sprintf("takes no %s", l.codec) }

// choose settles what is sent, now that the server has said what it takes: of two kinds of sound the first that it does.
// A stream that it does not take is an error.
func (o *rtmpOutput) choose() error {
	_, preferred := o.dest.Codecs()
	var missing encoder.Codec
	for _, s := range o.streams {
		switch {
		case lacks(o.session.answered, s.Codec) && s.Codec.Video():
			return lacking{s.Codec}
		case lacks(o.session.answered, s.Codec):
			missing = s.Codec
		case !s.Codec.Video() && (o.sound == "" || slices.Index(preferred, s.Codec) < slices.Index(preferred, o.sound)):
			o.sound = s.Codec
		}
	}
	if o.sound == "" && missing != "" {
		return lacking{missing}
	}
	o.streams = slices.DeleteFunc(slices.Clone(o.streams), func(s *encoder.Stream) bool { return o.leaves(s.Codec) })
	return nil
}

// leaves implements choosy.
func (o *rtmpOutput) leaves(c encoder.Codec) bool { return !c.Video() && c != o.sound }
