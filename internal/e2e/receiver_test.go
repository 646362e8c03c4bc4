package e2e

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
)

// An arrival is one picture, or one piece of sound, that came out of the network.
type arrival struct {
	at         time.Time
	dts        time.Duration // by the publisher's clock
	video, key bool
	size       int // bytes
	connection int // counted from 1
}

// A receiver takes streams in over one protocol, as any server would, and notes when what came. It keeps the pictures in
// one file a connection.
type receiver struct {
	url string
	dir string

	mu          sync.Mutex
	arrivals    []arrival
	connections int
	srt         srtCounts

	stop []func() // what ends it, in this order
	work sync.WaitGroup
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{dir: t.TempDir()}
	t.Cleanup(r.close)
	return r
}

func (r *receiver) close() {
	for _, stop := range r.stop {
		stop()
	}
	r.stop = nil
	r.work.Wait()
}

// connected begins a connection, and the file of its pictures.
func (r *receiver) connected() (*intake, error) {
	r.mu.Lock()
	r.connections++
	i := &intake{receiver: r, number: r.connections}
	r.mu.Unlock()
	var err error
	i.file, err = os.Create(r.pictures(i.number))
	return i, err
}

// pictures returns the file of a connection's pictures, an elementary stream.
func (r *receiver) pictures(connection int) string {
	return filepath.Join(r.dir, fmt.Sprintf("%03d.h264", connection))
}

// all returns what has come so far.
func (r *receiver) all() []arrival {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.arrivals)
}

// times returns the DTS of all pictures, or of all sound.
func (r *receiver) times(video bool) []time.Duration {
	var list []time.Duration
	for _, a := range r.all() {
		if a.video == video {
			list = append(list, a.dts)
		}
	}
	return list
}

// An intake is one connection of a receiver. It is used by one goroutine.
type intake struct {
	receiver *receiver
	number   int
	file     *os.File
	broken   bool      // a part of a picture is missing: none counts before the next key frame
	newest   time.Time // when the last picture came
}

// picture takes a picture whose last part came at a time. None can be shown before the one that it follows.
func (i *intake) picture(at time.Time, dts time.Duration, unit [][]byte) {
	if at.After(i.newest) {
		i.newest = at
	}
	if i.broken = i.broken && !(h264.IsRandomAccess(unit) && whole(unit)); i.broken {
		return
	}
	size := 0
	for _, nal := range unit {
		size += len(nal)
	}
	i.note(arrival{at: i.newest, video: true, key: h264.IsRandomAccess(unit), dts: dts, size: size})
	i.write(unit)
}

// whole says whether a picture whose end is there has its first slice too, which begins with the number 0 of its first
// macroblock, in Exp-Golomb code.
func whole(unit [][]byte) bool {
	first := slices.IndexFunc(unit, func(nal []byte) bool {
		t := h264.NALUType(nal[0] & 0x1f)
		return t == h264.NALUTypeNonIDR || t == h264.NALUTypeIDR
	})
	return first >= 0 && len(unit[first]) > 1 && unit[first][1]&0x80 != 0
}

// write adds NAL units to the file. What is wrong with the file shows when it is decoded.
func (i *intake) write(unit [][]byte) {
	if b, err := h264.AnnexB(unit).Marshal(); err == nil {
		_, _ = i.file.Write(b)
	}
}

func (i *intake) sound(dts time.Duration, size int) {
	i.note(arrival{at: time.Now(), dts: dts, size: size})
}

func (i *intake) note(a arrival) {
	a.connection = i.number
	i.receiver.mu.Lock()
	i.receiver.arrivals = append(i.receiver.arrivals, a)
	i.receiver.mu.Unlock()
}

func (i *intake) close() { i.file.Close() }

// openConns ends connections that would not end by themselves.
type openConns struct {
	mu     sync.Mutex
	conns  []io.Closer
	closed bool
}

func (o *openConns) add(c io.Closer) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.conns = append(o.conns, c)
	if o.closed {
		c.Close()
	}
}

func (o *openConns) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	for _, c := range o.conns {
		c.Close()
	}
}
