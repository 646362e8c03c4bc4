package rtc

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"golive/internal/fanout"
)

const (
	playoutDelayURI = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"
	// maxSyncDelay is how long a picture may wait for its sound, in 10 ms. Sound that needs longer comes after its
	// picture, which nobody notices within 125 ms (ITU-R BT.1359).
	maxSyncDelay = 5
)

// ErrNoH264 is returned for an offer that no stream can be sent or taken in by.
var ErrNoH264 = errors.New("the offer has no H.264 video with packetization-mode=1 that this stream could be sent as")

// OpusFormat returns the format of all sound.
func OpusFormat() webrtc.RTPCodecCapability {
	return webrtc.RTPCodecCapability{
		MimeType: webrtc.MimeTypeOpus, ClockRate: uint32(fanout.AudioClock.Num), Channels: 2,
		SDPFmtpLine: "minptime=10;useinbandfec=1;stereo=1;sprop-stereo=1",
	}
}

// H264Format returns the offered H.264 format that a stream of this profile (profile_idc of the SPS) is best sent as:
// the same profile, else the first, since no browser is strict about it.
func H264Format(offer webrtc.SessionDescription, profile byte) (webrtc.RTPCodecCapability, error) {
	parsed, err := offer.Unmarshal()
	if err != nil {
		return webrtc.RTPCodecCapability{}, fmt.Errorf("malformed SDP: %w", err)
	}
	best := ""
	for _, m := range parsed.MediaDescriptions {
		if m.MediaName.Media != "video" {
			continue
		}
		for _, a := range m.Attributes {
			line, ok := h264Parameters(a.Key, a.Value)
			if ok && (best == "" || strings.Contains(line, fmt.Sprintf("profile-level-id=%02x", profile))) {
				best = line
			}
		}
	}
	if best == "" {
		return webrtc.RTPCodecCapability{}, ErrNoH264
	}
	return webrtc.RTPCodecCapability{
		MimeType: webrtc.MimeTypeH264, ClockRate: uint32(fanout.VideoClock.Num), SDPFmtpLine: best,
		RTCPFeedback: []webrtc.RTCPFeedback{{Type: "nack"}, {Type: "nack", Parameter: "pli"}, {Type: "ccm", Parameter: "fir"}},
	}, nil
}

// h264Parameters returns the format parameters of an fmtp attribute of H.264 that is packetised as we do it.
func h264Parameters(key, value string) (string, bool) {
	_, line, ok := strings.Cut(value, " ")
	line = strings.ToLower(line)
	return line, ok && key == "fmtp" && strings.Contains(line, "profile-level-id=") &&
		strings.Contains(line, "packetization-mode=1")
}

// playSoon tells the player to show pictures as they come, later only as far as sound needs it to stay together with
// them (the playout-delay extension, in units of 10 ms).
func playSoon() []byte {
	b, _ := rtp.PlayoutDelayExtension{MinDelay: 0, MaxDelay: maxSyncDelay}.Marshal() // fails only out of range
	return b
}
