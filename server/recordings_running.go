package server

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golive/encoder"
	"golive/recording"
)

// maxSameSecond is how many recordings of a stream may begin in one second.
const maxSameSecond = 100

// A running is a recording in progress.
type running struct {
	stream string
	tap    *tap
	begun  chan struct{} // closed when there is a file, or there will be none
	ended  chan struct{} // closed when it is on the disk

	mu   sync.Mutex
	file string // "" before there is one
	err  error  // why there is none
}

// start begins to record a stream.
func (r *recordings) start(p *Publication) (*running, error) {
	if r.root == nil {
		return nil, errNoData
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.running[p.name] != nil {
		return nil, errRecording
	}
	t, err := p.tap("", nil)
	if err != nil {
		return nil, err
	}
	one := &running{stream: p.name, tap: t, begun: make(chan struct{}), ended: make(chan struct{})}
	r.running[p.name] = one
	r.work.Go(func() { r.record(one) })
	return one, nil
}

// stop ends the recording of a stream, and waits until it is on the disk.
func (r *recordings) stop(stream string) (*running, error) {
	r.mu.Lock()
	one := r.running[stream]
	r.mu.Unlock()
	if one == nil {
		return nil, errNotRecording
	}
	one.tap.queue.Close()
	<-one.ended
	return one, nil
}

// record writes what comes until the stream or the recording ends.
func (r *recordings) record(one *running) {
	defer close(one.ended)
	defer one.tap.close()
	defer func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.running, one.stream)
	}()
	log := r.log.With("stream", one.stream)
	rec, err := r.begin(one)
	one.mu.Lock()
	one.err = err
	one.mu.Unlock()
	close(one.begun)
	if err != nil {
		log.Error("the stream is not recorded", "error", err)
		return
	}
	log.Info("recording", "file", rec.Path())
	for err == nil {
		u, ok := one.tap.queue.Pop()
		if !ok {
			break
		}
		err = rec.WritePacket(one.tap.announced(u.Packet))
	}
	if err = errors.Join(err, rec.Close()); err != nil {
		log.Error("the recording ended", "error", err)
		return
	}
	log.Info("recorded", "file", rec.Path())
}

// begin makes the file, with the first key frame in it.
func (r *recordings) begin(one *running) (*recording.Recorder, error) {
	var first *encoder.Packet
	for first == nil {
		u, ok := one.tap.queue.Pop()
		if !ok {
			return nil, errEnded
		}
		if u.Video() && u.Packet.Keyframe {
			first = u.Packet
		}
	}
	if err := r.root.Mkdir(one.stream, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	now := time.Now().UTC().Format(recordingTime)
	for n := range maxSameSecond {
		file := now + ".mp4"
		if n > 0 {
			file = fmt.Sprintf("%s-%d.mp4", now, n+1)
		}
		path := filepath.Join(r.folder, one.stream, file)
		if _, err := os.Lstat(path); err == nil {
			continue
		}
		one.mu.Lock()
		one.file = file
		one.mu.Unlock()
		rec, err := recording.Create(path, one.tap.streams(first.Stream), recording.Options{Log: r.log})
		if err != nil {
			return nil, err
		}
		return rec, rec.WritePacket(first)
	}
	return nil, errors.New("there were too many recordings in this second")
}

// isRunning says whether a file is being recorded.
func (r *recordings) isRunning(stream, file string) bool {
	r.mu.Lock()
	one := r.running[stream]
	r.mu.Unlock()
	return one != nil && one.name() == file
}

// name returns that of the file, "" before there is one.
func (one *running) name() string {
	one.mu.Lock()
	defer one.mu.Unlock()
	return one.file
}

// failed returns why there is no file, if there is none.
func (one *running) failed() error {
	one.mu.Lock()
	defer one.mu.Unlock()
	return one.err
}
