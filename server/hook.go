package server

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"sync"
	"time"
)

const (
	hookTimeout = 3 * time.Second
	hookMemory  = 10 * time.Second // for how long a yes counts: players of HLS come several times a second
	maxHooks    = 32               // questions at once
	maxYeses    = 4096
)

// A hook asks a service of somebody else who may come in.
type hook struct {
	client *http.Client
	asking chan struct{} // a place for each question

	mu    sync.Mutex
	yeses map[[sha256.Size]byte]time.Time // until when
}

func newHook() hook {
	return hook{
		client: &http.Client{
			Timeout:       hookTimeout,
			Transport:     &http.Transport{MaxIdleConnsPerHost: maxHooks, IdleConnTimeout: time.Minute},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		asking: make(chan struct{}, maxHooks),
		yeses:  map[[sha256.Size]byte]time.Time{},
	}
}

// A question is what the service is sent.
type question struct {
	Action   action `json:"action"` // "view", "publish" or "manage"
	Stream   string `json:"stream"` // "" is all of them
	Protocol string `json:"protocol"`
	Address  string `json:"address"` // without a port
	Token    string `json:"token"`
}

// allows asks the service at url; no when there is none, or when it does not answer.
func (h *hook) allows(ctx context.Context, url string, v visit) bool {
	if url == "" {
		return false
	}
	body, err := json.Marshal(question{v.do, v.stream, v.protocol, addressOf(v.from).Addr().String(), v.token})
	if err != nil {
		return false
	}
	key := sha256.Sum256(body)
	if h.knows(key) {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, hookTimeout)
	defer cancel()
	select {
	case h.asking <- struct{}{}:
		defer func() { <-h.asking }()
	case <-ctx.Done():
		return false
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return false
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := h.client.Do(r)
	if err != nil {
		return false
	}
	_ = answer.Body.Close()
	if answer.StatusCode/100 != 2 {
		return false
	}
	h.remember(key)
	return true
}

func (h *hook) knows(key [sha256.Size]byte) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return time.Now().Before(h.yeses[key])
}

func (h *hook) remember(key [sha256.Size]byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.yeses) >= maxYeses {
		clear(h.yeses)
	}
	h.yeses[key] = time.Now().Add(hookMemory)
}

// forget makes every yes be asked for anew.
func (h *hook) forget() {
	h.mu.Lock()
	defer h.mu.Unlock()
	clear(h.yeses)
}

func (h *hook) close() { h.client.CloseIdleConnections() }
