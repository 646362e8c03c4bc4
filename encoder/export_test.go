package encoder

import (
	"fmt"
	"maps"

	"github.com/asticode/go-astiav"

	"golive/encoder/internal/av"
)

// Biplanar returns r with NV12 for its input, if so, and one thread, which makes it repeatable.
func Biplanar(r Row, nv12 bool) Row {
	if nv12 {
		r.input = biplanar
	}
	r.always = maps.Clone(r.always)
	r.always["threads"] = "1"
	return r
}

// CheckOptions returns what FFmpeg does not accept of r's options; linked says whether it has the encoder.
func CheckOptions(r Row, lookAhead, lowLatency bool) (problems []string, linked bool) {
	codec := astiav.FindEncoderByName(r.ffmpeg())
	if codec == nil {
		return nil, false
	}
	for _, preset := range append(r.presets, words[:]...) {
		ctx := astiav.AllocCodecContext(codec)
		for k, v := range r.options(VideoConfig{Preset: preset, LookAhead: lookAhead, LowLatency: lowLatency, FrameRate: Rational{Num: 30, Den: 1}}) {
			if err := av.SetOption(ctx, k, v); err != nil {
				problems = append(problems, fmt.Sprintf("%s=%s: %v", k, v, err))
			}
		}
		ctx.Free()
	}
	return problems, true
}
