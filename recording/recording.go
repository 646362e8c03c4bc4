// Package recording keeps packets in files that survive a crash. In go encoder.Packets, out comes a fragmented MP4
// (ISO 14496-12) that any player opens, also when the program or the machine died while it was written: each fragment is
// written at once, holds at most a second, and is brought to the disk in the background. Writing has a goroutine of its
// own, so that a slow disk never holds up who records.
package recording

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"

	"golive/encoder"
)

// maxQueued is how many bytes may wait for the disk: more than a minute at 6 Mbit/s.
const maxQueued = 64 << 20

var (
	// ErrDiskFull ends a recording; what was written until then can be played.
	ErrDiskFull = errors.New("disk full")
	// ErrTooSlow ends a recording whose disk has not kept up for long.
	ErrTooSlow = errors.New("disk too slow")
)

// A File is a recording in progress. Its methods may be called from any goroutine.
type File struct {
	path  string
	disk  *disk
	bytes atomic.Int64

	wake chan struct{}
	done sync.WaitGroup

	mu     sync.Mutex
	queue  []*encoder.Packet
	queued int // bytes in queue
	closed bool
	whole  bool // all is written, if not on the medium yet
	err    error
}

// Create makes the file path, which must not exist yet, for packets of these streams (H.264 and AAC). Errors are
// sentences that name the path.
func Create(path string, streams []*encoder.Stream) (*File, error) {
	m, err := newMuxer(streams)
	if err != nil {
		return nil, fmt.Errorf("recording %s: %w", path, err)
	}
	header, err := m.header()
	if err != nil {
		return nil, fmt.Errorf("recording %s: %w", path, err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return nil, explainCreate(path, err)
	}
	r, err := start(f, m, header)
	if err != nil {
		os.Remove(path)
		return nil, err
	}
	return r, nil
}

// start begins a recording into f, which it takes over.
func start(f *os.File, m *muxer, header []byte) (*File, error) {
	r := &File{path: f.Name(), disk: newDisk(f), wake: make(chan struct{}, 1)}
	if err := r.disk.write(header); err != nil {
		r.disk.close()
		return nil, explainWrite(r.path, err)
	}
	r.bytes.Store(r.disk.size)
	r.done.Go(func() { r.run(m) })
	return r, nil
}

// WritePacket hands over a packet and never waits for the disk. Packets before the first key frame are left out. Its
// error is the one that ended the recording.
func (r *File) WritePacket(p *encoder.Packet) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.err != nil:
		return r.err
	case r.closed:
		return os.ErrClosed
	}
	size := p.Size()
	if r.queued+size > maxQueued {
		r.err = fmt.Errorf("recording %s ends here, because its disk does not keep up; choose a faster one: %w", r.path, ErrTooSlow)
		return r.err
	}
	r.queue = append(r.queue, p)
	r.queued += size
	r.signal()
	return nil
}

// Path returns where the recording is.
func (r *File) Path() string { return r.path }

// Bytes returns how long the file is now.
func (r *File) Bytes() int64 { return r.bytes.Load() }

// Err returns what ended the recording before its Close, nil while all is well.
func (r *File) Err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

// Written says whether all that there was at Close is in the file, where a crash of the program cannot harm it; a power
// cut can until Close returns.
func (r *File) Written() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.whole
}

// Close writes what is left, waits until it is on the disk, and returns what went wrong on the way. A recording of
// nothing leaves no file. It may be called twice.
func (r *File) Close() error {
	r.mu.Lock()
	r.closed = true
	r.signal()
	r.mu.Unlock()
	r.done.Wait()
	return r.Err()
}

func (r *File) signal() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// take returns the waiting packets, after the last of which more is false.
func (r *File) take() (packets []*encoder.Packet, more bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	packets, r.queue, r.queued = r.queue, nil, 0
	return packets, !r.closed && r.err == nil
}

// run writes packets until the end of the recording, which is Close or an error.
func (r *File) run(m *muxer) {
	header := r.disk.size
	err := r.record(m)
	r.mu.Lock()
	r.whole = err == nil
	r.mu.Unlock()
	if closeErr := r.disk.close(); err == nil {
		err = closeErr
	}
	if err != nil {
		err = explainWrite(r.path, err)
	}
	if r.disk.size == header {
		os.Remove(r.path)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil {
		r.err = err
	}
}

func (r *File) record(m *muxer) error {
	for more := true; more; {
		var packets []*encoder.Packet
		<-r.wake
		packets, more = r.take()
		for _, p := range packets {
			fragment, err := m.add(p)
			if err != nil {
				return err
			}
			if err := r.write(fragment); err != nil {
				return err
			}
		}
	}
	rest, err := m.rest()
	if err != nil {
		return err
	}
	return r.write(rest)
}

func (r *File) write(fragment []byte) error {
	err := r.disk.write(fragment)
	r.bytes.Store(r.disk.size)
	return err
}
