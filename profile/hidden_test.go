package profile_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/zalando/go-keyring"

	"golive/profile"
	"golive/secret"
)

func TestHide(t *testing.T) {
	for _, test := range []struct{ address, key, shown, stored string }{
		{"rtmp://h/live", "k", "rtmp://h/live", "k"},
		{"rtmp://h/live", "k?x=y z", "rtmp://h/live", "k?x=y z"},
		{"rtmp://h/live?auth=t", "k", "rtmp://h/live", "?auth=t k"},
		{"rtmp://h/live?auth=t", "", "rtmp://h/live", "?auth=t "},
		{"rtmp://h/live?a=b?c", "k ?l", "rtmp://h/live", "?a=b?c k ?l"},
		{"rtmp://h/live", "?odd", "rtmp://h/live", "? ?odd"},
		{"rtmp://h/live", "", "rtmp://h/live", ""},
	} {
		shown, hidden := profile.Hide(test.address, secret.New(test.key))
		if shown != test.shown || hidden.Reveal() != test.stored {
			t.Errorf("%q and %q are hidden as %q and %q", test.address, test.key, shown, hidden.Reveal())
		}
		address, key := profile.Reveal(shown, hidden)
		if address != test.address || key.Reveal() != test.key {
			t.Errorf("%q and %q come back as %q and %q", test.address, test.key, address, key.Reveal())
		}
	}
	// What was not made by Hide is a key.
	if address, key := profile.Reveal("rtmp://h/a?x=y", secret.New("?odd")); address != "rtmp://h/a?x=y" || key.Reveal() != "?odd" {
		t.Errorf("%q and %q", address, key.Reveal())
	}
}

// TestTokenIsSent checks that a hidden query is a part of the address again where it is sent to.
func TestTokenIsSent(t *testing.T) {
	keyring.MockInitWithError(errors.New("no bus"))
	store := secret.Open(t.TempDir())
	long := strings.Repeat("x", 2000)
	if err := store.Set("ref", secret.New("?auth="+long+" k")); err != nil {
		t.Fatal(err)
	}
	p := profile.Default()
	p.Destinations = []profile.Destination{{Name: "Friends", URL: "rtmp://127.0.0.1/live", Key: "ref"}}
	if _, err := p.Outputs(store, nil); err != nil {
		t.Fatal(err)
	}
	p.Destinations[0].URL = "rtmp://127.0.0.1/" + strings.Repeat("y", 100)
	if _, err := p.Outputs(store, nil); err == nil || strings.Contains(err.Error(), "xxx") {
		t.Errorf("address and token together are too long, but: %v", err)
	}
}
