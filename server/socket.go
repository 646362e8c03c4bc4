package server

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"

	"golive/internal/refusal"
)

const (
	maxSockets    = 1000
	maxMessage    = maxSDP + 16<<10 // bytes: an SDP whose line ends are written as \r\n
	socketTimeout = 5 * time.Second // for a message to leave
	socketPing    = 15 * time.Second
)

// A socket is a WebSocket whose messages are JSON objects, each with a type, as docs/SIGNALLING.md tells. send may be
// called from any goroutine.
type socket struct {
	conn   *websocket.Conn
	ctx    context.Context // of the connection, cancelled by close
	cancel context.CancelFunc
}

// send writes a message. A peer that does not take it in time is cut off.
func (k *socket) send(message any) error {
	text, err := json.Marshal(message)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(k.ctx, socketTimeout)
	defer cancel()
	return k.conn.Write(ctx, websocket.MessageText, text)
}

// receive waits for a message and reads it into v.
func (k *socket) receive(v any) error {
	kind, text, err := k.conn.Read(k.ctx)
	if err != nil {
		return err
	}
	if kind != websocket.MessageText {
		return fmt.Errorf("message: it is binary, not JSON")
	}
	if err := json.Unmarshal(text, v); err != nil {
		return fmt.Errorf("message: %w", err)
	}
	return nil
}

// alive asks the peer for a sign of life. Somebody must be receiving meanwhile.
func (k *socket) alive() error {
	ctx, cancel := context.WithTimeout(k.ctx, socketTimeout)
	defer cancel()
	return k.conn.Ping(ctx)
}

// close unblocks send and receive. It may be called twice.
func (k *socket) close() { k.cancel() }

// sockets are the WebSockets that are open.
type sockets struct {
	mu      sync.Mutex
	open    map[*socket]struct{}
	closed  bool
	serving sync.WaitGroup
}

// serve makes a WebSocket of the request, unless its Origin is another site, and lets talk use it.
func (a *sockets) serve(w http.ResponseWriter, r *http.Request, talk func(*socket)) {
	k := &socket{}
	k.ctx, k.cancel = context.WithCancel(context.Background())
	defer k.close()
	if !a.add(k) {
		refusal.Say(w, http.StatusServiceUnavailable, errFull.Error())
		return
	}
	defer a.remove(k)
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return // it has been answered
	}
	conn.SetReadLimit(maxMessage)
	k.conn = conn
	talk(k)
	_ = conn.CloseNow()
}

func (a *sockets) add(k *socket) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed || len(a.open) >= maxSockets {
		return false
	}
	a.open[k] = struct{}{}
	a.serving.Add(1)
	return true
}

func (a *sockets) remove(k *socket) {
	a.mu.Lock()
	delete(a.open, k)
	a.mu.Unlock()
	a.serving.Done()
}

// close ends all sockets and waits. It may be called twice.
func (a *sockets) close() {
	a.mu.Lock()
	a.closed = true
	for k := range a.open {
		k.close()
	}
	a.mu.Unlock()
	a.serving.Wait()
}
