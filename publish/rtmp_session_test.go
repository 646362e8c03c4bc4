package publish

import (
	"bytes"
	"io"
	"testing"

	"github.com/bluenviron/gortmplib/pkg/amf0"
	"github.com/bluenviron/gortmplib/pkg/bytecounter"
	"github.com/bluenviron/gortmplib/pkg/message"
	"github.com/bluenviron/gortmplib/pkg/rawmessage"
)

// serverSays returns messages as they go over the wire.
func serverSays(t testing.TB, messages ...message.Message) []byte {
	t.Helper()
	var b bytes.Buffer
	w := message.NewWriter(&b, bytecounter.NewWriter(&b), false)
	for _, m := range messages {
		if err := w.Write(m); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

// hearing returns a session after its handshake, whose server has already said all it will say.
func hearing(said []byte) *session {
	s := &session{asked: true}
	s.counted = bytecounter.NewReadWriter(struct {
		io.Reader
		io.Writer
	}{&ear{conn: bytes.NewReader(said)}, io.Discard})
	s.writer = message.NewWriter(s.counted, s.counted.Writer, false)
	s.reader = rawmessage.NewReader(s.counted, s.counted.Reader, func(uint32) error { return nil })
	return s
}

func status(level, code, description string) *message.CommandAMF0 {
	return &message.CommandAMF0{ChunkStreamID: 5, Name: "onStatus", Arguments: amf0.Data{nil, amf0.Object{
		{Key: "level", Value: level}, {Key: "code", Value: code}, {Key: "description", Value: description},
	}}}
}

func TestAnswer(t *testing.T) {
	start := status("status", "NetStream.Publish.Start", "")
	for _, c := range []struct {
		name string
		says []message.Message
		want string // the error; "" is none
	}{
		{"start", []message.Message{start}, ""},
		{"ping first", []message.Message{&message.UserControlPingRequest{ServerTime: 7}, start}, ""},
		{"another answer first", []message.Message{command("_error", 2, nil, "nothing to release"), start}, ""},
		{"bad name", []message.Message{status("error", "NetStream.Publish.BadName", "Already publishing")}, "Already publishing"},
		{"only a code", []message.Message{status("error", "NetStream.Publish.Denied", "")}, "NetStream.Publish.Denied"},
		{"a malformed command first", []message.Message{&message.CommandAMF0{ChunkStreamID: 3}, start}, ""},
		{"no reason", []message.Message{command("_error", 5)}, "it gave no reason"},
		{"nothing", nil, "EOF"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := hearing(serverSays(t, c.says...)).answer(5)
			if c.want == "" && err != nil || c.want != "" && (err == nil || err.Error() != c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

// Whatever a server says, listening to it ends with what it says.
func FuzzAnswer(f *testing.F) {
	f.Add(serverSays(f, status("status", "NetStream.Publish.Start", "")))
	f.Add(serverSays(f, &message.SetChunkSize{Value: 1}, &message.UserControlPingRequest{}, command("_result", 5, nil, float64(1))))
	f.Add([]byte{0x02, 0, 0, 0, 0, 0, 6, 0x04, 0, 0, 0, 0, 0, 99, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, said []byte) {
		_, err := hearing(said).answer(5)
		_ = err // an answer or an error, but an end
	})
}
