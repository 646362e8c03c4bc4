package publish

import (
	"errors"
	"time"
)

var errRecorded = errors.New("the broadcast is recorded already")

// StartRecording begins to record a broadcast that is live, from its next key frame on, which is asked for. path is of a
// file that does not exist yet, as for GoLive. A recording that has ended by an error is closed for the new one. Errors:
// as of GoLive.
func (b *Broadcast) StartRecording(path string) error {
	b.change.Lock()
	defer b.change.Unlock()
	l := b.live.Load()
	if l == nil {
		return errNotLive
	}
	if err := checkCodecs(l.config.Codec, path, nil); err != nil {
		return err
	}
	if file := l.recorder(); file != nil {
		if file.Status().Err == nil && !l.ownFailed() {
			return errRecorded
		}
		_ = l.stopRecording(time.Now().Add(endTime)) // what went wrong was told
	}
	if err := l.openFile(path); err != nil {
		return err
	}
	l.keptKeyframe()
	return nil
}

// StopRecording ends the recording of a broadcast, which stays live, and returns when the file is on the disk, after 2 s
// at most. Its error is that of the recording. Without a recording it does nothing.
func (b *Broadcast) StopRecording() error {
	b.change.Lock()
	defer b.change.Unlock()
	l := b.live.Load()
	if l == nil {
		return errNotLive
	}
	return l.stopRecording(time.Now().Add(endTime))
}

// stopRecording ends the recording, and waits for its disk until the deadline.
func (l *live) stopRecording(deadline time.Time) error {
	l.mu.Lock()
	if l.replay == nil { // which goes on with what still waits for others
		l.rest()
	}
	file := l.file
	l.file = nil
	l.mu.Unlock()
	if file == nil {
		return nil
	}
	return closeRecording(file, deadline, l.config.Log)
}

// MarkChapter begins a chapter of the recording here. Files hold up to 255, MPEG-TS none.
func (b *Broadcast) MarkChapter(title string) {
	l := b.live.Load()
	if l == nil {
		return
	}
	if file := l.recorder(); file != nil {
		file.Mark(title)
	}
}

// PauseRecording leaves out of the recording what comes from now on, until it is called with false; the stream and the
// replay buffer go on. The recording goes on at a key frame, which is asked for.
func (b *Broadcast) PauseRecording(on bool) {
	l := b.live.Load()
	if l == nil {
		return
	}
	file := l.recorder()
	if file == nil {
		return
	}
	file.Pause(on)
	if !on {
		l.keptKeyframe()
	}
}

// keptKeyframe asks for a key frame in what is kept.
func (l *live) keptKeyframe() {
	if o := l.records.Load(); o != nil {
		o.wantKey.Store(true)
		return
	}
	l.keyframe()
}
