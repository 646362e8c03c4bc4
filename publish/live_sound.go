package publish

import (
	"cmp"
	"slices"

	"golive/capture"
	"golive/encoder"
)

// openSound opens what the outputs need of encoders of sound.
func (l *live) openSound(outputs []OutputConfig) error {
	var need []encoder.Codec
	for _, o := range outputs {
		_, audio := o.Destination.Codecs()
		need = append(need, audio...)
	}
	return l.openAudios(need)
}

// openAudios opens one encoder for each codec that is needed and not there yet, if there is sound.
func (l *live) openAudios(need []encoder.Codec) error {
	if !l.heard {
		return nil
	}
	slices.Sort(need)
	for _, codec := range slices.Compact(need) {
		if l.has(codec) {
			continue
		}
		a, err := l.openAudio(codec)
		if err != nil {
			return err
		}
		l.mu.Lock()
		l.streams = append(l.streams, a.Stream())
		l.mu.Unlock()
		l.sound.Lock()
		l.sound.encoders = append(l.sound.encoders, a)
		l.sound.Unlock()
	}
	return nil
}

// has says whether there is a stream in a codec.
func (l *live) has(codec encoder.Codec) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.ContainsFunc(l.streams, func(s *encoder.Stream) bool { return s.Codec == codec })
}

// openSources opens an encoder for each of the sources, to record them one by one.
func (l *live) openSources() error {
	for _, title := range l.sources {
		a, err := l.openAudio(encoder.AAC)
		if err != nil {
			return err
		}
		l.claim(a.Stream())
		l.titles = append(l.titles, title)
		l.sound.Lock()
		l.sound.sources = append(l.sound.sources, a)
		l.sound.Unlock()
	}
	return nil
}

func (l *live) openAudio(codec encoder.Codec) (*encoder.Audio, error) {
	c := encoder.AudioConfig{
		Codec: codec, SampleRate: capture.SampleRate, Channels: capture.Channels, BitRate: l.config.AudioBitRate,
	}
	if codec == encoder.AAC {
		c.SampleRate = cmp.Or(l.config.AudioRate, capture.SampleRate)
		if l.config.AudioMono {
			c.Channels = 1
		}
	}
	return encoder.NewAudio(c)
}

// hear encodes a stretch of sound.
func (l *live) hear(mix *capture.AudioFrame, sources []*capture.AudioFrame) {
	l.sound.Lock()
	defer l.sound.Unlock()
	for _, a := range l.sound.encoders {
		l.sounds(a.Encode(mix))
	}
	for i, a := range l.sound.sources {
		l.sounds(a.Encode(sources[i]))
	}
}

// sounds delivers what an encoder returned.
func (l *live) sounds(packets []*encoder.Packet, err error) {
	if err != nil {
		l.fail(err)
	}
	for _, p := range packets {
		l.deliver(p)
	}
}

// endSound sends what the sound encoders still hold.
func (l *live) endSound() {
	l.sound.Lock()
	defer l.sound.Unlock()
	for _, a := range slices.Concat(l.sound.encoders, l.sound.sources) {
		l.sounds(a.Flush())
		a.Close()
	}
	l.sound.encoders, l.sound.sources = nil, nil
}
