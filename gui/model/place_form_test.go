package model_test

import (
	"errors"
	"strings"
	"testing"

	"golive/gui/model"
	"golive/publish"
)

func TestPlaceForm(t *testing.T) {
	for _, tt := range []struct {
		what               string
		form               model.PlaceForm
		address, key, name error
	}{
		{"whole", model.PlaceForm{Address: "rtmp://h/live", Key: "k"}, nil, nil, nil},
		{"key missing", model.PlaceForm{Address: "rtmp://h/live"}, nil, model.ErrKeyMissing, nil},
		{"key in the address", model.PlaceForm{Address: "rtmp://h/live/k"}, nil, nil, nil},
		{"key stored", model.PlaceForm{Address: "rtmp://h/live", Ref: "ref"}, nil, nil, nil},
		{"nothing", model.PlaceForm{}, publish.ErrBadURL, nil, nil},
		{"no address yet", model.PlaceForm{Address: "not an address", Key: "k"}, publish.ErrBadURL, nil, nil},
		{"long address", model.PlaceForm{Address: "rtmp://h/" + strings.Repeat("a", 10_000)}, model.ErrTooLong, nil, nil},
		{"long key", model.PlaceForm{Address: "rtmp://h/live", Key: strings.Repeat("k", 10_000)}, nil, model.ErrTooLong, nil},
		{"long name", model.PlaceForm{Address: "rtmp://h/live", Key: "k", Name: strings.Repeat("n", 10_000)}, nil, nil, model.ErrTooLong},
		{"name taken", model.PlaceForm{Address: "rtmp://h/live", Key: "k", Name: "A", Taken: []string{"A"}}, nil, nil, model.ErrTwice},
		{"emoji", model.PlaceForm{Address: "rtmp://h/live", Key: "k", Name: "🎮 Friends"}, nil, nil, nil},
	} {
		tt.form.Tidy()
		address, key, name := tt.form.Problems()
		for field, got := range map[string][2]error{"address": {address, tt.address}, "key": {key, tt.key}, "name": {name, tt.name}} {
			if got[1] == nil && got[0] != nil || !errors.Is(got[0], got[1]) {
				t.Errorf("%s: the %s has %v, want %v", tt.what, field, got[0], got[1])
			}
		}
	}
}

func TestTidy(t *testing.T) {
	for _, tt := range []struct{ in, address, key string }{
		{"  abc-123\r\n", "rtmp://h/a", "abc-123"},
		{"abc\n123\t", "rtmp://h/a", "abc123"},
		{"\u200babc\ufeff", "rtmp://h/a", "abc"},
		{"ａｂｃ－１２３", "rtmp://h/a", "abc-123"},
		{" rtmp://live.example.com/app/abc-123?x=y \n", "rtmp://live.example.com/app", "abc-123?x=y"},
		{"ｒｔｍｐ：／／ｌｉｖｅ．ｅｘａｍｐｌｅ．ｃｏｍ／ａｐｐ／ｋ", "rtmp://live.example.com/app", "k"},
	} {
		f := model.PlaceForm{Address: "rtmp://h/a", Key: tt.in}
		if f.Tidy(); f.Address != tt.address || f.Key != tt.key {
			t.Errorf("%q is %q and %q", tt.in, f.Address, f.Key)
		}
	}
	f := model.PlaceForm{Address: "\nrtmp://h/a ", Name: "  My\nfriends\t "}
	if f.Tidy(); f.Address != "rtmp://h/a" || f.Name != "My friends" {
		t.Errorf("%+v", f)
	}
}

func TestCalled(t *testing.T) {
	f := model.PlaceForm{Address: "rtmp://live.example.com:1935/app"}
	if d, _ := f.Destination(); d.Name != "live.example.com" {
		t.Errorf("it is called %q", d.Name)
	}
	f.Taken = []string{"live.example.com"}
	if d, _ := f.Destination(); d.Name != "live.example.com 2" {
		t.Errorf("the second one is called %q", d.Name)
	}
	f.Name = "Mine"
	if d, _ := f.Destination(); d.Name != "Mine" {
		t.Errorf("it is called %q", d.Name)
	}
}
