package profile_test

import (
	"image"
	"testing"
	"time"

	"golive/capture"
	"golive/encoder"
	"golive/profile"
	"golive/publish"
)

type parsed[T any] struct {
	in   string
	want T
	ok   bool
}

func try[T comparable](t *testing.T, parse func(string) (T, error), tests []parsed[T]) {
	t.Helper()
	for _, test := range tests {
		got, err := parse(test.in)
		if (err == nil) != test.ok {
			t.Errorf("%q: error %v, want ok %v", test.in, err, test.ok)
		} else if test.ok && got != test.want {
			t.Errorf("%q = %v, want %v", test.in, got, test.want)
		}
	}
}

func TestParseSize(t *testing.T) {
	try(t, profile.ParseSize, []parsed[image.Point]{
		{"1280x720", image.Pt(1280, 720), true},
		{"64x64", image.Pt(64, 64), true},
		{"7680x4320", image.Pt(7680, 4320), true},
		{"auto", image.Point{}, true},
		{in: "0x0"},
		{in: "62x64"},
		{in: "7682x4320"},
		{in: "1281x720"},
		{in: "1280x721"},
		{in: "1280"},
		{in: "x"},
		{in: ""},
		{in: "1280X720"},
		{in: "1280x720x3"},
		{in: "-1280x720"},
		{in: "+1280x720"},
		{in: "1280 x 720"},
		{in: "99999999999999999999x2"},
		{in: "1e3x720"},
	})
}

func TestParseBitRate(t *testing.T) {
	try(t, profile.ParseBitRate, []parsed[int]{
		{"3000k", 3_000_000, true},
		{"6M", 6_000_000, true},
		{"2500000", 2_500_000, true},
		{"2.5M", 2_500_000, true},
		{"100k", 100_000, true},
		{"100M", 100_000_000, true},
		{"3000K", 3_000_000, true},
		{in: "99k"},
		{in: "100000001"},
		{in: "101M"},
		{in: ""},
		{in: "k"},
		{in: "3000kb"},
		{in: "-3000k"},
		{in: "inf"},
		{in: "1e6"},
		{in: "0x10k"},
		{in: "9999999999999999999M"},
		{in: "3.0.0M"},
	})
	try(t, profile.ParseAudioBitRate, []parsed[int]{{"160k", 160_000, true}, {"32k", 32_000, true}, {"512k", 512_000, true}, {in: "31k"}, {in: "513k"}, {in: "1M"}})
}

func TestParseFrameRate(t *testing.T) {
	try(t, profile.ParseFrameRate, []parsed[capture.Rational]{
		{"30", capture.Rational{Num: 30, Den: 1}, true},
		{"29.97", capture.Rational{Num: 30000, Den: 1001}, true},
		{"23.976", capture.Rational{Num: 24000, Den: 1001}, true},
		{"59.94", capture.Rational{Num: 60000, Den: 1001}, true},
		{"30000/1001", capture.Rational{Num: 30000, Den: 1001}, true},
		{"60/2", capture.Rational{Num: 30, Den: 1}, true},
		{"12.5", capture.Rational{Num: 25, Den: 2}, true},
		{"1", capture.Rational{Num: 1, Den: 1}, true},
		{"240", capture.Rational{Num: 240, Den: 1}, true},
		{"auto", capture.Rational{}, true},
		{in: "0"},
		{in: "0.5"},
		{in: "241"},
		{in: "30/0"},
		{in: "0/1"},
		{in: ""},
		{in: "30fps"},
		{in: "-30"},
		{in: "1/2/3"},
		{in: "99999999999/1"},
		{in: "1e2"},
	})
}

func TestParseKeyInterval(t *testing.T) {
	try(t, profile.ParseKeyInterval, []parsed[time.Duration]{
		{"2s", 2 * time.Second, true},
		{"250ms", 250 * time.Millisecond, true},
		{"20s", 20 * time.Second, true},
		{in: "2"},
		{in: "0.2s"},
		{in: "21s"},
		{in: "-2s"},
		{in: ""},
		{in: "1h"},
		{in: "two"},
	})
}

// TestEncoderTakesIt checks that the encoder takes every bit rate that a person may ask for.
func TestEncoderTakesIt(t *testing.T) {
	for _, limit := range []string{"100k", "100M"} {
		n, err := profile.ParseBitRate(limit)
		if err != nil || n < encoder.MinBitRate || n > encoder.MaxBitRate {
			t.Errorf("%s: %d, %v", limit, n, err)
		}
	}
}

func TestParseDelay(t *testing.T) {
	try(t, profile.ParseDelay, []parsed[time.Duration]{
		{"20s", 20 * time.Second, true},
		{"0s", 0, true},
		{"2m", 2 * time.Minute, true},
		{in: "2m1s"},
		{in: "-1s"},
		{in: "20"},
		{in: ""},
	})
}

func TestParseAdapt(t *testing.T) {
	try(t, profile.ParseAdapt, []parsed[publish.Adapt]{
		{"main", publish.AdaptMain, true},
		{"slowest", publish.AdaptSlowest, true},
		{"none", publish.AdaptNone, true},
		{in: "fastest"},
		{in: ""},
	})
}
