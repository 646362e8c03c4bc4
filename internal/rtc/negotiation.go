package rtc

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/pion/webrtc/v4"

	"golive/internal/refusal"
)

const (
	// maxCandidates is how many candidates a peer may name at once.
	maxCandidates = 64
	// gatherPatience is how long an answer may wait for STUN and TURN servers.
	gatherPatience = time.Second
)

// A Negotiation is what two sides of a peer connection have agreed on by an offer and an answer, and what the peer may
// change of it later: it names further candidates, or restarts ICE when its network is another (RFC 9725 section 4.3).
type Negotiation struct {
	pc *webrtc.PeerConnection

	mu  sync.Mutex
	tag string // of this ICE session
}

// NewNegotiation returns that of a peer connection that was offered nothing yet.
func NewNegotiation(pc *webrtc.PeerConnection) *Negotiation {
	return &Negotiation{pc: pc, tag: newTag()}
}

func newTag() string { return `"` + rand.Text()[:8] + `"` }

// ETag returns the entity tag of the ICE session.
func (n *Negotiation) ETag() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.tag
}

// Answer returns the answer to an offer, with all candidates that are found in time.
func (n *Negotiation) Answer(offer string) (string, error) {
	if err := n.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
		return "", fmt.Errorf("offer: %w", err)
	}
	gathered := webrtc.GatheringCompletePromise(n.pc)
	answer, err := n.pc.CreateAnswer(nil)
	if err != nil {
		return "", fmt.Errorf("answer: %w", err)
	}
	if err := n.pc.SetLocalDescription(answer); err != nil {
		return "", fmt.Errorf("answer: %w", err)
	}
	select {
	case <-gathered:
	case <-time.After(gatherPatience): // an ICE server that does not answer
	}
	return n.pc.LocalDescription().SDP, nil
}

// Patch takes a fragment (RFC 8840 section 9). match is the ETag that the peer means: that of the ICE session whose
// candidates it names, or "*" to restart ICE, which is answered with a fragment; otherwise that is "".
func (n *Negotiation) Patch(fragment, match string) (string, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	remote := n.pc.RemoteDescription()
	if remote == nil {
		return "", refusal.New(http.StatusConflict, "there is nothing yet that could be changed")
	}
	ufrag, pwd := Attribute(fragment, "ice-ufrag"), Attribute(fragment, "ice-pwd")
	restart := ufrag != "" && ufrag != Attribute(remote.SDP, "ice-ufrag")
	switch {
	case match == "":
		return "", refusal.New(http.StatusPreconditionRequired, "If-Match must have the ETag of the session, or * to restart ICE")
	case match != "*" && match != n.tag:
		return "", refusal.New(http.StatusPreconditionFailed, "the ICE session is another: it was restarted since")
	case restart && match != "*":
		return "", refusal.New(http.StatusUnprocessableEntity, "to restart ICE, send If-Match: *")
	case restart && pwd == "":
		return "", refusal.New(http.StatusBadRequest, "there is no a=ice-pwd")
	case restart:
		return n.restart(remote.SDP, fragment, ufrag, pwd)
	}
	return "", n.trickle(fragment)
}

// trickle takes candidates. An ICE-lite server has no use for them: it learns where its peer is from the peer's checks.
func (n *Negotiation) trickle(fragment string) error {
	mid, left := "", maxCandidates
	for line := range strings.Lines(fragment) {
		line = strings.TrimSpace(line)
		if m, ok := strings.CutPrefix(line, "a=mid:"); ok {
			mid = m
		}
		if !strings.HasPrefix(line, "a=candidate:") {
			continue
		}
		if left--; left < 0 {
			return refusal.New(http.StatusBadRequest, "there are more than 64 candidates")
		}
		init := webrtc.ICECandidateInit{Candidate: line[len("a="):]}
		if mid != "" {
			init.SDPMid = &mid
		}
		if err := n.pc.AddICECandidate(init); err != nil {
			return refusal.New(http.StatusBadRequest, "candidate: "+err.Error())
		}
	}
	return nil
}

// restart begins another ICE session: as if the peer had sent its offer once more, with the credentials and candidates
// of the fragment.
func (n *Negotiation) restart(offer, fragment, ufrag, pwd string) (string, error) {
	var b strings.Builder
	for line := range strings.Lines(offer) {
		switch {
		case strings.HasPrefix(line, "a=ice-ufrag:"):
			line = "a=ice-ufrag:" + ufrag + "\r\n"
		case strings.HasPrefix(line, "a=ice-pwd:"):
			line = "a=ice-pwd:" + pwd + "\r\n"
		case strings.HasPrefix(line, "a=candidate:"), strings.HasPrefix(line, "a=end-of-candidates"):
			continue
		}
		b.WriteString(line)
	}
	answer, err := n.Answer(b.String())
	if err != nil {
		return "", refusal.New(http.StatusBadRequest, "ICE cannot be restarted: "+err.Error())
	}
	n.tag = newTag()
	if err := n.trickle(fragment); err != nil {
		return "", err
	}
	return FragmentOf(answer), nil
}

// FragmentOf returns what of an SDP is about ICE, in its first media section: all others are bundled with it.
func FragmentOf(sdp string) string {
	var b strings.Builder
	sections := 0
	for line := range strings.Lines(sdp) {
		if strings.HasPrefix(line, "m=") {
			sections++
		}
		if sections > 1 {
			break
		}
		for _, kept := range []string{"m=", "a=mid:", "a=ice-", "a=candidate:", "a=end-of-candidates", "a=group:"} {
			if strings.HasPrefix(line, kept) {
				b.WriteString(line)
			}
		}
	}
	return b.String()
}

// Attribute returns the first value of an SDP attribute, "" when there is none.
func Attribute(sdp, name string) string {
	for line := range strings.Lines(sdp) {
		if value, ok := strings.CutPrefix(line, "a="+name+":"); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
