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

	dirty   chan struct{}
	syncing sync.WaitGroup
	err     error // of the last sync; read after syncing.Wait
}

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
	if dir, err := os.Open(filepath.Dir(d.file.Name())); err == nil {
		dir.Sync() // best effort: some file systems cannot
		dir.Close()
	}
	for range d.dirty {
		d.err = syncData(d.file)
	}
}

// close waits for the last sync.
func (d *disk) close() error {
	close(d.dirty)
	d.syncing.Wait()
	err := d.file.Close()
	if d.err != nil {
		return d.err
	}
	return err
}
