package server

import (
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	srt "github.com/datarhei/gosrt"
)

const (
	srtLook = time.Second // between two looks at a connection
	// maxSRTHeld is what a connection may hold that is not due yet, in bytes: a second at 100 Mbit/s, or half a minute at
	// 4. The library delivers packets when their time stamps say, however far ahead that is.
	maxSRTHeld = 16 << 20
)

var (
	errSilent = errors.New("nothing came for ten seconds")
	errAhead  = fmt.Errorf("it sent more than %d MiB ahead of its time", maxSRTHeld>>20)
)

// An srtReader reads from a connection for as long as something comes: the library has no deadlines.
type srtReader struct {
	conn srt.Conn
	last atomic.Int64 // Unix ns of the last that came
	why  atomic.Pointer[error]
}

// Read implements io.Reader. It never returns io.EOF: the reader of the transport stream would take the picture that was
// coming for a whole one.
func (r *srtReader) Read(p []byte) (int, error) {
	n, err := r.conn.Read(p)
	if err == nil {
		r.last.Store(time.Now().UnixNano())
		return n, nil
	}
	if why := r.why.Load(); why != nil {
		return n, *why
	}
	if errors.Is(err, io.EOF) {
		err = errLeft
	}
	return n, err
}

// watch closes the connection when nothing comes any more, or too much. It returns when done is closed.
func (r *srtReader) watch(done <-chan struct{}) {
	tick := time.NewTicker(srtLook)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
		}
		if err := r.look(); err != nil {
			r.why.Store(&err)
			_ = r.conn.Close()
			return
		}
	}
}

func (r *srtReader) look() error {
	if time.Since(time.Unix(0, r.last.Load())) > mediaTimeout {
		return errSilent
	}
	var s srt.Statistics
	r.conn.Stats(&s)
	if s.Instantaneous.ByteRecvBuf > maxSRTHeld {
		return errAhead
	}
	return nil
}
