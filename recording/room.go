package recording

import (
	"fmt"
	"path/filepath"
	"time"

	"golive/encoder"
)

const (
	// warnBelow is how much recording time may be left before a person is warned.
	warnBelow = 10 * time.Minute
	// A recording ends while there is room for mostReserve or reserveTime of it, whichever is more, but no more than a
	// reserveShare of a small disk, and always enough for leastReserve and the index.
	mostReserve  = 200 << 20
	reserveTime  = 30 * time.Second
	reserveShare = 20
	leastReserve = 4 * time.Second
	// mostLeft is the longest time that is told: who does not tell a bit rate needs next to nothing at first.
	mostLeft = 10_000 * time.Hour
)

// A room watches the space on the disk of a recording.
type room struct {
	folder   string
	rate     int64 // bytes a second as asked of the encoders
	measured int64 // bytes a second as they come
	began    time.Time
	told     int // minutes left, of the last warning
}

func newRoom(path string, streams []*encoder.Stream) *room {
	bits := 0
	for _, s := range streams {
		bits += s.BitRate
	}
	return &room{folder: filepath.Dir(path), rate: int64(bits/8) + 1, began: time.Now(), told: int(warnBelow / time.Minute)}
}

// A space is what a look at the disk says.
type space struct {
	left time.Duration // until the recording ends, at the rate of now
	low  bool          // a person should know
	full bool          // there is no room left but for the end of the file
}

// look returns how much room there is. written: the size of the recording.
func (r *room) look(written int64) (space, error) {
	left, size, err := free(r.folder)
	if err != nil {
		return space{}, err
	}
	if since := time.Since(r.began); since > 5*time.Second {
		r.measured = int64(float64(written)/since.Seconds()) + 1
	}
	return r.judge(left, size, written), nil
}

// judge says what it means that so many bytes of a disk of this size are left.
func (r *room) judge(left, size, written int64) space {
	rate := max(r.rate, r.measured)
	reserve := min(max(mostReserve, seconds(reserveTime, rate)), size/reserveShare)
	reserve = max(reserve, seconds(leastReserve, rate)+written/1000)
	if r.measured > 0 {
		rate = r.measured
	}
	s := space{full: left < reserve}
	s.left = time.Duration(min(max(0, left-reserve)/rate, int64(mostLeft/time.Second))) * time.Second
	s.low = s.left < warnBelow
	return s
}

func seconds(d time.Duration, rate int64) int64 { return int64(d/time.Second) * rate }

// warn says whether a space is news to a person: each minute less of the last ones is.
func (r *room) warn(s space) bool {
	minutes := int(s.left / time.Minute)
	if !s.low || minutes >= r.told {
		return false
	}
	r.told = minutes
	return true
}

// sentence is what a person is told.
func (s space) sentence(folder string) string {
	if s.left < time.Minute {
		return fmt.Sprintf("less than a minute of recording is left on the disk of %s; free some space", folder)
	}
	return fmt.Sprintf("about %d min of recording are left on the disk of %s; free some space", s.left/time.Minute, folder)
}
