package publish

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"sync"

	"github.com/bluenviron/gortmplib/pkg/amf0"
	"github.com/bluenviron/gortmplib/pkg/bytecounter"
	"github.com/bluenviron/gortmplib/pkg/handshake"
	"github.com/bluenviron/gortmplib/pkg/message"
	"github.com/bluenviron/gortmplib/pkg/rawmessage"
)

const (
	// commandChannel and mediaChannel are the chunk streams for commands and data, as encoders use them.
	commandChannel, mediaChannel = 3, 4
	// mediaStream is the id of the one message stream there is (RTMP 1.0 section 7.2.1.3), in the library's byte order.
	mediaStream = 0x1000000
	// chunkSize and ackWindow are large: a chunk costs a header, an acknowledgement a packet.
	chunkSize, ackWindow = 65536, 2500000
	// pingRequest is a type of user control message (RTMP 1.0 section 7.1.7).
	pingRequest = 6
	// reconnects is the capability to be sent elsewhere (Enhanced RTMP 2, capsEx).
	reconnects = 1
)

// A session is the conversation with an RTMP server on one connection, a gortmplib.Conn. It is made of gortmplib's
// parts instead of its Client, which gives up on a command that it cannot read (FFmpeg's server sends one), answers pings
// on a writer that another goroutine is using, and does not tell a refusal from other errors.
type session struct {
	counted *bytecounter.ReadWriter
	reader  *rawmessage.Reader
	asked   bool // the server was asked to take the stream

	answered []any // what the server said to connect

	writing sync.Mutex
	writer  *message.Writer
}

// newSession begins to talk on a connection.
func newSession(c net.Conn) (*session, error) {
	s := &session{}
	s.counted = bytecounter.NewReadWriter(struct {
		io.Reader
		io.Writer
	}{&ear{conn: c}, c})
	if _, _, err := handshake.DoClient(s.counted, false, false); err != nil {
		return nil, err
	}
	s.writer = message.NewWriter(s.counted, s.counted.Writer, false)
	s.reader = rawmessage.NewReader(s.counted, s.counted.Reader, func(count uint32) error {
		return s.Write(&message.Acknowledge{Value: count})
	})
	return s, nil
}

// BytesReceived implements gortmplib.Conn.
func (s *session) BytesReceived() uint64 { return s.counted.Reader.Count() }

// BytesSent implements gortmplib.Conn.
func (s *session) BytesSent() uint64 { return s.counted.Writer.Count() }

// Write implements gortmplib.Conn, for any goroutine.
func (s *session) Write(m message.Message) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	return s.writer.Write(m)
}

// Read implements gortmplib.Conn. It returns the server's next command; the rest it deals with or passes over, and so it
// does with commands that are malformed.
func (s *session) Read() (message.Message, error) {
	for {
		raw, err := s.reader.Read()
		if err != nil {
			return nil, err
		}
		switch message.Type(raw.Type) {
		case message.TypeCommandAMF0:
			if c := parseCommand(raw.Body); c != nil {
				return c, nil
			}
		default:
			if err := s.control(message.Type(raw.Type), raw.Body); err != nil {
				return nil, err
			}
		}
	}
}

// control follows a protocol control message (RTMP 1.0 sections 5.4 and 7.1.7).
func (s *session) control(t message.Type, body []byte) error {
	switch {
	case t == message.TypeUserControl && len(body) == 6 && binary.BigEndian.Uint16(body) == pingRequest:
		return s.Write(&message.UserControlPingResponse{ServerTime: binary.BigEndian.Uint32(body[2:])})
	case len(body) != 4:
	case t == message.TypeSetChunkSize:
		return s.reader.SetChunkSize(binary.BigEndian.Uint32(body))
	case t == message.TypeSetWindowAckSize:
		s.reader.SetWindowAckSize(binary.BigEndian.Uint32(body))
	case t == message.TypeAbortMessage:
		s.reader.AbortChunkStream(binary.BigEndian.Uint32(body))
	}
	return nil
}

// A request is what a server is asked for.
type request struct {
	app    *url.URL // the application
	stream string
	offer  amf0.Object // what it is told of codecs that are Enhanced RTMP's, if any
	auth   string      // a query that says who is asking, if any
}

// publish asks a server to take a stream (RTMP 1.0 sections 7.2.1 and 7.2.2.6), and waits for its answer. The error is a
// refusal when it says no.
func (s *session) publish(r request) error {
	app := *r.app
	app.RawQuery = strings.Trim(app.RawQuery+"&"+r.auth, "&")
	connect := amf0.Object{
		{Key: "app", Value: strings.TrimPrefix(app.RequestURI(), "/")},
		{Key: "type", Value: "nonprivate"},
		{Key: "flashVer", Value: "FMLE/3.0 (compatible; Golive)"},
		{Key: "tcUrl", Value: app.String()},
		{Key: "capsEx", Value: float64(reconnects)},
	}
	connect = append(connect, r.offer...)
	for _, m := range []message.Message{
		&message.SetWindowAckSize{Value: ackWindow},
		&message.SetChunkSize{Value: chunkSize},
		command("connect", 1, connect),
	} {
		if err := s.Write(m); err != nil {
			return err
		}
	}
	var err error
	if s.answered, err = s.answer(1); err != nil {
		return err
	}
	for _, m := range []message.Message{
		command("releaseStream", 2, nil, r.stream),
		command("FCPublish", 3, nil, r.stream),
		command("createStream", 4, nil),
	} {
		if err := s.Write(m); err != nil {
			return err
		}
	}
	created, err := s.answer(4)
	if err != nil {
		return err
	}
	if id, ok := last(created).(float64); !ok || id != 1 {
		return fmt.Errorf("it answers createStream with %v, not with 1", last(created))
	}
	s.asked = true
	m := command("publish", 5, nil, r.stream, "live")
	m.ChunkStreamID, m.MessageStreamID = mediaChannel, mediaStream
	if err := s.Write(m); err != nil {
		return err
	}
	_, err = s.answer(5)
	return err
}

// unpublish takes leave (RTMP 1.0 section 7.2.2.3), so that the server knows at once.
func (s *session) unpublish(stream string) {
	if s.Write(command("FCUnpublish", 6, nil, stream)) == nil {
		s.Write(command("deleteStream", 7, nil, float64(1)))
	}
}

// answer waits for the result of a command, or for the status that takes its place, and returns its arguments.
func (s *session) answer(id int) ([]any, error) {
	for {
		m, err := s.Read()
		if err != nil {
			return nil, err
		}
		c, ok := m.(*message.CommandAMF0)
		if !ok {
			continue
		}
		mine := c.CommandID == id || c.CommandID == 0 // some servers answer without a number
		switch {
		case c.Name == "_error" && mine:
			return nil, refusal{words(last(c.Arguments))}
		case c.Name == "onStatus":
			if info := last(c.Arguments); isError(info) {
				return nil, refusal{words(info)}
			}
			if s.asked {
				return c.Arguments, nil
			}
		case c.Name == "_result" && c.CommandID == id:
			return c.Arguments, nil
		}
	}
}
