package publish

import (
	"fmt"
	"sync"
	"time"
)

// staleParting is how long a server may take a connection of ours, which has ended, for one that still publishes.
const staleParting = 15 * time.Second

// partings are when our last connections to places ended. Nil remembers none.
type partings struct {
	mu sync.Mutex
	at map[any]time.Time
}

// note takes note that a connection to a place has ended now.
func (p *partings) note(place Destination) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for name, at := range p.at {
		if time.Since(at) >= staleParting {
			delete(p.at, name)
		}
	}
	if p.at == nil {
		p.at = map[any]time.Time{}
	}
	p.at[parted(place)] = time.Now()
}

// recent says whether a server may still believe in a connection of ours.
func (p *partings) recent(place Destination) bool {
	if p == nil {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	at, ok := p.at[parted(place)]
	return ok && time.Since(at) < staleParting
}

// parted returns what a place is known by: its name, for a destination may be made anew of the same settings.
func parted(place Destination) any {
	if named, ok := place.(fmt.Stringer); ok {
		return named.String()
	}
	return place
}
