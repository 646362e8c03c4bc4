package recording

import (
	"os"
	"path/filepath"
	"sync"
)

// A disk appends whole pieces to a file and brings them to the medium in the background, one sync at a time.
type disk struct {
	file *os.File
	size int64 // bytes of whole pieces
	room int64 // bytes that are reserved

	dirty   chan struct{}
	syncing sync.WaitGroup
	err     error // of the last sync; read after syncing.Wait
}

// What is reserved ahead of a file, so that it can be finished on a disk that others fill: leastAhead and an indexShare
// of the file, and then reserveStep more, to ask seldom.
const (
	leastAhead  = 1 << 20
	indexShare  = 100
	reserveStep = 1 << 20
)

// newDisk takes over an empty file.
func newDisk(f *os.File) *disk {
	d := &disk{file: f, dirty: make(chan struct{}, 1)}
	d.syncing.Go(d.sync)
	return d
}

// write appends piece in one write. A piece that does not fit is cut off again, so that the file stays whole.
func (d *disk) write(piece []byte) error {
	if len(piece) == 0 {
		return nil
	}
	if need := d.size + int64(len(piece)) + leastAhead + d.size/indexShare; need > d.room {
		d.room = need + reserveStep
		reserve(d.file, d.room)
	}
	if _, err := d.file.Write(piece); err != nil {
		d.file.Truncate(d.size)
		return err
	}
	d.size += int64(len(piece))
	select {
	case d.dirty <- struct{}{}:
	default: // the sync that is due covers this piece too
	}
	return nil
}

// sync brings the file to the medium whenever there is something new, and its name once.
func (d *disk) sync() {
	syncFolder(filepath.Dir(d.file.Name()))
	for range d.dirty {
		d.err = syncData(d.file)
	}
}

// syncFolder brings the names in a folder to the medium, as far as its file system can.
func syncFolder(path string) {
	if dir, err := os.Open(path); err == nil {
		_ = dir.Sync()
		_ = dir.Close()
	}
}

// settle waits for the last sync. Nothing may be written any more.
func (d *disk) settle() error {
	close(d.dirty)
	d.syncing.Wait()
	return d.err
}
