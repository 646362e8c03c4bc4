package rtmp

import (
	"errors"
	"io"
	"net"
	"testing"
	"time"
)

func TestByteBudget(t *testing.T) {
	const budget = 64 << 10
	client, conn := net.Pipe()
	defer client.Close()
	defer conn.Close()
	go func() { _, _ = client.Write(make([]byte, 2*budget)) }() // ends with the pipe
	g := NewConn(conn)
	g.Allow(10*time.Second, budget)
	n, err := io.Copy(io.Discard, struct{ io.Reader }{g})
	if !errors.Is(err, errBudget) || n != budget {
		t.Errorf("read %d bytes, %v; want %d", n, err, budget)
	}
}
