package rtmp

import (
	"time"

	"github.com/bluenviron/gortmplib"
	"github.com/bluenviron/gortmplib/pkg/amf0"
	"github.com/bluenviron/gortmplib/pkg/message"
)

const (
	// analysis is how much media the library wants to see before it says what the tracks are.
	analysis = 2 * time.Second
	// settling is how much of it we let pass for a track that is announced, or may come unannounced.
	settling = time.Second
)

// A Publisher is a publisher as the library is to see it, a gortmplib.Conn: without its commands and metadata, which
// the library has no use for but keeps, decoded, until it knows the tracks; and with its analysis cut short as soon as
// all tracks that the metadata announces are there.
type Publisher struct {
	*gortmplib.ServerConn

	announced bool // there was metadata
	wants     tracksSeen
	has       tracksSeen
	begun     bool
	first     time.Duration // DTS
	newest    time.Duration
	jumps     []message.Message // what makes the library believe that it has seen enough
	settled   bool
}

type tracksSeen struct{ video, audio bool }

// Read implements gortmplib.Conn.
func (c *Publisher) Read() (message.Message, error) {
	for {
		if len(c.jumps) > 0 {
			m := c.jumps[0]
			c.jumps = c.jumps[1:]
			return m, nil
		}
		m, err := c.ServerConn.Read()
		if err != nil {
			return nil, err
		}
		switch m := m.(type) {
		case *message.CommandAMF0, *message.VideoExMetadata:
		case *message.DataAMF0:
			c.announce(m)
		default:
			c.look(m)
			return m, nil
		}
	}
}

// announce reads which tracks the metadata tells of.
func (c *Publisher) announce(m *message.DataAMF0) {
	for _, v := range m.Payload {
		var o amf0.Object
		switch v := v.(type) {
		case amf0.Object:
			o = v
		case amf0.ECMAArray:
			o = amf0.Object(v)
		}
		_, video := o.Get("videocodecid")
		_, audio := o.Get("audiocodecid")
		if video || audio {
			c.announced, c.wants = true, tracksSeen{video, audio}
		}
	}
}

// look follows what comes until it is known, and then has the library jump to its end.
func (c *Publisher) look(m message.Message) {
	if c.settled {
		return
	}
	switch m := m.(type) {
	case *message.Video:
		c.has.video = c.has.video || m.Type == message.VideoTypeConfig
		c.at(m.DTS)
	case *message.VideoExSequenceStart:
		c.has.video = true
	case *message.VideoExCodedFrames:
		c.at(m.DTS)
	case *message.VideoExFramesX:
		c.at(m.DTS)
	case *message.Audio:
		c.has.audio = c.has.audio || m.Codec != message.CodecMPEG4Audio || m.AACType == message.AudioAACTypeConfig
		c.at(m.DTS)
	case *message.AudioExCodedFrames:
		c.has.audio = true
		c.at(m.DTS)
	case *message.VideoExMultitrack, *message.AudioExMultitrack:
		c.settled = true // nobody says how many there are: the library finds out
		return
	}
	all := c.has == tracksSeen{true, true} || c.announced && c.has == c.wants
	if c.begun && (all || c.newest-c.first >= settling && c.has.video) {
		c.settle()
	}
}

func (c *Publisher) at(dts time.Duration) {
	if !c.begun {
		c.begun, c.first, c.newest = true, dts, dts
	}
	c.newest = max(c.newest, dts)
}

// settle queues two empty pictures, as far apart as the analysis is long.
func (c *Publisher) settle() {
	c.settled = true
	for _, dts := range []time.Duration{c.newest, c.newest + analysis} {
		c.jumps = append(c.jumps, &message.Video{
			Codec: message.CodecH264, Type: message.VideoTypeAU, DTS: dts, AU: []byte{0, 0, 0, 0}, // a NAL unit of no bytes
		})
	}
}
