package server

// maxGOP bounds the pictures kept for viewers who join, in bytes.
const maxGOP = 4 << 20

// A gop is the group of pictures that is being received: the newest key frame and what followed it. Who joins a stream
// whose publisher cannot be asked for a key frame starts with it.
type gop struct {
	units []*unit
	bytes int
}

// add keeps a picture, or forgets the group when it grows too big to be kept.
func (g *gop) add(u *unit) {
	if u.pkt.Keyframe {
		*g = gop{}
	} else if len(g.units) == 0 {
		return
	}
	if g.bytes += u.pkt.Size(); g.bytes > maxGOP {
		*g = gop{}
		return
	}
	g.units = append(g.units, u)
}
