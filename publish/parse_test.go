package publish

import (
	"errors"
	"fmt"
	"strings"
	"testing"

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
		d, err := ParseDestination(c.url, secret.New(c.key))
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
		{"rtmp://u:" + key + "@h/live/x", "", ErrBadURL, "user or password"},
		{"rtmp://h/%zz/" + key, "", ErrBadURL, "rtmp://h/***"},
		{"rtmp://h/" + key, "", ErrBadURL, "stream name"},
		{"rtmp://h", key, ErrBadURL, "application"},
		{"rtmp://h/live/x#" + key, "", ErrBadURL, "#"},
		{"srt://h:9000?streamid=" + key, "", ErrUnsupported, "rtmps://"},
		{"whip+https://h/" + key, "", ErrUnsupported, "rtmp://"},
		{"https://h/" + key, "", ErrUnsupported, "local"},
	} {
		_, err := ParseDestination(c.url, secret.New(c.key))
		if !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q: %v, want it to say %q", c.url, err, c.says)
		} else if strings.Contains(err.Error(), key) {
			t.Errorf("%q: the error shows the key: %v", c.url, err)
		}
	}
}

func TestDestinationNeverShowsItsKey(t *testing.T) {
	d, err := ParseDestination("rtmp://h/live?auth=s3cr3t", secret.New("s3cr3t"))
	if err != nil {
		t.Fatal(err)
	}
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
		d, err := ParseDestination(url, secret.New(key))
		switch {
		case err == nil && d.(*rtmp).stream.Empty():
			t.Errorf("%q: no stream name", url)
		case err != nil && !errors.Is(err, ErrBadURL) && !errors.Is(err, ErrUnsupported):
			t.Errorf("%q: %v", url, err)
		}
	})
}
