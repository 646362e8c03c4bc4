package publish

import (
	"fmt"
	"slices"
	"time"
)

const (
	// spare is how much more than the bit rate an upload must carry to be enough: key frames come in bursts, and lost
	// packets go again.
	spare = 1.2
	// fullTime is how long a way counts as full after it was.
	fullTime = 10 * time.Second
)

// UploadStats tells what the destinations need of the upload together, and what comes through.
type UploadStats struct {
	NeededKbps int    `json:"needed_kbps"` // of those that are not stopped or refused, at the bit rate that is wanted
	AckedKbps  int    `json:"acked_kbps"`  // acknowledged in the last second
	Known      bool   `json:"known"`       // something was acknowledged at all
	Warning    string `json:"warning"`     // when that is not enough, in a sentence; else ""
}

// Upload returns what the destinations together need of the upload, in bit/s, with what the protocols add. The embedded
// server needs none.
func (c Config) Upload(outputs []OutputConfig) int {
	sum := 0
	for _, o := range outputs {
		sum += c.upload(o.Destination)
	}
	return sum
}

func (c Config) upload(d Destination) int { return c.UploadBy(d.Protocol()) }

// UploadBy is Upload of one destination by its protocol, as Destination.Protocol returns it.
func (c Config) UploadBy(protocol string) int {
	if protocol == "local" {
		return 0
	}
	media := c.BitRate
	if slices.ContainsFunc(c.Audio, func(spec string) bool { return spec != "none" }) {
		media += c.AudioBitRate
	}
	return int(float64(media) * overhead(protocol))
}

// overhead returns what the packets of a protocol, and those below it, add to the media, as a factor.
func overhead(protocol string) float64 {
	switch protocol {
	case "srt":
		return 1.10 // transport stream, SRT, UDP and IP
	case "whip":
		return 1.07 // RTP, SRTP, UDP and IP
	}
	return 1.05 // RTMP, TCP and IP
}

// upload fills in what is known of the upload.
func (l *live) upload(s *UploadStats) {
	c := l.config
	c.BitRate = int(l.most.Load())
	needed, acked := 0, 0
	full := false
	for _, o := range l.outputs() {
		if !o.isSent() {
			continue
		}
		needed += c.upload(o.config.Destination)
		came, isFull := o.comesThrough(time.Now())
		acked += came
		full = full || isFull
	}
	s.NeededKbps, s.AckedKbps, s.Known = needed/1000, acked/1000, acked > 0
	if full && float64(acked) < spare*float64(needed) {
		s.Warning = fmt.Sprintf("the upload carries %.1f Mbit/s, and %.1f are needed: choose a lower bit rate, or fewer destinations",
			float64(acked)/1e6, spare*float64(needed)/1e6)
	}
}

// isSent says whether an output goes over the network, and is wanted.
func (s *sender) isSent() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.config.Destination.Protocol() != "local" && s.state != Stopped && s.state != Refused
}

// comesThrough returns the bit/s that were acknowledged in the last second, and whether the way was full lately.
func (s *sender) comesThrough(now time.Time) (bps int, full bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != Live {
		return 0, false
	}
	return int(s.acked.perSecond() * 8), now.Sub(s.adapter.uneasy) < fullTime
}
