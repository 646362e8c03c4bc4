package server

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"sync"
	"time"

	"golive/secret"
)

const (
	pagePass   = 12 * time.Hour      // of who opened a page with a token
	linkPass   = 30 * 24 * time.Hour // in a link that was given away
	onceLink   = 24 * time.Hour      // until a link that works once is used
	maxInvites = 1000                // links that work once and were not used
)

// passes let people watch one stream, or all, for some time. A pass is NAME.TIME.SIGNATURE, so that nothing needs to be
// remembered of it; a link that works once is remembered, and exchanged for one.
type passes struct {
	mu      sync.Mutex
	key     []byte
	invites map[string]invite
}

type invite struct {
	stream string
	until  time.Time
}

// sign makes passes good as long as this is the token of viewers: also in the next run of the server. Without a token, they
// last as long as the server.
func (p *passes) sign(token secret.Secret) {
	p.mu.Lock()
	defer p.mu.Unlock()
	sum := sha256.Sum256([]byte("golive pass " + token.Reveal()))
	if p.key = sum[:]; token.Empty() {
		p.key = []byte(rand.Text())
	}
}

// issue returns a pass for a stream, or for all when the name is "".
func (p *passes) issue(stream string, d time.Duration) string {
	what := stream + "." + strconv.FormatInt(time.Now().Add(d).Unix(), 36)
	return what + "." + p.signature(what)
}

func (p *passes) signature(what string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	mac := hmac.New(sha256.New, p.key)
	mac.Write([]byte(what))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// allow says whether a pass is good for a stream; for all of them when the name is "".
func (p *passes) allow(pass, stream string) bool {
	scope, ok := p.scope(pass)
	return ok && (scope == "" || scope == stream)
}

// scope returns the stream that a pass is good for, "" for all.
func (p *passes) scope(pass string) (stream string, ok bool) {
	what, signature := pass, ""
	if i := strings.LastIndexByte(pass, '.'); i >= 0 {
		what, signature = pass[:i], pass[i+1:]
	}
	if !hmac.Equal([]byte(signature), []byte(p.signature(what))) {
		return "", false
	}
	stream, end, _ := strings.Cut(what, ".")
	until, err := strconv.ParseInt(end, 36, 64)
	return stream, err == nil && time.Now().Unix() < until
}

// invite returns what can be exchanged for a pass once.
func (p *passes) invite(stream string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.invites == nil {
		p.invites = map[string]invite{}
	}
	for id, i := range p.invites {
		if time.Now().After(i.until) || len(p.invites) >= maxInvites {
			delete(p.invites, id)
		}
	}
	id := rand.Text()
	p.invites[id] = invite{stream, time.Now().Add(onceLink)}
	return id
}

// redeem returns the stream that an invitation is for, which is then used up.
func (p *passes) redeem(id string) (stream string, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i, ok := p.invites[id]
	delete(p.invites, id)
	return i.stream, ok && time.Now().Before(i.until)
}
