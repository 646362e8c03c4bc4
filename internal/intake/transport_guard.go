package intake

import (
	"bufio"
	"fmt"
	"io"
)

const (
	tsPacket  = 188       // bytes (ISO 13818-1 section 2.4.3.2)
	tsSync    = 0x47      // the first of them
	maxPES    = 8 << 20   // bytes of one access unit
	maxTSHeld = 16 << 20  // bytes that the library may have to keep of all of them
	maxTSJunk = 256 << 10 // bytes in a row that are no transport stream
	maxPIDs   = 64
	tsBuffer  = 14 * tsPacket // bytes: two packets of SRT
)

// A transportReader passes on the packets of a transport stream, and refuses what the library would keep at any cost: access
// units that do not end.
type transportReader struct {
	in   *bufio.Reader
	junk int            // bytes skipped in a row
	held map[uint16]int // bytes by PID since an access unit began
	sum  int            // of held
}

func newTransportReader(in io.Reader) *transportReader {
	return &transportReader{in: bufio.NewReaderSize(in, tsBuffer), held: map[uint16]int{}}
}

// Read implements io.Reader. It returns one packet; p must have room for it.
func (r *transportReader) Read(p []byte) (int, error) {
	if len(p) < tsPacket {
		return 0, io.ErrShortBuffer
	}
	for {
		b, err := r.in.Peek(tsPacket)
		if err != nil {
			return 0, err
		}
		if b[0] == tsSync {
			break
		}
		_, _ = r.in.Discard(1) // of what was peeked at
		if r.junk++; r.junk > maxTSJunk {
			return 0, fmt.Errorf("this is no MPEG transport stream")
		}
	}
	r.junk = 0
	n, err := io.ReadFull(r.in, p[:tsPacket])
	if err != nil {
		return n, err
	}
	return n, r.count(p)
}

// count follows the packet p.
func (r *transportReader) count(p []byte) error {
	pid := uint16(p[1]&0x1f)<<8 | uint16(p[2])
	if begins := p[1]&0x40 != 0; begins {
		r.sum -= r.held[pid]
		r.held[pid] = 0
	}
	r.held[pid] += tsPacket
	r.sum += tsPacket
	switch {
	case r.held[pid] > maxPES, r.sum > maxTSHeld:
		return fmt.Errorf("a picture of more than %d MiB in its transport stream", maxPES>>20)
	case len(r.held) > maxPIDs:
		return fmt.Errorf("more than %d programs in its transport stream", maxPIDs)
	}
	return nil
}
