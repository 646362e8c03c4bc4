package server

import (
	"errors"
	"strings"
)

// maxStreamID is how long a stream id may be, in bytes (SRT draft section 3.2.1.3).
const maxStreamID = 512

var (
	errStreamID = errors.New("the stream id is neither publish:NAME, read:NAME nor #!::r=NAME,m=publish")
	errMode     = errors.New("the mode of the stream id is neither publish nor read")
)

// A streamID is what an SRT client says it wants.
type streamID struct {
	name    string
	publish bool // else read
	token   string
}

// parseStreamID reads publish:NAME and read:NAME, which :TOKEN may follow, and the form of the SRT Access Control
// guidelines: #!:: and a list of key=value with r (resource), m (mode: publish, or request, which is the default) and s
// (session id: the token). Keys that it does not know are left alone. It does not quote what it was given.
func parseStreamID(id string) (streamID, error) {
	if len(id) > maxStreamID {
		return streamID{}, errStreamID
	}
	mode, name, ok := strings.Cut(id, ":")
	name, token, _ := strings.Cut(name, ":")
	if list, standard := strings.CutPrefix(id, "#!::"); standard {
		mode, name, token, ok = "request", "", "", true
		for pair := range strings.SplitSeq(list, ",") {
			switch key, value, _ := strings.Cut(pair, "="); key {
			case "r":
				name = value
			case "m":
				mode = value
			case "s":
				token = value
			}
		}
	}
	switch {
	case !ok:
		return streamID{}, errStreamID
	case !validName(name):
		return streamID{}, ErrBadName
	case mode == "publish":
		return streamID{name, true, token}, nil
	case mode == "read", mode == "request":
		return streamID{name, false, token}, nil
	}
	return streamID{}, errMode
}
