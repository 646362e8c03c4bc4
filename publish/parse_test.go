package publish

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"golive/secret"
)

func TestParseDestination(t *testing.T) {
	for _, c := range []struct{ url, key, name, app, stream string }{
		{"rtmp://h/live/x", "", "rtmp://h/live", "rtmp://h:1935/live", "x"},
		{"rtmp://h:19350/live", "k", "rtmp://h:19350/live", "rtmp://h:19350/live", "k"},
		{"rtmp://h/live/", " k\n", "rtmp://h/live", "rtmp://h:1935/live", "k"},
		{"RTMPS://h/app/more/", "k?a=b&c=d", "rtmps://h/app/more", "rtmps://h:443/app/more", "k?a=b&c=d"},
		{"rtmp://h/app/more/x?token=1", "", "rtmp://h/app/more", "rtmp://h:1935/app/more", "x?token=1"},
		{"rtmp://h/live?auth=1", "k#1/2", "rtmp://h/live", "rtmp://h:1935/live?auth=1", "k#1/2"},
		{"rtmp://[::1]/live/x", "", "rtmp://[::1]/live", "rtmp://[::1]:1935/live", "x"},
		{"rtmp://h/a%20b/x", "", "rtmp://h/a%20b", "rtmp://h:1935/a%20b", "x"},
	} {
		d, err := ParseDestination(c.url, secret.New(c.key), secret.Secret{})
		if err != nil {
			t.Errorf("%s: %v", c.url, err)
			continue
		}
		r := d.(*rtmp)
		if r.String() != c.name || r.app.String() != c.app || r.stream.Reveal() != c.stream {
			t.Errorf("%s: name %s, app %s, stream %s", c.url, r, r.app, r.stream.Reveal())
		}
		if got := r.Protocol(); got != strings.ToLower(c.url[:len(got)]) {
			t.Errorf("%s: protocol %s", c.url, got)
		}
	}
}

func TestParseDestinationRefuses(t *testing.T) {
	const key = "s3cr3t"
	for _, c := range []struct {
		url  string
		key  string
		is   error
		says string
	}{
		{"", "", ErrBadURL, "empty"},
		{key, "", ErrBadURL, "rtmp://"},
		{"live/" + key, "", ErrBadURL, "rtmp://"},
		{"rtmp://h/live/" + key + " x", "", ErrBadURL, "space"},
		{"rtmp://h/live/\x00" + key, "", ErrBadURL, "control"},
		{"rtmp://h/live/" + strings.Repeat(key, 400), "", ErrBadURL, "longer"},
		{"rtmp://h/live", strings.Repeat(key, 400), ErrBadURL, "longer"},
		{"rtmp://h/live", key + "\x07" + key, ErrBadURL, "control"},
		{"rtmp:///live/" + key, "", ErrBadURL, "host"},
		{"rtmp://:1935/live/" + key, "", ErrBadURL, "host"},
		{"rtmp://h:99999/live/" + key, "", ErrBadURL, "port"},
		{"rtmp://h:0/live/" + key, "", ErrBadURL, "port"},
		{"rtmp://h:/live/" + key, "", ErrBadURL, "port"},
		{"rtmp://h:port/live/" + key, "", ErrBadURL, "rtmp://h:port/***"},
		{"rtmp://u:" + key + "@h:port/live/x", "", ErrBadURL, "rtmp://h:port/***"},
		{"rtmp://u@h/live/" + key, "", ErrBadURL, "both a user and a password"},
		{"rtmp://:" + key + "@h/live/x", "", ErrBadURL, "both a user and a password"},
		{"rtmp://h/%zz/" + key, "", ErrBadURL, "rtmp://h/***"},
		{"rtmp://h/" + key, "", ErrBadURL, "stream name"},
		{"rtmp://h", key, ErrBadURL, "application"},
		{"rtmp://h/live/x#" + key, "", ErrBadURL, "#"},
		{"srt://h?streamid=" + key, "", ErrBadURL, "port"},
		{"srt://h:9000/" + key, "", ErrBadURL, "no path"},
		{"srt://h:9000?streamid=" + key, key, ErrBadURL, "leave one of them out"},
		{"srt://h:9000?stream=" + key, "", ErrBadURL, "pbkeylen"},
		{"srt://h:9000?streamid=a&streamid=" + key, "", ErrBadURL, "once each"},
		{"srt://h:9000?latency=" + key, "", ErrBadURL, "milliseconds"},
		{"srt://h:9000?latency=10001", key, ErrBadURL, "milliseconds"},
		{"srt://h:9000?passphrase=" + key, "", ErrBadURL, "10 to 79"},
		{"srt://h:9000?passphrase=" + strings.Repeat(key, 14), "", ErrBadURL, "10 to 79"},
		{"srt://h:9000?pbkeylen=20&passphrase=" + key + key, "", ErrBadURL, "16, 24 or 32"},
		{"srt://h:9000?pbkeylen=32", key, ErrBadURL, "without a passphrase"},
		{"srt://h:9000?mode=listener", key, ErrBadURL, "caller"},
		{"srt://h:9000?streamid=" + strings.Repeat(key, 100), "", ErrBadURL, "longer"},
		{"srt://h:9000?%zz=" + key, "", ErrBadURL, "cannot be read"},
		{"whip+https://h/", key, ErrBadURL, "the path of an endpoint"},
		{"whip+https://u:" + key + "@h/x", "", ErrBadURL, "user or password"},
		{"whip://h/" + key, "", ErrUnsupported, "whip+https://"},
		{"https://h/" + key, "", ErrUnsupported, "local"},
	} {
		_, err := ParseDestination(c.url, secret.New(c.key), secret.Secret{})
		if !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q: %v, want it to say %q", c.url, err, c.says)
		} else if strings.Contains(err.Error(), key) {
			t.Errorf("%q: the error shows the key: %v", c.url, err)
		}
	}
}

