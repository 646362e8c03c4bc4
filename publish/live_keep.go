package publish

import (
	"path/filepath"
	"time"

	"golive/encoder"
	"golive/recording"
)

// A keeper has what is kept of a live on this computer: the recording and the replay buffer.
type keeper struct {
	order  interleaver
	file   *recording.Recorder // nil when nothing is recorded
	replay *replay             // nil when there is none
}

// openReplay begins to keep the last moments, beside the recording if there is one.
func (l *live) openReplay(record string) error {
	streams, titles, err := l.openKeeping()
	if err != nil {
		return err
	}
	folder := l.config.ReplayFolder
	if record != "" {
		folder = filepath.Dir(record)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.order = interleaver{tracks: len(streams)}
	l.replay = &replay{keep: l.config.Replay, limit: maxReplay, folder: folder, streams: streams, titles: titles}
	return nil
}

// openFile begins to record into a file, which begins with the next key frame.
func (l *live) openFile(record string) error {
	streams, titles, err := l.openKeeping()
	if err != nil {
		return err
	}
	file, err := recording.Create(record, streams, recording.Options{
		SplitTime: l.config.SplitTime, SplitSize: l.config.SplitSize, Titles: titles, Log: l.config.Log,
	})
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.replay == nil {
		l.order = interleaver{tracks: len(streams)}
	}
	l.file = file
	return nil
}

// openKeeping opens the encoders that what is kept needs and that are not there yet, and returns the streams to keep:
// pictures first, then the mix of the sound, then each of its sources if they have tracks of their own. titles has one
// for each.
func (l *live) openKeeping() (streams []*encoder.Stream, titles []string, err error) {
	if err := l.openAudios([]encoder.Codec{encoder.AAC}); err != nil {
		return nil, nil, err
	}
	if l.config.RecordSounds && l.titles == nil {
		if err := l.openSources(); err != nil {
			return nil, nil, err
		}
	}
	if l.config.RecordBitRate > 0 {
		if err := l.openOwn(); err != nil {
			return nil, nil, err
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	streams = carried(l.streams, []encoder.Codec{l.config.Codec}, []encoder.Codec{encoder.AAC})
	for _, s := range l.own {
		if s.Codec.Video() {
			streams[0] = s // the newest is the last one
		} else {
			streams = append(streams, s)
		}
	}
	titles = make([]string, len(streams)-len(l.titles), len(streams))
	if len(l.titles) > 0 {
		titles[len(titles)-1] = "Mix"
	}
	return streams, append(titles, l.titles...), nil
}

// recorder returns the recording, nil when there is none.
func (l *live) recorder() *recording.Recorder {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.file
}

// keeps says whether packets are wanted for the recording or the replay buffer.
func (l *live) keeps() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.file != nil || l.replay != nil
}

// endKeeping writes the end of the recording, and waits for its disk until the deadline.
func (l *live) endKeeping(deadline time.Time) error {
	l.mu.Lock()
	l.rest()
	l.mu.Unlock()
	if l.replay != nil {
		l.replay.clear()
	}
	if l.file == nil {
		return nil
	}
	return closeRecording(l.file, deadline, l.config.Log)
}

// outcome returns what went wrong with the recording, also when that was known only after the end.
func (l *live) outcome() error {
	if file := l.recorder(); l.result == nil && file != nil {
		return file.Status().Err
	}
	return l.result
}

// keep takes a packet, of any stream.
func (k *keeper) keep(p *encoder.Packet) {
	if k.file == nil && k.replay == nil {
		return
	}
	if p.Stream.Codec.Video() || p.Stream.Codec == encoder.AAC {
		k.write(k.order.push(p))
	}
}

// rest keeps what still waited for others.
func (k *keeper) rest() { k.write(k.order.rest()) }

func (k *keeper) write(packets []*encoder.Packet) {
	for _, p := range packets {
		if k.file != nil {
			_ = k.file.WritePacket(p) // its error stays in the file
		}
		if k.replay != nil {
			k.replay.add(p)
		}
	}
}

// recording returns how the recording is doing.
func (l *live) recording() RecordingStats {
	var s RecordingStats
	if file := l.recorder(); file != nil {
		f := file.Status()
		s = RecordingStats{Path: f.Path, Bytes: f.Bytes, Paused: f.Paused, Warning: f.Warning, Repaired: f.Repaired}
		if f.Err != nil {
			s.Error = f.Err.Error()
		}
	}
	if o := l.records.Load(); o != nil {
		o.stats(&s)
	}
	return s
}
