package encoder

import (
	"math"
	"testing"
	"time"

	"golive/capture"
)

// TestSoundDecoder codes a click in a tone, and finds it where it was.
func TestSoundDecoder(t *testing.T) {
	for _, c := range []AudioConfig{
		{Codec: AAC},
		{Codec: AAC, SampleRate: 44100},
		{Codec: AAC, SampleRate: 44100, Channels: 1},
		{Codec: Opus},
		{Codec: Opus, Channels: 1},
	} {
		a, err := NewAudio(c)
		if err != nil {
			t.Fatal(err)
		}
		st := a.Stream()
		rate, channels := st.SampleRate, st.Channels
		d, err := NewSoundDecoder(st)
		if err != nil {
			t.Fatal(err)
		}
		const click = 700 * time.Millisecond
		var packets []*Packet
		for n := range 100 {
			f := &capture.AudioFrame{PTS: time.Duration(n) * 10 * time.Millisecond, SampleRate: rate, Channels: channels}
			for i := range rate / 100 {
				at := time.Duration(n)*10*time.Millisecond + time.Duration(i)*time.Second/time.Duration(rate)
				v := float32(0)
				if at >= click && at < click+20*time.Millisecond {
					v = float32(0.8 * math.Sin(2*math.Pi*1000*at.Seconds()))
				}
				for range channels {
					f.Samples = append(f.Samples, v)
				}
			}
			p, err := a.Encode(f)
			if err != nil {
				t.Fatal(err)
			}
			packets = append(packets, p...)
		}
		heard := time.Duration(-1)
		for _, p := range packets {
			frames, err := d.Decode(p)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range frames {
				if f.SampleRate != rate || f.Channels != channels {
					t.Fatalf("%+v decodes to %d Hz, %d channels", c, f.SampleRate, f.Channels)
				}
				for i, v := range f.Samples {
					if heard < 0 && v > 0.3 {
						heard = f.PTS + time.Duration(i/channels)*time.Second/time.Duration(rate)
					}
				}
			}
		}
		if off := heard - click; off.Abs() > 3*time.Millisecond {
			t.Errorf("%s of %d Hz, %d channels: a click at %v is heard at %v", c.Codec, rate, channels, click, heard)
		}
		if _, err := d.Decode(&Packet{Data: [][]byte{make([]byte, 1<<20)}}); err == nil {
			t.Error("a packet of a megabyte is decoded")
		}
		d.Close()
		d.Close()
		_ = a.Close()
	}
}

// FuzzSoundDecoder gives the packets of a publisher to the decoders: they must neither crash nor make more sound than
// there can be.
func FuzzSoundDecoder(f *testing.F) {
	for _, c := range []Codec{AAC, Opus} {
		a, err := NewAudio(AudioConfig{Codec: c})
		if err != nil {
			f.Fatal(err)
		}
		for n := range 5 {
			packets, _ := a.Encode(&capture.AudioFrame{
				PTS: time.Duration(n) * 50 * time.Millisecond, SampleRate: 48000, Channels: 2, Samples: make([]float32, 4800),
			})
			for _, p := range packets {
				f.Add(a.Stream().Extradata, p.Data[0], c == AAC)
			}
		}
		_ = a.Close()
	}
	f.Fuzz(func(t *testing.T, extradata, data []byte, aac bool) {
		st := &Stream{Codec: Opus, Extradata: extradata, SampleRate: 48000, Channels: 2}
		if aac {
			st.Codec = AAC
		}
		d, err := NewSoundDecoder(st)
		if err != nil {
			return
		}
		defer d.Close()
		for range 3 {
			frames, _ := d.Decode(&Packet{Stream: st, Data: [][]byte{data}})
			for _, f := range frames {
				if len(f.Samples) > 2*48000 {
					t.Fatalf("%d samples of one packet", len(f.Samples))
				}
			}
		}
	})
}
