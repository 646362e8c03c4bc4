package server

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net/url"

	"golive/secret"
)

// Access says who may publish and who may watch. The zero value lets everybody who reaches the server do both.
type Access struct {
	// Publish is the token of publishers, who may manage as well: end streams, send viewers away, record.
	Publish secret.Secret
	// View is the token of viewers. Who may publish may watch.
	View secret.Secret
	// Hook is the URL of a service that is asked about everybody who has none of these tokens, for those who have users
	// already: it is sent a POST with action, stream, protocol, address and token as JSON, and says yes with a status of
	// 200 to 299. When it does not answer, nobody comes in.
	Hook string
}

// NewToken returns a token that nobody guesses: 130 random bits.
func NewToken() secret.Secret { return secret.New(rand.Text()) }

// check says what cannot be about a.
func (a Access) check() error {
	if a.Hook == "" {
		return nil
	}
	u, err := url.Parse(a.Hook)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return fmt.Errorf("the hook that says who may come in must be an address such as http://127.0.0.1:9000/allow")
	}
	return nil
}

// An action is what somebody wants to do.
type action string

const (
	anything action = "" // no leave is needed
	view     action = "view"
	publish  action = "publish"
	manage   action = "manage"
)

// open says whether everybody may do that.
func (a Access) open(do action) bool {
	switch do {
	case anything:
		return true
	case view:
		return a.View.Empty() && a.Hook == ""
	}
	return a.Publish.Empty() && a.Hook == ""
}

// grants says whether a token allows to do that.
func (a Access) grants(do action, token string) bool {
	return same(a.Publish, token) || do == view && same(a.View, token)
}

// same compares in a time that tells nothing of either.
func same(want secret.Secret, got string) bool {
	if want.Empty() || got == "" {
		return false
	}
	a, b := sha256.Sum256([]byte(want.Reveal())), sha256.Sum256([]byte(got))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}
