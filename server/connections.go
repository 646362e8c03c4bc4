package server

import (
	"net"
	"sync"
)

// connections are those that a listener has accepted and that are being served.
type connections struct {
	limit int

	mu     sync.Mutex
	open   map[net.Conn]struct{}
	closed bool
	active sync.WaitGroup
}

func newConnections(limit int) *connections {
	return &connections{limit: limit, open: map[net.Conn]struct{}{}}
}

// serve runs handle in a goroutine that close waits for, and then closes conn; false when there are too many.
func (c *connections) serve(conn net.Conn, handle func()) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || len(c.open) >= c.limit {
		return false
	}
	c.open[conn] = struct{}{}
	c.active.Go(func() {
		defer c.end(conn)
		handle()
	})
	return true
}

func (c *connections) end(conn net.Conn) {
	_ = conn.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.open, conn)
}

// full says whether serve would refuse one more.
func (c *connections) full() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed || len(c.open) >= c.limit
}

// close ends all connections and waits. It may be called twice.
func (c *connections) close() {
	c.mu.Lock()
	c.closed = true
	for conn := range c.open {
		_ = conn.Close()
	}
	c.mu.Unlock()
	c.active.Wait()
}
