package profile

import (
	"fmt"
	"image"
	"math"
	"strconv"
	"strings"
	"time"

	"golive/capture"
	"golive/encoder"
	"golive/publish"
)

// The bounds of what can be asked for.
const (
	minSide, maxWidth, maxHeight   = 64, 7680, 4320       // pixels
	minBitRate, maxBitRate         = 100_000, 100_000_000 // bit/s of pictures; the encoder would take 50k to 400M
	minFrameRate, maxFrameRate     = 1, 240
	minKeyInterval, maxKeyInterval = 250 * time.Millisecond, 20 * time.Second
	minReplay, maxReplay           = time.Second, time.Hour
	// MaxGain is how much louder, or softer, a sound source can be made, in dB.
	MaxGain = 30.0
)

// auto is how a person leaves a setting to the computer; the value is zero then.
const auto = "auto"

// Size is a picture's width and height in pixels, written "1280x720" or "auto".
type Size image.Point

// String returns "1280x720", or "auto" for zero.
func (s Size) String() string {
	if s == (Size{}) {
		return auto
	}
	return fmt.Sprintf("%dx%d", s.X, s.Y)
}

// MarshalText implements encoding.TextMarshaler.
func (s Size) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Size) UnmarshalText(text []byte) error { return into((*image.Point)(s), text, ParseSize) }

// BitRate is in bit/s, written "3000k".
type BitRate int

// String returns "3000k".
func (b BitRate) String() string {
	if b%1000 == 0 {
		return fmt.Sprintf("%dk", int(b)/1000)
	}
	return strconv.Itoa(int(b))
}

// MarshalText implements encoding.TextMarshaler.
func (b BitRate) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler. Whether it is one of pictures or of sound is not known here, so
// Validate checks the bounds.
func (b *BitRate) UnmarshalText(text []byte) error { return into((*int)(b), text, parseAnyBitRate) }

// FrameRate is in pictures a second, written "30", "30000/1001" or "auto".
type FrameRate capture.Rational

// String returns "30" or "30000/1001", or "auto" for zero.
func (f FrameRate) String() string {
	if f == (FrameRate{}) {
		return auto
	}
	return capture.Rational(f).String()
}

// MarshalText implements encoding.TextMarshaler.
func (f FrameRate) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (f *FrameRate) UnmarshalText(text []byte) error {
	return into((*capture.Rational)(f), text, ParseFrameRate)
}

// KeyInterval is the time between two key frames, written "2s".
type KeyInterval struct{ time.Duration }

// MarshalText implements encoding.TextMarshaler.
func (k KeyInterval) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (k *KeyInterval) UnmarshalText(text []byte) error {
	return into(&k.Duration, text, ParseKeyInterval)
}

// Duration is a time, written "30s".
type Duration struct{ time.Duration }

// MarshalText implements encoding.TextMarshaler.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler. Its bounds are for Validate to check.
func (d *Duration) UnmarshalText(text []byte) error {
	return into(&d.Duration, text, func(s string) (time.Duration, error) {
		v, err := time.ParseDuration(s)
		if err != nil {
			return 0, fmt.Errorf("%q is not a time: write it with its unit, such as 30s", s)
		}
		return v, nil
	})
}

// into sets dst to what parse makes of text.
func into[T any](dst *T, text []byte, parse func(string) (T, error)) error {
	v, err := parse(string(text))
	if err == nil {
		*dst = v
	}
	return err
}

// ParseSize reads "1280x720": two even numbers of pixels from 64x64 to 7680x4320; "auto" is zero.
func ParseSize(s string) (image.Point, error) {
	if s == auto {
		return image.Point{}, nil
	}
	w, h, ok := strings.Cut(s, "x")
	x, errX := strconv.ParseUint(w, 10, 31)
	y, errY := strconv.ParseUint(h, 10, 31)
	if !ok || errX != nil || errY != nil {
		return image.Point{}, fmt.Errorf("%q is not a picture size: write it like 1280x720, or auto", s)
	}
	p := image.Pt(int(x), int(y))
	return p, checkSize(p)
}

func checkSize(p image.Point) error {
	if p.X < minSide || p.Y < minSide || p.X > maxWidth || p.Y > maxHeight {
		return fmt.Errorf("the picture size %dx%d is out of range: it goes from %dx%d to %dx%d",
			p.X, p.Y, minSide, minSide, maxWidth, maxHeight)
	}
	if p.X%2 != 0 || p.Y%2 != 0 {
		return fmt.Errorf("the picture size %dx%d is odd: both numbers must be even, such as %dx%d", p.X, p.Y, p.X&^1, p.Y&^1)
	}
	return nil
}

// ParseBitRate reads the bit rate of pictures in bit/s: "3000k", "6M", "2500000", from 100k to 100M.
func ParseBitRate(s string) (int, error) {
	n, err := parseAnyBitRate(s)
	if err != nil {
		return 0, err
	}
	return n, checkBitRate(n, minBitRate, maxBitRate)
}

// ParseAudioBitRate reads the bit rate of sound in bit/s: "160k", from 32k to 512k.
func ParseAudioBitRate(s string) (int, error) {
	n, err := parseAnyBitRate(s)
	if err != nil {
		return 0, err
	}
	return n, checkBitRate(n, encoder.MinAudioBitRate, encoder.MaxAudioBitRate)
}

