package gui

import (
	"strings"
	"testing"

	"golive/encoder"
	"golive/gui/model"
	"golive/profile"
)

func TestRecommendation(t *testing.T) {
	newTestApp(t)
	now := model.State{Profile: profile.Default()}
	for _, x := range []struct {
		ms   float64
		auto bool
		want string
	}{
		{8, false, "1280x720 at 30 pictures a second is right for this computer: libx264 takes 8.0 ms for each."},
		{40, false, "1280x720 at 30 pictures a second is much for this computer: libx264 takes 40.0 ms for each. A smaller picture is better."},
		{8, true, "Golive takes the picture that suits this computer: libx264 needs 8.0 ms for one."},
		{0, false, "No encoder works here: choose a smaller picture in the settings, under Video."},
	} {
		now.Encoders = []encoder.Report{{Name: "libx264", Codec: encoder.H264, Works: x.ms > 0, MSPerFrame: x.ms}}
		now.Profile = profile.Default()
		if x.auto {
			now.Profile.Size = profile.Size{}
		}
		if got := recommendation(now); got != x.want {
			t.Errorf("%v: %q", x, got)
		}
	}
}

func TestUploadText(t *testing.T) {
	newTestApp(t)
	for _, x := range []struct {
		now           model.State
		text, figures string
	}{
		{model.State{}, "nothing has to be uploaded", ""},
		{model.State{NeededUp: 3300}, "will show when you are live", "3.3 Mb/s are needed; what yours carries is unknown"},
		{model.State{NeededUp: 3300, Trial: model.UploadTrial{Name: "Twitch", Going: true}}, "Testing the upload to Twitch", "unknown"},
		{model.State{NeededUp: 3300, Trial: model.UploadTrial{Name: "Twitch", Err: model.ErrKeyMissing}}, "could not be tested. Enter the stream key", "unknown"},
		{model.State{NeededUp: 3300, Upload: model.Upload{Kbps: 2000, Limited: true}}, "is not enough", "2.0 Mb/s came through"},
		{model.State{NeededUp: 3300, Upload: model.Upload{Kbps: 4000}}, "is enough", "4.0 Mb/s came through"},
	} {
		if text, figures := uploadText(x.now), uploadFigures(x.now); !strings.Contains(text, x.text) || !strings.Contains(figures, x.figures) {
			t.Errorf("%q and %q, want %q and %q", text, figures, x.text, x.figures)
		}
	}
}
