package encoder

import (
	"fmt"
	"slices"

	"github.com/asticode/go-astiav"

	"golive/capture"
	"golive/encoder/internal/av"
)

// A converter changes the sample rate and the number of channels of sound.
type converter struct {
	inRate, inChannels   int
	outRate, outChannels int
	resampler            *astiav.SoftwareResampleContext
	in, out              *astiav.Frame
}

func newConverter(inRate, inChannels, outRate, outChannels int) *converter {
	return &converter{
		inRate: inRate, inChannels: inChannels, outRate: outRate, outChannels: outChannels,
		resampler: astiav.AllocSoftwareResampleContext(), in: astiav.AllocFrame(), out: astiav.AllocFrame(),
	}
}

func channelLayout(channels int) astiav.ChannelLayout {
	if channels == 1 {
		return astiav.ChannelLayoutMono
	}
	return astiav.ChannelLayoutStereo
}

// run returns what f becomes; less than a millisecond of it stays inside until the next call.
func (c *converter) run(f *capture.AudioFrame) ([]float32, error) {
	if f.SampleRate != c.inRate || f.Channels != c.inChannels {
		return nil, fmt.Errorf("sound of %d Hz and %d channels after some of %d Hz and %d", f.SampleRate, f.Channels, c.inRate, c.inChannels)
	}
	defer c.in.Unref()
	defer c.out.Unref()
	c.describe(c.in, c.inRate, c.inChannels)
	c.describe(c.out, c.outRate, c.outChannels)
	c.in.SetNbSamples(len(f.Samples) / c.inChannels)
	if err := c.in.AllocBuffer(0); err != nil {
		return nil, err
	}
	copy(av.FloatPlane(c.in, 0, len(f.Samples)), f.Samples)
	if err := c.resampler.ConvertFrame(c.in, c.out); err != nil {
		return nil, fmt.Errorf("converting %d to %d Hz: %w", c.inRate, c.outRate, err)
	}
	n := c.out.NbSamples() * c.outChannels
	if n == 0 {
		return nil, nil
	}
	return slices.Clone(av.FloatPlane(c.out, 0, n)), nil
}

func (c *converter) describe(f *astiav.Frame, rate, channels int) {
	f.SetSampleFormat(astiav.SampleFormatFlt)
	f.SetSampleRate(rate)
	f.SetChannelLayout(channelLayout(channels))
}

func (c *converter) close() {
	c.in.Free()
	c.out.Free()
	c.resampler.Free()
}
