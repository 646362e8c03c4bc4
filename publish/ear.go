package publish

import (
	"errors"
	"io"
	"time"
)

// A server has little to say to a publisher: answers, acknowledgements, pings. What is beyond that is not even parsed,
// since a parser can be made to take much memory and time.
const (
	earBurst  = 64 << 10 // bytes
	earPerSec = 512      // bytes
)

var errTooMuch = errors.New("it says more than a server has to say")

// An ear reads what a server says, within these bounds.
type ear struct {
	conn  io.Reader
	spent int // bytes, less what the time since has given back
	since time.Time
}

// Read implements io.Reader.
func (e *ear) Read(b []byte) (int, error) {
	n, err := e.conn.Read(b)
	now := time.Now()
	back := min(now.Sub(e.since), time.Hour).Seconds() * earPerSec
	e.spent, e.since = max(0, e.spent-int(back))+n, now
	if err == nil && e.spent > earBurst {
		return 0, errTooMuch
	}
	return n, err
}
