package model_test

import (
	"errors"
	"strings"
	"testing"

	"golive/encoder"
	"golive/gui/model"
	"golive/profile"
	"golive/publish"
)

func TestPlaceForm(t *testing.T) {
	const srt = "srt://h:8890"
	stored := profile.Destination{Key: "ref"}
	long := strings.Repeat("p", 10_000)
	for _, tt := range []struct {
		what string
		form model.PlaceForm
		want model.PlaceProblems
	}{
		{"whole", model.PlaceForm{Address: "rtmp://h/live", Key: "k"}, model.PlaceProblems{}},
		{"key missing", model.PlaceForm{Address: "rtmp://h/live"}, model.PlaceProblems{Key: model.ErrKeyMissing}},
		{"key in the address", model.PlaceForm{Address: "rtmp://h/live/k"}, model.PlaceProblems{}},
		{"key stored", model.PlaceForm{Address: "rtmp://h/live", Stored: stored}, model.PlaceProblems{}},
		{"nothing", model.PlaceForm{}, model.PlaceProblems{Address: publish.ErrBadURL}},
		{"no address yet", model.PlaceForm{Address: "not an address", Key: "k"}, model.PlaceProblems{Address: publish.ErrBadURL}},
		{"long address", model.PlaceForm{Address: "rtmp://h/" + strings.Repeat("a", 10_000)}, model.PlaceProblems{Address: model.ErrTooLong}},
		{"long key", model.PlaceForm{Address: "rtmp://h/live", Key: strings.Repeat("k", 10_000)}, model.PlaceProblems{Key: model.ErrTooLong}},
		{"long name", model.PlaceForm{Address: "rtmp://h/live", Key: "k", Name: strings.Repeat("n", 10_000)}, model.PlaceProblems{Name: model.ErrTooLong}},
		{"name taken", model.PlaceForm{Address: "rtmp://h/live", Key: "k", Name: "A", Taken: []string{"A"}}, model.PlaceProblems{Name: model.ErrTwice}},
		{"an example yet", model.PlaceForm{Address: "rtmp://HOST/live", Key: "k"}, model.PlaceProblems{Address: model.ErrExample}},
		{"another example", model.PlaceForm{Address: "whip+https://h/whip/NAME"}, model.PlaceProblems{Address: model.ErrExample}},
		{"srt", model.PlaceForm{Address: srt}, model.PlaceProblems{}},
		{"srt with secrets in it", model.PlaceForm{Address: srt + "?streamid=publish:x&passphrase=0123456789&latency=200"}, model.PlaceProblems{}},
		{"two stream ids", model.PlaceForm{Address: srt + "?streamid=x", Key: "y"}, model.PlaceProblems{Key: model.ErrKeyTwice}},
		{"short passphrase", model.PlaceForm{Address: srt, Passphrase: "123456789"}, model.PlaceProblems{Passphrase: model.ErrPassphrase}},
		{"short passphrase in the address", model.PlaceForm{Address: srt + "?passphrase=123"}, model.PlaceProblems{Passphrase: model.ErrPassphrase}},
		{"passphrase", model.PlaceForm{Address: srt, Passphrase: "0123456789"}, model.PlaceProblems{}},
		{"longest passphrase", model.PlaceForm{Address: srt, Passphrase: long[:79]}, model.PlaceProblems{}},
		{"long passphrase", model.PlaceForm{Address: srt, Passphrase: long[:80]}, model.PlaceProblems{Passphrase: model.ErrPassphrase}},
		{"very long passphrase", model.PlaceForm{Address: srt, Passphrase: long}, model.PlaceProblems{Passphrase: model.ErrPassphrase}},
		{"passphrase for nothing", model.PlaceForm{Address: "rtmp://h/live", Key: "k", Passphrase: "p"}, model.PlaceProblems{}},
		{"user without password", model.PlaceForm{Address: "rtmp://me@h/live", Key: "k"}, model.PlaceProblems{Passphrase: model.ErrPasswordMissing}},
		{"user", model.PlaceForm{Address: "rtmp://me@h/live", Key: "k", Passphrase: "p"}, model.PlaceProblems{}},
		{"password in the address", model.PlaceForm{Address: "rtmp://me:p@h/live", Key: "k"}, model.PlaceProblems{}},
		{"very long password", model.PlaceForm{Address: "rtmp://me@h/live", Key: "k", Passphrase: long}, model.PlaceProblems{Passphrase: model.ErrTooLong}},
		{"backup", model.PlaceForm{Address: "rtmp://h/live", Key: "k", Backup: "rtmps://b/live?backup=1"}, model.PlaceProblems{}},
		{"backup with the same key", model.PlaceForm{Address: "rtmp://h/live", Key: "k", Backup: "rtmp://b/live/k"}, model.PlaceProblems{}},
		{"backup with another key", model.PlaceForm{Address: "rtmp://h/live", Key: "k", Backup: "rtmp://b/live/x"}, model.PlaceProblems{Backup: model.ErrBackupKey}},
		{"backup with a password", model.PlaceForm{Address: "rtmp://h/live", Key: "k", Backup: "rtmp://u:p@b/live"}, model.PlaceProblems{Backup: model.ErrBackupKey}},
		{"backup with a token", model.PlaceForm{Address: "rtmp://h/live", Key: "k", Backup: "rtmp://b/live?auth=x"}, model.PlaceProblems{Backup: model.ErrBackupKey}},
		{"backup of another kind", model.PlaceForm{Address: "rtmp://h/live", Key: "k", Backup: srt}, model.PlaceProblems{Backup: model.ErrBackup}},
		{"backup of nothing", model.PlaceForm{Address: "rtmp://h/live", Key: "k", Backup: "gopher://x"}, model.PlaceProblems{Backup: publish.ErrUnsupported}},
		{"long backup", model.PlaceForm{Address: "rtmp://h/live", Key: "k", Backup: "rtmp://b/" + long}, model.PlaceProblems{Backup: model.ErrTooLong}},
		{"emoji", model.PlaceForm{Address: "rtmp://h/live", Key: "k", Name: "🎮 Friends"}, model.PlaceProblems{}},
	} {
		tt.form.Tidy()
		got, want := tt.form.Problems(), tt.want
		for field, is := range map[string][2]error{
			"address": {got.Address, want.Address}, "key": {got.Key, want.Key}, "name": {got.Name, want.Name},
			"passphrase": {got.Passphrase, want.Passphrase}, "backup": {got.Backup, want.Backup},
		} {
			if is[1] == nil && is[0] != nil || !errors.Is(is[0], is[1]) {
				t.Errorf("%s: the %s has %v, want %v", tt.what, field, is[0], is[1])
			}
		}
	}
}

