package publish

import (
	"cmp"
	"slices"

	"golive/capture"
	"golive/encoder"
)

// openSound opens one encoder for each codec that someone needs.
func (l *live) openSound(record bool, outputs []OutputConfig) error {
	var need []encoder.Codec
	if record {
		need = append(need, encoder.AAC)
	}
	for _, o := range outputs {
		_, audio := o.Destination.Codecs()
		need = append(need, audio...)
	}
	slices.Sort(need)
	for _, codec := range slices.Compact(need) {
		c := encoder.AudioConfig{
			Codec: codec, SampleRate: capture.SampleRate, Channels: capture.Channels, BitRate: l.config.AudioBitRate,
		}
		if codec == encoder.AAC {
			c.SampleRate = cmp.Or(l.config.AudioRate, capture.SampleRate)
			if l.config.AudioMono {
				c.Channels = 1
			}
		}
		a, err := encoder.NewAudio(c)
		if err != nil {
			return err
		}
		l.sound.encoders = append(l.sound.encoders, a)
		l.streams = append(l.streams, a.Stream())
	}
	return nil
}

// hear encodes a stretch of sound.
func (l *live) hear(f *capture.AudioFrame) {
	l.sound.Lock()
	defer l.sound.Unlock()
	for _, a := range l.sound.encoders {
		packets, err := a.Encode(f)
		if err != nil {
			l.fail(err)
		}
		for _, p := range packets {
			l.deliver(p)
		}
	}
}

// endSound sends what the sound encoders still hold.
func (l *live) endSound() {
	l.sound.Lock()
	defer l.sound.Unlock()
	for _, a := range l.sound.encoders {
		packets, err := a.Flush()
		if err != nil {
			l.fail(err)
		}
		for _, p := range packets {
			l.deliver(p)
		}
		a.Close()
	}
	l.sound.encoders = nil
}