// parseAnyBitRate reads a bit rate without bounds. One above all of them comes back as just that.
func parseAnyBitRate(s string) (int, error) {
	digits, unit := s, 1.0
	switch {
	case strings.HasSuffix(s, "k"), strings.HasSuffix(s, "K"):
		digits, unit = s[:len(s)-1], 1e3
	case strings.HasSuffix(s, "m"), strings.HasSuffix(s, "M"):
		digits, unit = s[:len(s)-1], 1e6
	}
	n, err := decimal(digits)
	if err != nil {
		return 0, fmt.Errorf("%q is not a bit rate: write it like 3000k or 6M", s)
	}
	return int(math.Round(min(n*unit, maxBitRate+1))), nil
}

func checkBitRate(n, least, most int) error {
	if n < least || n > most {
		upTo := strings.Replace(BitRate(most).String(), "000k", "M", 1)
		return fmt.Errorf("the bit rate is out of range: it goes from %v to %s", BitRate(least), upTo)
	}
	return nil
}

// ParseTiming reads which pictures tell when they were taken: "off", "key" or "all".
func ParseTiming(s string) (encoder.Timings, error) {
	return encoder.Timings(s), checkTiming(encoder.Timings(s))
}

// ParseFrameRate reads pictures a second: "30", "29.97" (which is 30000/1001), "30000/1001", from 1 to 240; "auto" is
// zero.
func ParseFrameRate(s string) (capture.Rational, error) {
	if s == auto {
		return capture.Rational{}, nil
	}
	r, err := parseRational(s)
	if err != nil {
		return r, fmt.Errorf("%q is not a frame rate: write it like 30, 29.97 or 30000/1001, or auto", s)
	}
	return r, checkFrameRate(r)
}

func checkFrameRate(r capture.Rational) error {
	if r.Num < 1 || r.Den < 1 || r.Num < minFrameRate*r.Den || r.Num > maxFrameRate*r.Den {
		return fmt.Errorf("the frame rate %v is out of range: it goes from %d to %d", r, minFrameRate, maxFrameRate)
	}
	return nil
}

func parseRational(s string) (capture.Rational, error) {
	num, den, isFraction := strings.Cut(s, "/")
	if isFraction {
		n, errN := strconv.ParseUint(num, 10, 31)
		d, errD := strconv.ParseUint(den, 10, 31)
		if errN != nil || errD != nil || d == 0 {
			return capture.Rational{}, strconv.ErrSyntax
		}
		return reduce(int(n), int(d)), nil
	}
	f, err := decimal(s)
	if err != nil || f > 1e6 {
		return capture.Rational{}, strconv.ErrSyntax
	}
	// 23.976, 29.97, 59.94 and so on are what people write for the rates of NTSC, n*1000/1001.
	whole := math.Ceil(f)
	if f != whole && math.Abs(whole*1000/1001-f) < 0.006 {
		return capture.Rational{Num: int(whole) * 1000, Den: 1001}, nil
	}
	return reduce(int(math.Round(f*1000)), 1000), nil
}

func reduce(num, den int) capture.Rational {
	a, b := num, den
	for b != 0 {
		a, b = b, a%b
	}
	return capture.Rational{Num: num / max(a, 1), Den: den / max(a, 1)}
}

// decimal reads digits with at most one point. Signs, exponents and names such as "inf" are none.
func decimal(s string) (float64, error) {
	if s == "" || len(s) > 20 || strings.Trim(s, "0123456789.") != "" {
		return 0, strconv.ErrSyntax
	}
	return strconv.ParseFloat(s, 64)
}

// ParseReplay reads how much a replay buffer keeps: "30s", from 1s to 1h.
func ParseReplay(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil || d == 0 {
		return 0, fmt.Errorf("%q is not a time to keep for replays: write it with its unit, such as 30s", s)
	}
	return d, checkReplay(d)
}

// checkReplay takes 0 too, which is no replay buffer.
func checkReplay(d time.Duration) error {
	if d != 0 && (d < minReplay || d > maxReplay) {
		return fmt.Errorf("%v is out of range for a replay buffer: it goes from %v to %v", d, minReplay, maxReplay)
	}
	return nil
}

// ParseKeyInterval reads the time between two key frames: "2s", "500ms", from 250ms to 20s.
func ParseKeyInterval(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0, fmt.Errorf("%q is not a key interval: write it with its unit, like 2s or 500ms", s)
	}
	return d, checkKeyInterval(d)
}

func checkKeyInterval(d time.Duration) error {
	if d < minKeyInterval || d > maxKeyInterval {
		return fmt.Errorf("the key interval %v is out of range: it goes from %v to %v", d, minKeyInterval, maxKeyInterval)
	}
	return nil
}

// ParseDelay reads a stream delay: "20s", from 0s to 2m.
func ParseDelay(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0, fmt.Errorf("%q is not a delay: write it with its unit, like 20s", s)
	}
	return d, checkDelay(d)
}

func checkDelay(d time.Duration) error {
	if d < 0 || d > publish.MaxDelay {
		return fmt.Errorf("the delay %v is out of range: it goes from 0s to %v", d, publish.MaxDelay)
	}
	return nil
}

// ParseAdapt reads whose way the bit rate follows: "main", "slowest" or "none".
func ParseAdapt(s string) (publish.Adapt, error) {
	return publish.Adapt(s), checkAdapt(publish.Adapt(s))
}

func checkAdapt(a publish.Adapt) error {
	switch a {
	case publish.AdaptMain, publish.AdaptSlowest, publish.AdaptNone:
		return nil
	}
	return fmt.Errorf("%q is not known: the bit rate follows main, slowest or none", clip(string(a)))
}
