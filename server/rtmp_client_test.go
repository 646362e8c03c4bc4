package server

import (
	"errors"
	"io"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/bluenviron/gortmplib/pkg/amf0"
	"github.com/bluenviron/gortmplib/pkg/bytecounter"
	"github.com/bluenviron/gortmplib/pkg/handshake"
	"github.com/bluenviron/gortmplib/pkg/message"

	"golive/internal/testrig"
	"golive/internal/testrig/clip"
)

// A client is an RTMP client that says what it is told to.
type client struct {
	net.Conn
	t *testing.T
	w *message.Writer
	r *message.Reader
}

func dialRTMP(t *testing.T, s *Server) *client {
	t.Helper()
	conn, err := net.Dial("tcp", s.RTMPAddr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	counted := bytecounter.NewReadWriter(conn)
	if _, _, err := handshake.DoClient(counted, false, false); err != nil {
		t.Fatal(err)
	}
	return &client{
		Conn: conn, t: t,
		w: message.NewWriter(counted, counted.Writer, false),
		r: message.NewReader(counted, counted.Reader, func(uint32) error { return nil }),
	}
}

func (c *client) say(name string, arguments ...any) {
	c.t.Helper()
	err := c.w.Write(&message.CommandAMF0{ChunkStreamID: 3, Name: name, CommandID: 1, Arguments: arguments})
	if err != nil {
		c.t.Fatal(err)
	}
}

func (c *client) connect() {
	c.t.Helper()
	c.say("connect", amf0.Object{{Key: "app", Value: "live"}, {Key: "tcUrl", Value: "rtmp://127.0.0.1/live"}})
}

// publish asks to publish a stream, and waits for the answer.
func (c *client) publish(name string) {
	c.t.Helper()
	c.connect()
	c.say("publish", nil, name, "live")
	for {
		m, err := c.r.Read()
		if err != nil {
			c.t.Fatal(err)
		}
		if command, ok := m.(*message.CommandAMF0); ok && command.Name == "onStatus" {
			return
		}
	}
}

// stream sends two seconds of a video, as the server sees it, and waits until it is published.
func (c *client) stream(s *Server, name string) {
	c.t.Helper()
	clip, err := clip.New()
	if err != nil {
		c.t.Fatalf("ffmpeg: %v", err)
	}
	sps, pps := clip.Streams[0].H264()
	config := slices.Concat([]byte{0x17, 0, 0, 0, 0, 1}, sps[1:4], []byte{0xff, 0xe1, 0, byte(len(sps))}, sps,
		[]byte{1, 0, byte(len(pps))}, pps) // ISO 14496-15 section 5.3.3.1, behind the header of FLV
	picture := []byte{0x27, 1, 0, 0, 0, 0, 0, 0, 2, 0x41, 1}
	if _, err := c.Write(slices.Concat(
		testrig.RTMPChunk(6, message.TypeVideo, 0, len(config), config),
		testrig.RTMPChunk(6, message.TypeVideo, 0, len(picture), picture),
		testrig.RTMPChunk(6, message.TypeVideo, 2000, len(picture), picture),
	)); err != nil {
		c.t.Fatal(err)
	}
	testrig.Eventually(c.t, "published", func() bool { return s.stream(name) != nil })
}

// ended waits until the server has closed the connection.
func (c *client) ended() {
	c.t.Helper()
	var timeout net.Error
	if _, err := io.Copy(io.Discard, c); errors.As(err, &timeout) && timeout.Timeout() {
		c.t.Error("the connection is still open")
	}
}
