package server

import (
	"net/netip"
	"sync"
	"time"
)

const (
	maxGuesses   = 20 // wrong tokens from an address
	guessPeriod  = time.Minute
	maxGuessFrom = 4096 // addresses that are remembered
)

// guesses count the wrong tokens of each address.
type guesses struct {
	mu   sync.Mutex
	from map[netip.Prefix]*guesser
}

type guesser struct {
	since time.Time
	wrong int
}

// allowed says whether tokens from there are looked at.
func (g *guesses) allowed(from netip.Prefix) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	s := g.from[from]
	return s == nil || s.wrong < maxGuesses || time.Since(s.since) > guessPeriod
}

// wrong notes a wrong token from there.
func (g *guesses) wrong(from netip.Prefix) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.from == nil || len(g.from) >= maxGuessFrom {
		g.prune()
	}
	s := g.from[from]
	if s == nil || time.Since(s.since) > guessPeriod {
		s = &guesser{since: time.Now()}
		g.from[from] = s
	}
	s.wrong++
}

// prune forgets those whose time is over, and all when that is not enough. g.mu is held.
func (g *guesses) prune() {
	for from, s := range g.from {
		if time.Since(s.since) > guessPeriod {
			delete(g.from, from)
		}
	}
	if g.from == nil || len(g.from) >= maxGuessFrom {
		g.from = map[netip.Prefix]*guesser{}
	}
}
