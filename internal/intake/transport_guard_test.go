package intake

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

func TestTransportStreamBounds(t *testing.T) {
	packet := func(pid uint16, begins bool) []byte {
		p := bytes.Repeat([]byte{0xff}, tsPacket)
		p[0], p[1], p[2] = tsSync, byte(pid>>8), byte(pid)
		if begins {
			p[1] |= 0x40
		}
		return p
	}
	many := func(n int, next func(i int) []byte) io.Reader {
		parts := make([][]byte, n)
		for i := range parts {
			parts[i] = next(i)
		}
		return bytes.NewReader(slices.Concat(parts...))
	}
	for name, tt := range map[string]struct {
		in   io.Reader
		want string // "" for no error
	}{
		"whole pictures":         {many(100_000, func(i int) []byte { return packet(256, i%1000 == 0) }), ""},
		"one without an end":     {many(100_000, func(int) []byte { return packet(256, false) }), "a picture of more than"},
		"several without an end": {many(200_000, func(i int) []byte { return packet(uint16(256+i%8), false) }), "a picture of more than"},
		"many programs":          {many(100, func(i int) []byte { return packet(uint16(i), true) }), "programs"},
		"no transport stream":    {bytes.NewReader(make([]byte, 1<<20)), "no MPEG transport stream"},
		"junk between packets": {many(100, func(i int) []byte {
			return slices.Concat(packet(256, true), make([]byte, i))
		}), ""},
	} {
		_, err := io.CopyBuffer(io.Discard, struct{ io.Reader }{newTransportReader(tt.in)}, make([]byte, 512))
		if tt.want == "" && err != nil && !errors.Is(err, io.ErrUnexpectedEOF) || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
