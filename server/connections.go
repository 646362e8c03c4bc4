package server

import (
	"net"
	"slices"
	"sync"
)

// maxNewcomers is how many connections may not have said yet what they want. One more costs the oldest its place, so
// that many who say nothing keep nobody out.
const maxNewcomers = 128

// connections are those that a listener has accepted and that are being served.
type connections struct {
	limit int // of those that are no newcomers

	mu        sync.Mutex
	settled   map[net.Conn]struct{}
	newcomers []net.Conn // oldest first
	closed    bool
	active    sync.WaitGroup
}

func newConnections(limit int) *connections {
	return &connections{limit: limit, settled: map[net.Conn]struct{}{}}
}

// greet runs handle for a newcomer in a goroutine that close waits for, and then closes conn; false after close.
func (c *connections) greet(conn net.Conn, handle func()) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return false
	}
	if len(c.newcomers) >= maxNewcomers {
		_ = c.newcomers[0].Close()
		c.newcomers = slices.Delete(c.newcomers, 0, 1)
	}
	c.newcomers = append(c.newcomers, conn)
	c.run(conn, handle)
	return true
}

// settle says that a newcomer is one no longer; false when there are too many others.
func (c *connections) settle(conn net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := slices.Index(c.newcomers, conn)
	if c.closed || at < 0 || len(c.settled) >= c.limit {
		return false
	}
	c.newcomers = slices.Delete(c.newcomers, at, at+1)
	c.settled[conn] = struct{}{}
	return true
}

// serve is greet for a connection that is no newcomer; false when there are too many.
func (c *connections) serve(conn net.Conn, handle func()) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || len(c.settled) >= c.limit {
		return false
	}
	c.settled[conn] = struct{}{}
	c.run(conn, handle)
	return true
}

func (c *connections) run(conn net.Conn, handle func()) {
	c.active.Go(func() {
		defer c.end(conn)
		handle()
	})
}

func (c *connections) end(conn net.Conn) {
	_ = conn.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.settled, conn)
	if at := slices.Index(c.newcomers, conn); at >= 0 {
		c.newcomers = slices.Delete(c.newcomers, at, at+1)
	}
}

// full says whether serve would refuse one more.
func (c *connections) full() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed || len(c.settled) >= c.limit
}

// close ends all connections and waits. It may be called twice.
func (c *connections) close() {
	c.mu.Lock()
	c.closed = true
	for conn := range c.settled {
		_ = conn.Close()
	}
	for _, conn := range c.newcomers {
		_ = conn.Close()
	}
	c.mu.Unlock()
	c.active.Wait()
}
