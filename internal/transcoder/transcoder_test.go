package transcoder

import (
	"log/slog"
	"math"
	"sync"
	"testing"
	"time"

	"golive/capture"
	"golive/encoder"
	"golive/internal/testrig"
)

// clicks codes a click a second for as long as said, each starting on the second.
func clicks(t *testing.T, c encoder.AudioConfig, length time.Duration) (*encoder.Stream, []*encoder.Packet) {
	t.Helper()
	a, err := encoder.NewAudio(c)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	st := a.Stream()
	var packets []*encoder.Packet
	for at := time.Duration(0); at < length; at += 10 * time.Millisecond {
		f := &capture.AudioFrame{PTS: at, SampleRate: st.SampleRate, Channels: st.Channels}
		for i := range st.SampleRate / 100 {
			x := at + time.Duration(i)*time.Second/time.Duration(st.SampleRate)
			v := float32(0)
			if x >= time.Second/2 && x%time.Second < 20*time.Millisecond {
				v = float32(0.8 * math.Sin(2*math.Pi*1000*x.Seconds()))
			}
			for range st.Channels {
				f.Samples = append(f.Samples, v)
			}
		}
		p, err := a.Encode(f)
		if err != nil {
			t.Fatal(err)
		}
		packets = append(packets, p...)
	}
	return st, packets
}

// clicksIn returns when clicks begin in packets of a stream.
func clicksIn(t *testing.T, st *encoder.Stream, packets []*encoder.Packet) (all []time.Duration) {
	t.Helper()
	d, err := encoder.NewSoundDecoder(st)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for _, p := range packets {
		frames, err := d.Decode(p)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range frames {
			for i, v := range f.Samples {
				at := f.PTS + time.Duration(i/f.Channels)*time.Second/time.Duration(f.SampleRate)
				if v > 0.3 && (len(all) == 0 || at-all[len(all)-1] > 500*time.Millisecond) {
					all = append(all, at)
				}
			}
		}
	}
	return all
}

// TestTranscoder codes clicks once more, and finds each where it was: also after the publisher has lost some packets, and
// after its times have jumped.
func TestTranscoder(t *testing.T) {
	for name, tt := range map[string]struct {
		from   encoder.AudioConfig
		to     encoder.Codec
		change func(n int, p *encoder.Packet) bool // false leaves a packet out
	}{
		"AAC":                {encoder.AudioConfig{Codec: encoder.AAC}, encoder.Opus, nil},
		"AAC, 44.1 kHz mono": {encoder.AudioConfig{Codec: encoder.AAC, SampleRate: 44100, Channels: 1}, encoder.Opus, nil},
		"Opus":               {encoder.AudioConfig{Codec: encoder.Opus}, encoder.AAC, nil},
		"Opus, mono":         {encoder.AudioConfig{Codec: encoder.Opus, Channels: 1}, encoder.AAC, nil},
		"lost packets":       {encoder.AudioConfig{Codec: encoder.AAC}, encoder.Opus, func(n int, _ *encoder.Packet) bool { return n%70 > 3 }},
		"times of RTMP": {encoder.AudioConfig{Codec: encoder.AAC, SampleRate: 44100}, encoder.Opus, func(_ int, p *encoder.Packet) bool {
			p.PTS = p.PTS.Round(time.Millisecond)
			return true
		}},
		"a jump": {encoder.AudioConfig{Codec: encoder.AAC}, encoder.Opus, func(_ int, p *encoder.Packet) bool {
			if p.PTS > 2500*time.Millisecond {
				p.PTS += time.Minute
			}
			return true
		}},
		"a slow clock": {encoder.AudioConfig{Codec: encoder.AAC}, encoder.Opus, func(_ int, p *encoder.Packet) bool {
			p.PTS += p.PTS / 200
			return true
		}},
	} {
		st, packets := clicks(t, tt.from, 6*time.Second)
		var mu sync.Mutex
		var out []*encoder.Packet
		x, err := New(st, tt.to, func(p *encoder.Packet) {
			mu.Lock()
			defer mu.Unlock()
			out = append(out, p)
		}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		var last time.Duration
		var sent []*encoder.Packet
		for n, p := range packets {
			moved := *p
			if tt.change != nil && !tt.change(n, &moved) {
				continue
			}
			sent = append(sent, &moved)
			x.Push(&moved)
			last = moved.PTS
		}
		testrig.Eventually(t, name+" is coded", func() bool {
			mu.Lock()
			defer mu.Unlock()
			return len(out) > 0 && last-out[len(out)-1].PTS < 100*time.Millisecond
		})
		x.Close()
		want, got := clicksIn(t, st, sent), clicksIn(t, x.Stream(), out)
		if len(want) < 4 || len(want) != len(got) {
			t.Errorf("%s: clicks at %v become %v", name, want, got)
			continue
		}
		for i := range got {
			if off := got[i] - want[i]; off.Abs() > 15*time.Millisecond {
				t.Errorf("%s: a click at %v is %v off", name, want[i], off)
			}
		}
	}
}