// Opus is for RTMP servers that may take it.
func TestPlaceFormSound(t *testing.T) {
	for address, want := range map[string]encoder.Codec{
		"rtmp://h/live": encoder.Opus, "rtmps://h/live": encoder.Opus, "rtmp://live.twitch.tv/app": "", "srt://h:8890": "", "whip+https://h/x": "",
	} {
		f := model.PlaceForm{Address: address, Opus: true}
		if d, _ := f.Destination(); d.AudioCodec != want {
			t.Errorf("%s gets %q", address, d.AudioCodec)
		}
		f.Opus = false
		if d, _ := f.Destination(); d.AudioCodec != "" {
			t.Errorf("%s gets %q unasked", address, d.AudioCodec)
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
	for _, tt := range []struct{ in, address, key, passphrase string }{
		{"srt://h:8890?streamid=a%20b&passphrase=0123456789&latency=200", "srt://h:8890?latency=200", "a b", "0123456789"},
		{" srt://h:8890?passphrase=0123456789\n", "srt://h:8890", "", "0123456789"},
		{"rtmp://me:p%40ss@h/app", "rtmp://me@h/app", "", "p@ss"},
		{"rtmp://h/app?a=1&b=2", "rtmp://h/app?a=1&b=2", "", ""},
	} {
		f := model.PlaceForm{Address: tt.in}
		if f.Tidy(); f.Address != tt.address || f.Key != tt.key || f.Passphrase != tt.passphrase {
			t.Errorf("%q is %q, %q and %q", tt.in, f.Address, f.Key, f.Passphrase)
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
