package publish

import (
	"slices"
	"time"

	"golive/encoder"
)

const (
	// meterSpan is the time of one measure, meterMemory how many of them count.
	meterSpan   = time.Second
	meterMemory = 4
	// muxed is what a transport stream and its packets add to a stream.
	muxed = 1.1
)

// A bitMeter tells the bit rate of a stream by the times in it, which do not depend on how fast it is sent.
type bitMeter struct {
	spans []int // bit/s of the last spans, the newest last
	from  time.Duration
	bytes int
	begun bool
}

// newBitMeter takes what the encoders were asked for until there is a measure.
func newBitMeter(streams []*encoder.Stream) *bitMeter {
	rate := 0
	for _, s := range streams {
		rate += s.BitRate
	}
	return &bitMeter{spans: []int{int(muxed * float64(rate))}}
}

// add counts a packet, and says whether there is a new measure.
func (m *bitMeter) add(p *encoder.Packet) (changed bool) {
	if !m.begun {
		m.begun, m.from = true, p.DTS
	}
	if span := p.DTS - m.from; span >= meterSpan {
		m.spans = append(m.spans, int(muxed*8*float64(m.bytes)/span.Seconds()))
		m.spans = m.spans[max(0, len(m.spans)-meterMemory):]
		m.from, m.bytes, changed = p.DTS, 0, true
	}
	m.bytes += p.Size()
	return changed
}

// bitRate returns the highest of the last seconds, in bit/s.
func (m *bitMeter) bitRate() int { return slices.Max(m.spans) }
