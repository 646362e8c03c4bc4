package publish

import (
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	gortmp "github.com/yutopp/go-rtmp"
	rtmpmsg "github.com/yutopp/go-rtmp/message"

	"golive/internal/testrig"
	"golive/internal/testrig/media"
)

func TestNginxRefusesAWrongKey(t *testing.T) {
	s := testrig.ServeRTMP(t, testrig.RTMPConfig{Key: "right"})
	streams, packets := media.Encode(t, 30)
	url := strings.TrimSuffix(s.URL("x"), "/x")
	for key, want := range map[string]State{"s3cr3t": Refused, "right": Live} {
		sender := startSender(OutputConfig{Name: key, Destination: destination(t, url, key)}, streams, func() {}, discard)
		for _, p := range packets {
			sender.push(p)
		}
		eventually(t, string(want), func() bool { return state(sender) == want })
		o, _ := sender.stats()
		if strings.Contains(o.Error, "s3cr3t") || want == Refused && !strings.Contains(o.Error, "stream key") {
			t.Errorf("%s: %q", key, o.Error)
		}
		sender.end(time.Now().Add(drainTime))
	}
}

func TestNginxThatStillHoldsTheStream(t *testing.T) {
	s := testrig.ServeRTMP(t, testrig.RTMPConfig{})
	streams, _ := media.Encode(t, 2)
	dial(t, destination(t, s.URL("x"), ""), streams, newTestFeedback())
	o, err := destination(t, s.URL("x"), "").Dial(t.Context(), streams, newTestFeedback())
	if err == nil {
		o.Close()
	}
	if !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "Already publishing") {
		t.Errorf("a stream that is taken: %v", err)
	}
}

// A goRTMP is a server written by others, to whom we are what we send.
type goRTMP struct {
	gortmp.DefaultHandler
	mu             sync.Mutex
	name           string
	metadata       int
	video, audio   int
	first          byte
	lastTimestamp  uint32
	outOfOrder     int
	deleted, ended bool
}

func (g *goRTMP) OnPublish(_ *gortmp.StreamContext, _ uint32, cmd *rtmpmsg.NetStreamPublish) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.name = cmd.PublishingName
	return nil
}

func (g *goRTMP) OnSetDataFrame(uint32, *rtmpmsg.NetStreamSetDataFrame) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.metadata++
	return nil
}

func (g *goRTMP) OnVideo(timestamp uint32, payload io.Reader) error {
	b, err := io.ReadAll(payload)
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(b) > 1 && b[1] == 1 { // a picture, not the configuration (FLV specification, E.4.3.1)
		if g.video == 0 {
			g.first = b[0] >> 4
		}
		g.video++
	}
	g.note(timestamp)
	return err
}

func (g *goRTMP) OnAudio(timestamp uint32, payload io.Reader) error {
	b, err := io.ReadAll(payload)
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(b) > 1 && b[1] == 1 {
		g.audio++
	}
	g.note(timestamp)
	return err
}

func (g *goRTMP) note(timestamp uint32) {
	if timestamp < g.lastTimestamp {
		g.outOfOrder++
	}
	g.lastTimestamp = timestamp
}

func (g *goRTMP) OnDeleteStream(uint32, *rtmpmsg.NetStreamDeleteStream) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.deleted = true
	return nil
}

func (g *goRTMP) OnClose() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.ended = true
}

func TestGoRTMPServer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	handler := &goRTMP{}
	quiet := logrus.New()
	quiet.SetOutput(io.Discard)
	srv := gortmp.NewServer(&gortmp.ServerConfig{OnConnect: func(c net.Conn) (io.ReadWriteCloser, *gortmp.ConnConfig) {
		return c, &gortmp.ConnConfig{Handler: handler, Logger: quiet}
	}})
	var serving sync.WaitGroup
	serving.Go(func() { srv.Serve(l) })
	defer serving.Wait()
	defer srv.Close()

	streams, packets := media.Encode(t, 150)
	o := dial(t, destination(t, "rtmp://"+l.Addr().String()+"/live", "k?a=b"), streams, newTestFeedback())
	writeAll(t, o, packets)
	o.Close()
	eventually(t, "the end", func() bool {
		handler.mu.Lock()
		defer handler.mu.Unlock()
		return handler.ended
	})
	handler.mu.Lock()
	defer handler.mu.Unlock()
	video, audio := len(of(packets, streams[0])), len(of(packets, streams[1]))
	if handler.name != "k?a=b" || handler.metadata != 2 || handler.first != 1 || handler.outOfOrder != 0 ||
		handler.video != video || handler.audio < audio-1 || !handler.deleted {
		t.Errorf("%d of %d pictures, %d of %d sounds: %+v", handler.video, video, handler.audio, audio, handler)
	}
}
