package recording

import (
	"errors"
	"os"
	"time"

	"golive/encoder"
)

// A container turns packets into the pieces of a file.
type container interface {
	// header returns the beginning of the file.
	header() ([]byte, error)
	// begin sets the DTS that becomes time zero, before the first packet.
	begin(origin time.Duration)
	// add takes a packet and returns the piece that it completes, nil when there is none yet.
	add(*encoder.Packet) ([]byte, error)
	// rest returns the last piece, nil when there is none.
	rest() ([]byte, error)
	// wrote is called with each piece that is in the file now.
	wrote(piece []byte) error
	// finish makes the file, whose pieces are on the disk, easier to use for who plays it, and adds the chapters.
	finish(*os.File, []chapter) error
}

// A marker is a container that can hold chapters before it is finished, for the case that it never is.
type marker interface {
	// marked is called with the file and all chapters when there is a new one. It returns a piece for them, or has
	// written them where they belong.
	marked(*os.File, []chapter) (piece []byte, err error)
}

// A part is one file of a recording.
type part struct {
	path  string
	disk  *disk
	box   container
	begun bool
	from  time.Duration // DTS of its first packet
	empty bool          // nothing but a header

	chapters []chapter
}

// newPart begins to write into f, which it takes over.
func newPart(f *os.File, box container) (*part, error) {
	_ = lock(f) // best effort: some file systems have no locks
	p := &part{path: f.Name(), disk: newDisk(f), box: box}
	header, err := box.header()
	if err == nil {
		err = p.write(header)
	}
	p.empty = true
	if err != nil {
		return nil, errors.Join(err, p.discard())
	}
	return p, nil
}

// write appends a piece.
func (p *part) write(piece []byte) error {
	if len(piece) == 0 {
		return nil
	}
	if err := p.disk.write(piece); err != nil {
		return err
	}
	p.empty = false
	return p.box.wrote(piece)
}

// begin makes a DTS its time zero.
func (p *part) begin(from time.Duration) {
	p.begun, p.from = true, from
	p.box.begin(from)
}

func (p *part) add(packet *encoder.Packet) error {
	piece, err := p.box.add(packet)
	if err != nil {
		return err
	}
	return p.write(piece)
}

// mark adds a chapter.
func (p *part) mark(c chapter) error {
	p.chapters = append(p.chapters, c)
	m, ok := p.box.(marker)
	if !ok {
		return nil
	}
	piece, err := m.marked(p.disk.file, p.chapters)
	if err != nil {
		return err
	}
	return p.write(piece)
}

// flush writes the packets that wait for others.
func (p *part) flush() error {
	rest, err := p.box.rest()
	if err != nil {
		return err
	}
	return p.write(rest)
}

// close finishes the file and waits until it is on the disk. A part of nothing leaves no file.
func (p *part) close() error {
	if p.empty {
		return p.discard()
	}
	err := p.disk.settle()
	if finished := p.box.finish(p.disk.file, p.chapters); err == nil {
		err = finished
	}
	if info, statErr := p.disk.file.Stat(); statErr == nil {
		p.disk.size = info.Size()
		_ = p.disk.file.Truncate(p.disk.size) // gives back what was reserved
	}
	if closed := p.disk.file.Close(); err == nil {
		err = closed
	}
	return err
}

// discard ends the file and removes it.
func (p *part) discard() error {
	settled := p.disk.settle()
	_ = p.disk.file.Close()
	if err := os.Remove(p.path); !errors.Is(err, os.ErrNotExist) {
		return errors.Join(settled, err)
	}
	return settled
}
