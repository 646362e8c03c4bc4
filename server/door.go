package server

import (
	"context"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"

	"golive/internal/refusal"
)

const (
	// A wrong token is answered after some time, which is not always the same.
	leastWait, mostWait = 200 * time.Millisecond, 500 * time.Millisecond
	// maxToken is how long a token may be, in bytes.
	maxToken = 512
)

var (
	errNoToken = refusal.New(http.StatusUnauthorized, "this needs a token: open the link that you were given, or send it as Authorization: Bearer TOKEN, or as ?token=TOKEN")
	errToken   = refusal.New(http.StatusUnauthorized, "the token is wrong, or no longer good: ask for a new link")
	errGuesses = refusal.New(http.StatusTooManyRequests, "there were too many wrong tokens from your address: try again in a minute")
)

// A visit is somebody who wants to do something.
type visit struct {
	do       action
	stream   string // "" is all of them
	protocol string // as the hook is told
	from     net.Addr
	token    string
	pass     string // of a page, from its cookie
}

// A door lets in who may come in. Its methods may be called from any goroutine.
type door struct {
	access  atomic.Pointer[Access]
	passes  passes
	guesses guesses
	hook    hook
}

func newDoor(a Access) *door {
	d := &door{hook: newHook()}
	d.set(a)
	return d
}

// set changes who may come in. Passes that were made with another token are no longer good.
func (d *door) set(a Access) {
	d.access.Store(&a)
	d.passes.sign(a.View)
	d.hook.forget()
}

// admit returns nil for who may come in, else what to answer. It takes its time over wrong tokens.
func (d *door) admit(ctx context.Context, v visit) error {
	a := d.access.Load()
	if a.open(v.do) || v.do == view && d.passes.allow(v.pass, v.stream) {
		return nil
	}
	if v.token == "" && a.Hook == "" {
		return errNoToken
	}
	from := addressOf(v.from)
	if !d.guesses.allowed(from) {
		return errGuesses
	}
	if len(v.token) <= maxToken {
		if a.grants(v.do, v.token) || v.do == view && d.passes.allow(v.token, v.stream) || d.hook.allows(ctx, a.Hook, v) {
			return nil
		}
	}
	if v.token == "" {
		return errNoToken
	}
	d.guesses.wrong(from)
	wait := time.NewTimer(leastWait + rand.N(mostWait-leastWait))
	defer wait.Stop()
	select {
	case <-ctx.Done():
	case <-wait.C:
	}
	return errToken
}

// close frees what the door holds.
func (d *door) close() { d.hook.close() }

// addressOf returns the address without its port. Of IPv6, it is the network, which one visitor has all of.
func addressOf(a net.Addr) netip.Prefix {
	if a == nil {
		return netip.Prefix{}
	}
	ap, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return netip.Prefix{}
	}
	addr, bits := ap.Addr().Unmap().WithZone(""), 32
	if addr.Is6() {
		bits = 64
	}
	p, _ := addr.Prefix(bits)
	return p
}

// scope returns the stream that a viewer who was let in may watch: "" when it is all of them.
func (d *door) scope(v visit) string {
	if d.access.Load().grants(view, v.token) {
		return ""
	}
	if stream, ok := d.passes.scope(v.token); ok {
		return stream
	}
	return v.stream // the hook was asked about no other
}
