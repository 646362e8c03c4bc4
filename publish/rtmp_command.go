package publish

import (
	"github.com/bluenviron/gortmplib/pkg/amf0"
	"github.com/bluenviron/gortmplib/pkg/message"
)

func command(name string, id int, arguments ...any) *message.CommandAMF0 {
	return &message.CommandAMF0{ChunkStreamID: commandChannel, Name: name, CommandID: id, Arguments: arguments}
}

// parseCommand returns nil for what is not a name, a number and arguments (RTMP 1.0 section 7.2). FFmpeg's server, for
// one, says onFCPublish and nothing more.
func parseCommand(body []byte) *message.CommandAMF0 {
	data, err := amf0.Unmarshal(body)
	if err != nil || len(data) < 2 {
		return nil
	}
	name, _ := data[0].(string)
	id, ok := data[1].(float64)
	if name == "" || !ok {
		return nil
	}
	return command(name, int(id), data[2:]...)
}

// A refusal is a server's "no", in its own words.
type refusal struct{ words string }

func (r refusal) Error() string { return r.words }

// endOf says why m ends the stream, nil when it does not: a refusal, or a moving.
func endOf(m message.Message) error {
	c, ok := m.(*message.CommandAMF0)
	if !ok || c.Name != "onStatus" {
		return nil
	}
	info := last(c.Arguments)
	if code, _ := property(info, "code"); code == "NetConnection.Connect.ReconnectRequest" {
		to, _ := property(info, "tcUrl")
		return moving{to}
	}
	if isError(info) {
		return refusal{words(info)}
	}
	return nil
}

// A moving is a server's wish to be connected to again, at an address or at the same (Enhanced RTMP 2, "Reconnect
// Request").
type moving struct{ to string }

func (m moving) Error() string { return "it asks to connect again" }

func isError(info any) bool {
	level, _ := property(info, "level")
	return level == "error"
}

// words returns the description of an information object, or its code.
func words(info any) string {
	for _, key := range []string{"description", "code"} {
		if s, ok := property(info, key); ok && s != "" {
			return s
		}
	}
	return "it gave no reason"
}

func property(info any, key string) (string, bool) {
	o, _ := object(info)
	return o.GetString(key)
}

// object returns an object that was sent as such, or as an array with names.
func object(value any) (o amf0.Object, ok bool) {
	switch o := value.(type) {
	case amf0.Object:
		return o, true
	case amf0.ECMAArray:
		return amf0.Object(o), true
	}
	return nil, false
}

// last returns the last argument of a command, nil when there is none.
func last(arguments []any) any {
	if len(arguments) == 0 {
		return nil
	}
	return arguments[len(arguments)-1]
}
