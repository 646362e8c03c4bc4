package publish

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	gortmp "github.com/yutopp/go-rtmp"
	rtmpmsg "github.com/yutopp/go-rtmp/message"

	"golive/internal/testrig"
	"golive/internal/testrig/media"
)

// An rtmpPeer is a server that others wrote: start returns its address, and what returns the file of all that it was
// sent, when the stream is over.
type rtmpPeer func(t *testing.T) (url string, finish func() (file string))

// Servers that others wrote record all that they are sent, also over the wraps: a time stamp of more than 24 bits stands
// elsewhere, after four and a half hours, and one of 32 bits begins again after 49 days.
func TestRTMPPeersRecordAll(t *testing.T) {
	const wrap24, wrap32 = (1 << 24) * time.Millisecond, (1 << 32) * time.Millisecond
	streams, packets := media.Encode(t, int(interopTime().Seconds()*30))
	starts := map[string]time.Duration{"from the beginning": time.Second, "over 24 bits": wrap24 - 3*time.Second, "over 32 bits": wrap32 - 3*time.Second}
	tests := sideBySide{t: t}
	defer tests.wait()
	for name, peer := range map[string]rtmpPeer{"nginx": nginxPeer, "ffmpeg": ffmpegPeer, "go-rtmp": goRTMPPeer} {
		for at, start := range starts {
			switch {
			case name == "go-rtmp" && start > wrap24/2: // it does not know of longer time stamps
				continue
			case name == "nginx" && start > wrap32/2: // it counts from the headers, which are at zero, with 31 bits
				continue
			}
			tests.run(name+" "+at, func(t *testing.T) {
				url, finish := peer(t)
				sent := later(packets, start)
				o := dialSoon(t, destination(t, url, ""), streams)
				inRealTime(t, o, sent)
				o.Close()
				checkArrived(t, finish(), streams, sent)
			})
		}
	}
}

func nginxPeer(t *testing.T) (string, func() string) {
	s := testrig.ServeRTMP(t, testrig.RTMPConfig{Record: true})
	return s.URL("x"), func() string {
		s.Stop() // it has written all then
		files, err := s.Recordings("x")
		if err != nil || len(files) != 1 {
			t.Fatal(files, err)
		}
		return files[0]
	}
}

func ffmpegPeer(t *testing.T) (string, func() string) {
	l, err := net.Listen("tcp", "127.0.0.2:0") // where no connection of another test takes the port meanwhile
	if err != nil {
		t.Fatal(err)
	}
	url, file := "rtmp://"+l.Addr().String()+"/live/x", filepath.Join(t.TempDir(), "a.mkv")
	l.Close()
	p := startProgram(t, fmt.Sprintf("ffmpeg -nostdin -v error -listen 1 -i %s -c copy -copyts %s", url, file))
	return url, func() string {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if code, err := p.Wait(ctx); code != 0 || err != nil {
			t.Fatalf("%d, %v: %s", code, err, p.Stderr())
		}
		return file
	}
}

func goRTMPPeer(t *testing.T) (string, func() string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	handler := &flvWriter{over: make(chan struct{})}
	handler.file.WriteString("FLV\x01\x05\x00\x00\x00\x09\x00\x00\x00\x00") // sound and pictures (FLV specification, E.2)
	serveGoRTMP(t, l, handler)
	return "rtmp://" + l.Addr().String() + "/live/x", func() string {
		select {
		case <-handler.over:
		case <-time.After(10 * time.Second):
			t.Fatal("the connection does not end")
		}
		file := filepath.Join(t.TempDir(), "a.flv")
		if err := os.WriteFile(file, handler.file.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
}

// serveGoRTMP has go-rtmp's server take what comes, until the test ends.
func serveGoRTMP(t *testing.T, l net.Listener, handler gortmp.Handler) {
	quiet := logrus.New()
	quiet.SetOutput(io.Discard)
	s := gortmp.NewServer(&gortmp.ServerConfig{OnConnect: func(c net.Conn) (io.ReadWriteCloser, *gortmp.ConnConfig) {
		return c, &gortmp.ConnConfig{Handler: handler, Logger: quiet}
	}})
	var serving sync.WaitGroup
	serving.Go(func() { s.Serve(l) })
	t.Cleanup(func() {
		s.Close()
		serving.Wait()
	})
}

// An flvWriter makes a file of what go-rtmp's server receives, until over is closed.
type flvWriter struct {
	gortmp.DefaultHandler
	file bytes.Buffer
	over chan struct{}
}

func (w *flvWriter) OnPublish(*gortmp.StreamContext, uint32, *rtmpmsg.NetStreamPublish) error {
	return nil
}

func (w *flvWriter) OnAudio(at uint32, payload io.Reader) error { return w.tag(8, at, payload) }

func (w *flvWriter) OnVideo(at uint32, payload io.Reader) error { return w.tag(9, at, payload) }

func (w *flvWriter) OnClose() { close(w.over) }

// tag writes a tag (FLV specification, E.4.1).
func (w *flvWriter) tag(kind byte, at uint32, payload io.Reader) error {
	body, err := io.ReadAll(payload)
	n := len(body)
	w.file.Write([]byte{kind, byte(n >> 16), byte(n >> 8), byte(n), byte(at >> 16), byte(at >> 8), byte(at), byte(at >> 24), 0, 0, 0})
	w.file.Write(body)
	w.file.Write(binary.BigEndian.AppendUint32(nil, uint32(11+n)))
	return err
}
