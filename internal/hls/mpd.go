package hls

import (
	"encoding/xml"
	"fmt"
	"time"
)

// The parts of a Media Presentation Description (ISO 23009-1 section 5) that live streams need.
type (
	mpd struct {
		XMLName      xml.Name        `xml:"urn:mpeg:dash:schema:mpd:2011 MPD"`
		Profiles     string          `xml:"profiles,attr"`
		Type         string          `xml:"type,attr"`
		Start        string          `xml:"availabilityStartTime,attr"`
		Published    string          `xml:"publishTime,attr"`
		Update       mpdTime         `xml:"minimumUpdatePeriod,attr"`
		Buffer       mpdTime         `xml:"minBufferTime,attr"`
		Past         mpdTime         `xml:"timeShiftBufferDepth,attr"`
		Delay        mpdTime         `xml:"suggestedPresentationDelay,attr"`
		Description  mpdService      `xml:"ServiceDescription"`
		Period       mpdPeriod       `xml:"Period"`
		Synchronized []mpdDescriptor `xml:"UTCTiming"`
	}
	mpdService struct {
		Latency struct {
			Target int `xml:"target,attr"` // ms
			Min    int `xml:"min,attr"`
			Max    int `xml:"max,attr"`
		}
		PlaybackRate struct {
			Min float64 `xml:"min,attr"`
			Max float64 `xml:"max,attr"`
		}
	}
	mpdPeriod struct {
		ID    string   `xml:"id,attr"`
		Start mpdTime  `xml:"start,attr"`
		Sets  []mpdSet `xml:"AdaptationSet"`
	}
	mpdSet struct {
		ContentType    string            `xml:"contentType,attr"`
		MimeType       string            `xml:"mimeType,attr"`
		Aligned        bool              `xml:"segmentAlignment,attr"`
		SAP            int               `xml:"startWithSAP,attr"`
		Representation mpdRepresentation `xml:"Representation"`
	}
	mpdRepresentation struct {
		ID         string         `xml:"id,attr"`
		Bandwidth  int            `xml:"bandwidth,attr"` // bit/s
		Codecs     string         `xml:"codecs,attr"`
		Width      int            `xml:"width,attr,omitempty"`
		Height     int            `xml:"height,attr,omitempty"`
		SampleRate int            `xml:"audioSamplingRate,attr,omitempty"`
		Channels   *mpdDescriptor `xml:"AudioChannelConfiguration"`
		Template   mpdTemplate    `xml:"SegmentTemplate"`
	}
	mpdTemplate struct {
		Timescale int     `xml:"timescale,attr"`
		Init      string  `xml:"initialization,attr"`
		Media     string  `xml:"media,attr"`
		Offset    float64 `xml:"availabilityTimeOffset,attr"` // s
		Complete  bool    `xml:"availabilityTimeComplete,attr"`
		Timeline  []mpdS  `xml:"SegmentTimeline>S"`
	}
	mpdS struct {
		T uint64 `xml:"t,attr"`
		D uint64 `xml:"d,attr"`
	}
	mpdDescriptor struct {
		Scheme string `xml:"schemeIdUri,attr"`
		Value  string `xml:"value,attr"`
	}
)

// An mpdTime is a duration as XML writes it.
type mpdTime time.Duration

// MarshalText implements encoding.TextMarshaler.
func (t mpdTime) MarshalText() ([]byte, error) {
	return fmt.Appendf(nil, "PT%.3fS", time.Duration(t).Seconds()), nil
}
