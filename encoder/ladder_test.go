package encoder

import (
	"fmt"
	"image"
	"slices"
	"strings"
	"testing"
)

// steps names the rungs of a ladder.
func steps(list []Trial) []string {
	var names []string
	for _, t := range list {
		names = append(names, fmt.Sprintf("%dx%d@%v %s", t.Size.X, t.Size.Y, t.FrameRate, t.Preset))
	}
	return names
}

func TestLadder(t *testing.T) {
	table := Table()
	x264 := table[slices.IndexFunc(table, func(r Row) bool { return r.Name == "libx264" })]
	vaapi := table[slices.IndexFunc(table, func(r Row) bool { return r.Name == "h264_vaapi" })]
	hd, thirty := image.Pt(1280, 720), Rational{Num: 30, Den: 1}
	for _, test := range []struct {
		name  string
		row   Row
		trial Trial
		want  string
	}{
		{
			"nothing is auto", x264,
			Trial{Size: hd, FrameRate: thirty, Preset: "superfast", BitRate: 3e6},
			"1280x720@30 superfast, 1280x720@30 ultrafast, 960x540@30 ultrafast, 852x480@30 ultrafast, 640x360@30 ultrafast, 426x240@30 ultrafast, 426x240@15 ultrafast",
		},
		{
			"an encoder without presets", vaapi,
			Trial{Size: hd, FrameRate: thirty, BitRate: 3e6},
			"1280x720@30 , 960x540@30 , 852x480@30 , 640x360@30 , 426x240@30 , 426x240@15 ",
		},
		{
			"the preset", x264,
			Trial{Size: hd, FrameRate: thirty, Preset: "auto", BitRate: 3e6},
			"1280x720@30 veryfast, 1280x720@30 superfast, 1280x720@30 ultrafast",
		},
		{
			"the size", x264,
			Trial{FrameRate: thirty, Preset: "fast", BitRate: 9e6},
			"1920x1080@30 fast, 1280x720@30 fast, 960x540@30 fast, 640x360@30 fast",
		},
		{"the frame rate", x264, Trial{Size: hd, Preset: "fast", BitRate: 9e6}, "1280x720@60 fast, 1280x720@30 fast"},
		{
			"all", x264,
			Trial{Preset: "auto", BitRate: 6e6},
			"1920x1080@60 veryfast, 1920x1080@30 veryfast, 1280x720@60 veryfast, 1280x720@30 veryfast, 960x540@60 veryfast, 960x540@30 veryfast, " +
				"640x360@60 veryfast, 640x360@30 veryfast, 640x360@30 superfast, 640x360@30 ultrafast",
		},
		{
			"all of a low bit rate", x264,
			Trial{Preset: "veryfast", BitRate: 2e6},
			"1280x720@30 veryfast, 960x540@60 veryfast, 960x540@30 veryfast, 640x360@60 veryfast, 640x360@30 veryfast",
		},
		{
			"all of a small source", x264,
			Trial{Preset: "veryfast", BitRate: 9e6, Native: image.Pt(960, 540)},
			"960x540@60 veryfast, 960x540@30 veryfast, 640x360@60 veryfast, 640x360@30 veryfast",
		},
		{"all of hardly anything", x264, Trial{Preset: "veryfast", BitRate: 100_000, Native: image.Pt(100, 100)}, "640x360@30 veryfast"},
	} {
		if got := strings.Join(steps(test.row.ladder(test.trial)), ", "); got != test.want {
			t.Errorf("%s:\n%s, want\n%s", test.name, got, test.want)
		}
	}
}