func TestSRTAddresses(t *testing.T) {
	for _, c := range []struct {
		url, key, passphrase string
		want                 srtDestination
	}{
		{"srt://h:1", "", "", srtDestination{latency: 200 * time.Millisecond}},
		{"SRT://h:1/?latency=1500&mode=caller&transtype=live", "publish:x", "", srtDestination{streamID: secret.New("publish:x"), latency: 1500 * time.Millisecond}},
		{"srt://h:1?streamid=%23!::r=x&passphrase=0123456789&pbkeylen=24", "", "", srtDestination{
			streamID: secret.New("#!::r=x"), passphrase: secret.New("0123456789"), keyLength: 24, latency: 200 * time.Millisecond,
		}},
		{"srt://h:1?passphrase=0123456789", "", "abcdefghijk", srtDestination{passphrase: secret.New("abcdefghijk"), latency: 200 * time.Millisecond}},
	} {
		d, err := ParseDestination(c.url, secret.New(c.key), secret.New(c.passphrase))
		if err != nil {
			t.Errorf("%s: %v", c.url, err)
			continue
		}
		c.want.name, c.want.host = "srt://h:1", "h:1"
		if *d.(*srtDestination) != c.want {
			t.Errorf("%s is read wrong", c.url)
		}
	}
}

func TestDestinationNeverShowsItsKey(t *testing.T) {
	for _, url := range []string{"rtmp://h/live?auth=s3cr3t", "srt://h:1?passphrase=s3cr3ts3cr3t", "whip+https://h/whip/x?token=s3cr3t"} {
		d, err := ParseDestination(url, secret.New("s3cr3t"), secret.Secret{})
		if err != nil {
			t.Fatal(err)
		}
		neverShows(t, d)
	}
}

func neverShows(t *testing.T, d Destination) {
	t.Helper()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, value := range []any{d, OutputConfig{Name: "a", Destination: d}, []Destination{d}} {
			if got := fmt.Sprintf(verb, value); strings.Contains(got, "s3cr3t") || strings.Contains(got, "733363723374") {
				t.Errorf("%s prints %s", verb, got)
			}
		}
	}
}

func FuzzParseDestination(f *testing.F) {
	f.Add("rtmp://h/live/", "k")
	f.Add("rtmps://u:p@[::1]:443/a/b?c=d", "k?e=f")
	f.Add("srt://h:1", "")
	f.Fuzz(func(t *testing.T, url, key string) {
		d, err := ParseDestination(url, secret.New(key), secret.Secret{})
		switch {
		case err == nil:
			if r, ok := d.(*rtmp); ok && r.stream.Empty() {
				t.Errorf("%q: no stream name", url)
			}
		case err != nil && !errors.Is(err, ErrBadURL) && !errors.Is(err, ErrUnsupported):
			t.Errorf("%q: %v", url, err)
		}
	})
}
