package cli

import (
	"strings"
	"testing"
	"time"

	"golive/encoder"
	"golive/publish"
)

// The flags about the way reach the broadcast, and what is wrong with them is said before anything is opened.
func TestWayFlags(t *testing.T) {
	r, err := readRequest(&terminal{}, strings.Fields("--to rtmp://127.0.0.1/a/k --audio-codec opus --backup rtmp://127.0.0.1/b/k --delay 20s --delay-local "+
		"--adapt slowest --min-bitrate 400k --slate /x.png"))
	if err != nil {
		t.Fatal(err)
	}
	c := r.profile.Capture()
	if c.Delay != 20*time.Second || !c.DelayLocal || c.Adapt != publish.AdaptSlowest || c.FloorBitRate != 400_000 || c.Slate != "/x.png" {
		t.Errorf("%+v", c)
	}
	if d := r.profile.Destinations[0]; d.AudioCodec != encoder.Opus {
		t.Errorf("%+v", d)
	}
	outputs, err := r.outputs(nil)
	if err != nil || outputs[0].Backup == nil {
		t.Fatalf("%v, %v", outputs, err)
	}
	for _, d := range []publish.Destination{outputs[0].Destination, outputs[0].Backup} {
		if _, audio := d.Codecs(); audio[0] != encoder.Opus {
			t.Errorf("%v is sent %v", d, audio)
		}
	}
	for args, says := range map[string]string{
		"--backup rtmp://127.0.0.1/b/k":                          "it belongs after a --to",
		"--to local --backup rtmp://127.0.0.1/b/k":               "local needs none",
		"--to rtmp://127.0.0.1/a/k --backup gopher://127.0.0.1/": "--backup: ",
		"--audio-codec opus":                                     "it belongs after a --to",
		"--to rtmp://live.twitch.tv/a/k --audio-codec opus":      "Twitch takes aac, not opus",
		"--to rtmp://127.0.0.1/a/k --audio-codec mp3":            "not mp3",
		"--to local --audio-codec mp3":                           "is none for sound",
		"--delay 10":                                             "with its unit",
		"--delay 10m":                                            "out of range",
		"--adapt most":                                           "main, slowest or none",
		"--min-bitrate 1":                                        "out of range",
		"--bitrate 1M --min-bitrate 2000k":                       "more than the bit rate",
	} {
		if _, err := readRequest(&terminal{}, strings.Fields(args)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", args, err)
		}
	}
}
