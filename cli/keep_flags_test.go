package cli

import (
	"testing"
	"time"
)

func TestParseSplit(t *testing.T) {
	for s, want := range map[string]struct {
		time time.Duration
		size int64
	}{
		"10m":   {time: 10 * time.Minute},
		"90s":   {time: 90 * time.Second},
		"1h30m": {time: 90 * time.Minute},
		"1g":    {size: 1 << 30},
		"1GB":   {size: 1 << 30},
		"500mb": {size: 500 << 20},
		"2t":    {size: 2 << 40},
	} {
		if d, n, err := parseSplit(s); err != nil || d != want.time || n != want.size {
			t.Errorf("%s: %v, %d bytes, %v", s, d, n, err)
		}
	}
	for _, s := range []string{"", "0", "10", "-1g", "-10m", "0.5s", "1k", "1kb", "g", "99999999999999g", "0mb", "1x", "mb1"} {
		if d, n, err := parseSplit(s); err == nil {
			t.Errorf("%q is %v, %d bytes", s, d, n)
		}
	}
}
