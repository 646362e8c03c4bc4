package fanout

// MaxGOP bounds the pictures kept for viewers who join, in bytes.
const MaxGOP = 4 << 20

// A GOP is the group of pictures that is being received: the newest key frame and what followed it. Who joins a stream
// whose publisher cannot be asked for a key frame starts with it.
type GOP struct {
	Units []*Unit
	bytes int
}

// Add keeps a picture, or forgets the group when it grows too big to be kept.
func (g *GOP) Add(u *Unit) {
	if u.Packet.Keyframe {
		*g = GOP{}
	} else if len(g.Units) == 0 {
		return
	}
	if g.bytes += u.Packet.Size(); g.bytes > MaxGOP {
		*g = GOP{}
		return
	}
	g.Units = append(g.Units, u)
}
