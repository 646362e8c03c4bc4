package server

import "golive/encoder"

// maxGOP bounds the pictures kept for viewers who join, in bytes.
const maxGOP = 4 << 20

// A gop is the group of pictures that is being received: the newest key frame and what followed it. Who joins a stream
// whose publisher cannot be asked for a key frame starts with it.
type gop struct {
	packets []*encoder.Packet
	bytes   int
}

// add keeps a video packet, or forgets the group when it grows too big to be kept.
func (g *gop) add(pkt *encoder.Packet) {
	if pkt.Keyframe {
		*g = gop{}
	} else if len(g.packets) == 0 {
		return
	}
	if g.bytes += pkt.Size(); g.bytes > maxGOP {
		*g = gop{}
		return
	}
	g.packets = append(g.packets, pkt)
}
