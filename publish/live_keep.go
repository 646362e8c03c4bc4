package publish

import (
	"path/filepath"

	"golive/encoder"
	"golive/recording"
)

// A keeper has what is kept of a live on this computer: the recording and the replay buffer.
type keeper struct {
	order  interleaver
	file   *recording.Recorder // nil when nothing is recorded
	replay *replay             // nil when there is none
}

// openKeeper begins to record into a file, "" for none, and to keep what c asks for. The last of the streams are of sources
// with titles, if there are any.
func openKeeper(c Config, record string, streams []*encoder.Stream, sources []string) (keeper, error) {
	k := keeper{order: interleaver{tracks: len(streams)}}
	titles := make([]string, len(streams)-len(sources), len(streams))
	if len(sources) > 0 {
		titles[len(titles)-1] = "Mix"
		titles = append(titles, sources...)
	}
	folder := c.ReplayFolder
	if record != "" {
		folder = filepath.Dir(record)
		var err error
		k.file, err = recording.Create(record, streams, recording.Options{
			SplitTime: c.SplitTime, SplitSize: c.SplitSize, Titles: titles, Log: c.Log,
		})
		if err != nil {
			return k, err
		}
	}
	if c.Replay > 0 {
		k.replay = &replay{keep: c.Replay, limit: maxReplay, folder: folder, streams: streams, titles: titles}
	}
	return k, nil
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
func (k *keeper) recording() RecordingStats {
	if k.file == nil {
		return RecordingStats{}
	}
	f := k.file.Status()
	s := RecordingStats{Path: f.Path, Bytes: f.Bytes, Paused: f.Paused, Warning: f.Warning, Repaired: f.Repaired}
	if f.Err != nil {
		s.Error = f.Err.Error()
	}
	return s
}

// MarkChapter begins a chapter of the recording here. Files hold up to 255, MPEG-TS none.
func (b *Broadcast) MarkChapter(title string) {
	if l := b.live.Load(); l != nil && l.file != nil {
		l.file.Mark(title)
	}
}

// PauseRecording leaves out of the recording what comes from now on, until it is called with false; the stream and the
// replay buffer go on. The recording goes on at a key frame, which is asked for.
func (b *Broadcast) PauseRecording(on bool) {
	l := b.live.Load()
	if l == nil || l.file == nil {
		return
	}
	l.file.Pause(on)
	switch {
	case on:
	case l.records != nil:
		l.records.wantKey.Store(true)
	default:
		l.keyframe()
	}
}
