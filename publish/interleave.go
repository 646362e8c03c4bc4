package publish

import (
	"slices"
	"time"

	"golive/encoder"
)

// maxInterleave is how far one stream may run ahead of another that is silent. An encoder that looks ahead holds its
// pictures for up to a second and a half.
const maxInterleave = 2 * time.Second

// An interleaver puts the packets of several streams, of which one at most has pictures, in the order of their DTS. It
// holds a packet until every other stream has got as far.
type interleaver struct {
	tracks int                               // how many streams there are
	newest map[*encoder.Stream]time.Duration // nil is for the pictures, whose stream can change
	held   []*encoder.Packet
}

// push takes a packet and returns those that can go now.
func (i *interleaver) push(p *encoder.Packet) []*encoder.Packet {
	if i.newest == nil {
		i.newest = map[*encoder.Stream]time.Duration{}
	}
	if p.Stream.Codec.Video() {
		i.newest[nil] = p.DTS
	} else {
		i.newest[p.Stream] = p.DTS
	}
	at := len(i.held)
	for at > 0 && i.held[at-1].DTS > p.DTS {
		at--
	}
	i.held = slices.Insert(i.held, at, p)

	limit := i.held[len(i.held)-1].DTS - maxInterleave
	if len(i.newest) == i.tracks {
		reached := p.DTS
		for _, dts := range i.newest {
			reached = min(reached, dts)
		}
		limit = max(limit, reached)
	}
	n := 0
	for n < len(i.held) && i.held[n].DTS <= limit {
		n++
	}
	ready := slices.Clone(i.held[:n])
	i.held = slices.Delete(i.held, 0, n)
	return ready
}

// pass notes that there will be no pictures up to a DTS: nothing waits for them.
func (i *interleaver) pass(dts time.Duration) {
	if newest, begun := i.newest[nil]; begun {
		i.newest[nil] = max(newest, dts)
	}
}

// rest returns what is still held.
func (i *interleaver) rest() []*encoder.Packet {
	held := i.held
	i.held = nil
	return held
}
