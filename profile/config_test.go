package profile_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/zalando/go-keyring"

	"golive/profile"
	"golive/publish"
	"golive/secret"
)

func TestOutputs(t *testing.T) {
	keyring.MockInitWithError(errors.New("no bus"))
	store := secret.Open(t.TempDir())
	p := profile.Default()
	p.Destinations = []profile.Destination{{Name: "Friends", URL: "rtmp://127.0.0.1/live", Key: "ref"}}

	_, err := p.Outputs(store, nil)
	if !errors.Is(err, secret.ErrNotFound) || !strings.HasPrefix(err.Error(), "Friends: ") {
		t.Errorf("a missing key: %v", err)
	}
	if err := store.Set("ref", secret.New("canary")); err != nil {
		t.Fatal(err)
	}
	outputs, err := p.Outputs(store, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(outputs) != 1 || outputs[0].Name != "Friends" || outputs[0].Destination.Protocol() != "rtmp" {
		t.Errorf("outputs: %v", outputs)
	}
}

func TestCapture(t *testing.T) {
	p := profile.Default()
	p.Delay.Duration, p.DelayLocal, p.Adapt, p.MinBitRate, p.Slate = time.Minute, true, publish.AdaptNone, 500_000, "/a.png"
	if c := p.Capture(); c.Delay != time.Minute || !c.DelayLocal || c.Adapt != publish.AdaptNone || c.FloorBitRate != 500_000 || c.Slate != "/a.png" {
		t.Errorf("config: %+v", c)
	}
	c := profile.Default().Capture()
	if c.Size.X != 1280 || c.FrameRate.Float() != 30 || c.BitRate != 3_000_000 || c.KeyInterval != 2*time.Second {
		t.Errorf("config: %+v", c)
	}
}

func TestOutputsErrors(t *testing.T) {
	keyring.MockInitWithError(errors.New("no bus"))
	store := secret.Open(t.TempDir())
	p := profile.Default()
	if _, err := p.Outputs(store, nil); err == nil {
		t.Error("the embedded server is nil, and that is no error")
	}
	p.Destinations = []profile.Destination{{Name: "Two", URL: "rtmp://127.0.0.1/a/k", Backup: "gopher://example.com"}}
	if _, err := p.Outputs(store, nil); err == nil || !strings.HasPrefix(err.Error(), "Two (backup): ") {
		t.Errorf("a malformed backup: %v", err)
	}
	p.Destinations[0].Backup = "rtmp://127.0.0.1/b/k"
	if outputs, err := p.Outputs(store, nil); err != nil || outputs[0].Backup == nil {
		t.Errorf("a backup: %v, %v", outputs, err)
	}
	p.Destinations = []profile.Destination{{Name: "Odd", URL: "gopher://example.com"}}
	_, err := p.Outputs(store, nil)
	if err == nil || !strings.HasPrefix(err.Error(), "Odd: ") {
		t.Errorf("a malformed address: %v", err)
	}
	if !errors.Is(err, publish.ErrBadURL) && !errors.Is(err, publish.ErrUnsupported) {
		t.Errorf("a malformed address is no error of publish: %v", err)
	}
}
