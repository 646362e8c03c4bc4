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
}

// parseStreamID reads publish:NAME and read:NAME, and the form of the SRT Access Control guidelines: #!:: and a list
// of key=value with r (resource) and m (mode: publish, or request, which is the default). Keys that it does not know
// are left alone. It does not quote what it was given: passwords travel there.
func parseStreamID(id string) (streamID, error) {
	if len(id) > maxStreamID {
		return streamID{}, errStreamID
	}
	mode, name, ok := strings.Cut(id, ":")
	if list, standard := strings.CutPrefix(id, "#!::"); standard {
		mode, name, ok = "request", "", true
		for pair := range strings.SplitSeq(list, ",") {
			switch key, value, _ := strings.Cut(pair, "="); key {
			case "r":
				name = value
			case "m":
				mode = value
			}
		}
	}
	switch {
	case !ok:
		return streamID{}, errStreamID
	case !validName(name):
		return streamID{}, ErrBadName
	case mode == "publish":
		return streamID{name: name, publish: true}, nil
	case mode == "read", mode == "request":
		return streamID{name: name}, nil
	}
	return streamID{}, errMode
}
