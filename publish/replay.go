package publish

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golive/encoder"
	"golive/recording"
)

// maxReplay bounds the packets of a replay buffer, in bytes: 10 minutes at 6 Mbit/s.
const maxReplay = 512 << 20

// maxReplayNames bounds the search for a free name.
const maxReplayNames = 100

// ErrNoReplay: there is nothing that could be saved as a replay.
var ErrNoReplay = errors.New("no replay")

// A replay keeps the packets of the last moments in memory: whole groups of pictures, from a key frame on.
type replay struct {
	keep    time.Duration // at least, and up to a key interval more
	limit   int           // bytes, at most
	folder  string        // to save in
	streams []*encoder.Stream
	titles  []string // of the streams

	mu     sync.Mutex
	groups [][]*encoder.Packet // each begins with a key frame; the last one grows
	sizes  []int               // bytes, of each
}

// add takes a packet; packets come in the order of their DTS.
func (r *replay) add(p *encoder.Packet) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if p.Stream.Codec.Video() && p.Keyframe {
		r.groups, r.sizes = append(r.groups, nil), append(r.sizes, 0)
	}
	last := len(r.groups) - 1
	if last < 0 {
		return
	}
	r.groups[last] = append(r.groups[last], p)
	r.sizes[last] += p.Size()
	for len(r.groups) > 0 && (r.tooLarge() || len(r.groups) > 1 && p.DTS-r.groups[1][0].DTS >= r.keep) {
		r.groups[0] = nil // for the garbage collector
		r.groups, r.sizes = r.groups[1:], r.sizes[1:]
	}
}

func (r *replay) tooLarge() bool {
	total := 0
	for _, n := range r.sizes {
		total += n
	}
	return total > r.limit
}

// packets returns what is kept.
func (r *replay) packets() []*encoder.Packet {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []*encoder.Packet
	for _, g := range r.groups {
		all = append(all, g...)
	}
	return all
}

// clear gives the memory back.
func (r *replay) clear() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.groups, r.sizes = nil, nil
}

// save writes what is kept into a new file of the folder, which is made, and returns its path.
func (r *replay) save(now time.Time) (string, error) {
	packets := r.packets()
	if len(packets) == 0 {
		return "", fmt.Errorf("%w: no picture is there yet; try again in a moment", ErrNoReplay)
	}
	if err := os.MkdirAll(r.folder, 0o755); err != nil {
		return "", fmt.Errorf("the folder of the replay cannot be made; choose another one: %w", err)
	}
	name := now.Format("Golive replay 2006-01-02 15.04.05")
	var err error
	for n := range maxReplayNames {
		path := filepath.Join(r.folder, name+".mp4")
		if n > 0 {
			path = filepath.Join(r.folder, fmt.Sprintf("%s %d.mp4", name, n+1))
		}
		if err = recording.Save(path, r.streams, packets, r.titles); err == nil {
			return path, nil
		}
		if !errors.Is(err, os.ErrExist) {
			break
		}
	}
	return "", fmt.Errorf("saving the replay: %w", err)
}

// SaveReplay writes the last moments of what was live, as long as Config.Replay, into a new file beside the recording or
// in Config.ReplayFolder, and returns its path. The broadcast goes on untouched. Errors: ErrNoReplay, those of
// recording.Create.
func (b *Broadcast) SaveReplay() (string, error) {
	l := b.live.Load()
	if l == nil || l.replay == nil {
		return "", fmt.Errorf("%w: the replay buffer is off, or the broadcast is not live", ErrNoReplay)
	}
	return l.replay.save(time.Now())
}
