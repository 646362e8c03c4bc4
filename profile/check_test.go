package profile_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/zalando/go-keyring"

	"golive/profile"
	"golive/publish"
	"golive/secret"
)

func newStore(t *testing.T) *secret.Store {
	t.Helper()
	keyring.MockInitWithError(errors.New("no bus"))
	return secret.Open(t.TempDir())
}

func TestCheckDestination(t *testing.T) {
	store := newStore(t)
	if err := store.Set("ref", secret.New("canary")); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		name   string
		change func(*profile.Profile)
		d      profile.Destination
		want   error
		stops  bool
	}{
		{"no key", nil, profile.Destination{URL: "rtmp://127.0.0.1:1/live", Key: "gone"}, secret.ErrNotFound, true},
		{"look-ahead", func(p *profile.Profile) { p.LookAhead = true }, profile.Destination{URL: "whip+http://127.0.0.1:1/whip/x", Key: "ref"}, profile.ErrDelay, true},
		{"codec", func(p *profile.Profile) { p.Codec = "av1" }, profile.Destination{URL: "srt://127.0.0.1:1", Key: "ref"}, publish.ErrCodec, true},
		{"sound", nil, profile.Destination{URL: "rtmp://live.twitch.tv/app", Key: "ref", AudioCodec: "opus"}, publish.ErrAudioCodec, true},
		{"nobody there", nil, profile.Destination{URL: "rtmp://127.0.0.1:1/live", Key: "ref"}, nil, false},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		p := profile.Default()
		if x.change != nil {
			x.change(&p)
		}
		x.d.Name = "Mine"
		p.Destinations = append(p.Destinations, x.d)
		found := p.CheckDestination(ctx, 1, store, nil)
		cancel()
		if len(found) != 1 || found[0].Stops != x.stops || x.want != nil && !errors.Is(found[0].Err, x.want) || strings.Contains(found[0].Err.Error(), "canary") {
			t.Errorf("%s: %+v", x.name, found)
		}
	}
}

func TestUpload(t *testing.T) {
	p := profile.Default()
	if n := p.Upload(); n != 0 {
		t.Errorf("this computer needs %d", n)
	}
	for _, url := range []string{"rtmps://h/live", "srt://h:1", "whip+https://h/x"} {
		p.Destinations = append(p.Destinations, profile.Destination{Name: url, URL: url})
	}
	if n, media := p.Upload(), int(p.BitRate+p.AudioBitRate); n != int(1.05*float64(media))+int(1.10*float64(media))+int(1.07*float64(media)) {
		t.Errorf("%d", n)
	}
}

func TestTrialIsSeenByNobody(t *testing.T) {
	store := newStore(t)
	p := profile.Default()
	if name, place, err := p.Trial(store); name != "" || place != nil || err != nil {
		t.Errorf("this computer: %q, %v, %v", name, place, err)
	}
	p.Destinations = append(p.Destinations, profile.Destination{Name: "Mine", URL: "rtmp://127.0.0.1/live", Key: "ref"},
		profile.Destination{Name: "Twitch", URL: "rtmp://live.twitch.tv/app", Key: "ref"})
	if _, _, err := p.Trial(store); !errors.Is(err, secret.ErrNotFound) {
		t.Errorf("without its key: %v", err)
	}
	if err := store.Set("ref", secret.New("live_1_abc")); err != nil {
		t.Fatal(err)
	}
	name, place, err := p.Trial(store)
	if name != "Twitch" || place == nil || err != nil {
		t.Errorf("%q, %v, %v", name, place, err)
	}
}
