package recording

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"golive/encoder"
)

const (
	// maxQueued is how many bytes may wait for the disk: more than a minute at 6 Mbit/s.
	maxQueued = 64 << 20
	// lookEvery is how often the room on the disk is looked at.
	lookEvery = time.Second
)

// A Recorder is a recording in progress. Its methods may be called from any goroutine.
type Recorder struct {
	streams []*encoder.Stream
	log     *slog.Logger

	wake chan struct{}
	done sync.WaitGroup
	stop context.CancelFunc // of the repairs

	mu       sync.Mutex
	queue    []*encoder.Packet
	queued   int // bytes in queue
	marks    []chapter
	newest   time.Duration // DTS of the last packet in the queue
	pause    pause
	closed   bool
	written  bool // all of it, if not on the medium yet
	path     string
	bytes    int64
	warning  string
	repaired []string
	err      error
}

// Create makes the file path, which must not exist yet, for packets of these streams (H.264, HEVC, AV1 and AAC; pictures first): MKV
// when it ends in .mkv, MPEG-TS when in .ts, else MP4.
// Meanwhile it repairs what crashes have left in the folder. Errors are sentences that name the path.
func Create(path string, streams []*encoder.Stream, o Options) (*Recorder, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	w, err := newWriter(path, streams, o)
	if err != nil {
		return nil, err
	}
	room := newRoom(path, streams)
	if s, err := room.look(0); err == nil && s.full {
		_ = w.close() // which removes it: it is empty
		return nil, explainCreate(path, syscall.ENOSPC)
	}
	return start(w, room), nil
}

// start begins to record.
func start(w *writer, room *room) *Recorder {
	ctx, cancel := context.WithCancel(context.Background())
	r := &Recorder{streams: w.streams, log: w.options.Log, wake: make(chan struct{}, 1), stop: cancel, path: w.part.path}
	r.bytes = w.bytes()
	r.done.Go(func() { r.run(w, room) })
	r.done.Go(func() { repairFolder(ctx, filepath.Dir(w.path), r.tellRepaired) })
	return r
}

// WritePacket hands over a packet and never waits for the disk. Packets of all streams come in the order of their DTS;
// those before the first key frame are left out. Its error is the one that ended the recording.
func (r *Recorder) WritePacket(p *encoder.Packet) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.err != nil:
		return r.err
	case r.closed:
		return os.ErrClosed
	}
	if p = r.pause.pass(p, beginsAll(p, r.streams)); p == nil {
		return nil
	}
	size := p.Size()
	if r.queued+size > maxQueued {
		r.err = fmt.Errorf("recording %s ends here, because its disk does not keep up; choose a faster one: %w", r.path, ErrTooSlow)
		return r.err
	}
	r.queue = append(r.queue, p)
	r.queued += size
	r.newest = p.DTS
	r.signal()
	return nil
}

// Mark begins a chapter here, which a crash does not take away. Its title is cut at 255 bytes; a file holds up to 255
// chapters, and MPEG-TS none.
func (r *Recorder) Mark(title string) {
	if len(title) > maxTitle {
		title = strings.ToValidUTF8(title[:maxTitle], "")
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.marks) < maxChapters {
		r.marks = append(r.marks, chapter{r.newest, title})
	}
	r.signal()
}

// Pause leaves out what comes from now on, until it is called with false; then the recording goes on, without a gap in
// its time, at the next key frame.
func (r *Recorder) Pause(on bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pause.set(on)
}

// Status is how a recording is doing.
type Status struct {
	Path     string // as Path
	Bytes    int64  // in all files of the recording
	Paused   bool
	Warning  string   // how much time is left when that is little, in a sentence
	Repaired []string // files that a crash had left and that are finished now
	Err      error    // what ended the recording before its Close, nil while all is well
}

// Status returns how the recording is doing now.
func (r *Recorder) Status() Status {
	r.mu.Lock()
	defer r.mu.Unlock()
	return Status{r.path, r.bytes, r.pause.on, r.warning, r.repaired, r.err}
}

// Path returns the file that is written, or was last.
func (r *Recorder) Path() string { return r.Status().Path }

// Written says whether all that there was at Close is in the file, where a crash of the program cannot harm it; a power
// cut can until Close returns.
func (r *Recorder) Written() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.written
}

// Close writes what is left, waits until it is on the disk as an ordinary file, and returns what went wrong on the way.
// A recording of nothing leaves no file. It may be called twice.
func (r *Recorder) Close() error {
	r.stop()
	r.mu.Lock()
	r.closed = true
	r.signal()
	r.mu.Unlock()
	r.done.Wait()
	return r.Status().Err
}

func (r *Recorder) signal() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// take returns what waits to be written, after the last of which more is false.
func (r *Recorder) take() (packets []*encoder.Packet, marks []chapter, more bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	packets, r.queue, r.queued = r.queue, nil, 0
	marks, r.marks = r.marks, nil
	return packets, marks, !r.closed && r.err == nil
}

// run writes packets until the end of the recording, which is Close or an error.
func (r *Recorder) run(w *writer, room *room) {
	err := r.record(w, room)
	flushed := w.flush()
	if err == nil {
		err = flushed
	}
	r.mu.Lock()
	r.written = err == nil
	r.mu.Unlock()
	if closed := w.close(); err == nil {
		err = closed
	}
	if err != nil {
		r.log.Error("the recording ended", "error", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.bytes, r.warning = w.bytes(), ""
	if r.err == nil {
		r.err = err
	}
}

func (r *Recorder) record(w *writer, room *room) error {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for more := true; more; {
		var packets []*encoder.Packet
		var marks []chapter
		select {
		case <-r.wake:
			packets, marks, more = r.take()
		case <-look.C:
			if err := r.look(w, room); err != nil {
				return err
			}
		}
		for _, p := range packets {
			if err := w.add(p); err != nil {
				return err
			}
		}
		for _, c := range marks {
			if err := w.mark(c); err != nil {
				return err
			}
		}
		r.wrote(w)
	}
	return nil
}

func (r *Recorder) wrote(w *writer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.path, r.bytes = w.part.path, w.bytes()
}

// look warns when little room is left, and returns an error when there is none.
func (r *Recorder) look(w *writer, room *room) error {
	s, err := room.look(w.bytes())
	if err != nil {
		return nil // a disk that does not tell
	}
	warning := ""
	if s.low {
		warning = s.sentence(room.folder)
	}
	if room.warn(s) {
		r.log.Warn(warning)
	}
	r.mu.Lock()
	r.warning = warning
	r.mu.Unlock()
	if s.full {
		return fmt.Errorf("recording %s ends here, because its disk is nearly full; it can be played: %w", w.part.path, ErrDiskFull)
	}
	return nil
}

func (r *Recorder) tellRepaired(path string, err error) {
	logRepaired(r.log, path, err)
	if err != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.repaired = append(r.repaired, path)
}
