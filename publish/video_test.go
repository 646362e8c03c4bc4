package publish

import (
	"errors"
	"io"
	"strings"
	"testing"

	"golive/capture"
)

func TestSetVideoWhileLive(t *testing.T) {
	b := startBroadcast(t, testConfig())
	goLive(t, b, "")
	for range 3 {
		before := b.Stats().Video.Encoded
		if err := b.SetVideo("pattern"); err != nil {
			t.Fatal(err)
		}
		eventually(t, "more pictures", func() bool { return b.Stats().Video.Encoded > before+5 })
	}
	if err := b.SetVideo("camera:9"); !errors.Is(err, capture.ErrUnsupported) {
		t.Error(err)
	}
	before := b.Stats().Video.Encoded
	eventually(t, "the old source", func() bool { return b.Stats().Video.Encoded > before+5 })
	if err := b.Err(); err != nil {
		t.Error(err)
	}
}

// A flaky source fails after some pictures.
type flaky struct {
	capture.VideoSource
	left int
}

func (f *flaky) ReadVideo() (*capture.VideoFrame, error) {
	if f.left--; f.left < 0 {
		return nil, errors.New("unplugged")
	}
	return f.VideoSource.ReadVideo()
}

func TestLostSourceIsHeldAndComesBack(t *testing.T) {
	b := startBroadcast(t, testConfig())
	good := b.video.current()
	source, err := capture.OpenVideo("pattern", b.video.options)
	if err != nil {
		t.Fatal(err)
	}
	goLive(t, b, "")
	if !b.video.exchange(good, &flaky{source, 10}, "pattern") {
		t.Fatal("not exchanged")
	}
	eventually(t, "a loss", func() bool { return strings.Contains(b.Stats().Video.Error, "unplugged") })
	lost := b.Stats().Video
	eventually(t, "repeated pictures", func() bool { return b.Stats().Video.Encoded > lost.Encoded+10 })
	held := b.Stats().Video
	if held.Error != "" && (held.Captured != lost.Captured || held.Lagged < lost.Lagged+10) {
		t.Errorf("from %+v to %+v", lost, held)
	}
	eventually(t, "a return", func() bool { s := b.Stats().Video; return s.Error == "" && s.Captured > lost.Captured+5 })
}

// A belated source delivers its last picture when it has been closed already.
type belated struct {
	capture.VideoSource
	last    *capture.VideoFrame
	reading chan struct{}
	closed  chan struct{}
}

func (s *belated) ReadVideo() (*capture.VideoFrame, error) {
	if s.last == nil {
		return nil, io.EOF
	}
	close(s.reading)
	<-s.closed
	f := s.last
	s.last = nil
	return f, nil
}

func (s *belated) Close() error {
	close(s.closed)
	return s.VideoSource.Close()
}

// The newest picture is freed, also when it came while the source was being closed.
func TestCloseFreesTheNewestPicture(t *testing.T) {
	c := testConfig()
	source, err := capture.OpenVideo("pattern", capture.VideoOptions{Clock: capture.NewClock(), Size: c.Size, FrameRate: c.FrameRate})
	if err != nil {
		t.Fatal(err)
	}
	f, err := source.ReadVideo()
	if err != nil {
		t.Fatal(err)
	}
	late := &belated{source, f.Retain(), make(chan struct{}), make(chan struct{})}
	v := &videoInput{emit: func(*capture.VideoFrame, bool) {}, changed: make(chan struct{}, 1), source: late}
	ran := make(chan struct{})
	go func() {
		v.run()
		close(ran)
	}()
	<-late.reading
	v.close()
	<-ran
	f.Release() // the last one
	defer func() {
		if recover() == nil {
			t.Error("somebody still holds the picture")
		}
	}()
	f.Release()
}
