// Package werift runs a WHIP endpoint and a WHEP viewer on a WebRTC that others wrote, for tests of what publishes to one
// and serves the other.
package werift

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"golive/internal/testrig"
)

// An Event is what a peer tells: a request, a packet of RTP, a sender report, or a state of a connection.
type Event struct {
	Address       string
	Method        string
	Path          string
	Authorization string
	State         string
	Kind          string // "video" or "audio"
	Report        bool
	NTP           uint64 `json:",string"` // of the report
	Sequence      uint16
	Timestamp     uint32
	Marker        bool
	Size          int // bytes of the packet
	Payload       []byte
}

// A Peer is a running one.
type Peer struct{ program *testrig.Program }

// An Endpoint is a Peer that takes streams by WHIP.
type Endpoint struct {
	*Peer
	URL string // such as whip+http://127.0.0.1:1234/whip/x
}

// Start runs an endpoint until the test ends. It needs what scripts/deps test installs.
func Start(t *testing.T) *Endpoint {
	t.Helper()
	e := &Endpoint{Peer: run(t, "whip.mjs")}
	for deadline := time.Now().Add(20 * time.Second); e.URL == ""; time.Sleep(10 * time.Millisecond) {
		if events := e.Events(t); len(events) > 0 {
			e.URL = "whip+http://" + events[0].Address + "/whip/x"
		} else if time.Now().After(deadline) {
			t.Fatal("werift does not start: ", e.program.Stderr())
		}
	}
	return e
}

// Watch plays a stream by WHEP, from an address such as http://127.0.0.1:8080/whep/live, until the test ends. It needs
// what scripts/deps test installs.
func Watch(t *testing.T, url string) *Peer {
	t.Helper()
	return run(t, "whep.mjs", url)
}

// run runs a script of this folder until the test ends.
func run(t *testing.T, script string, args ...string) *Peer {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	dir := filepath.Dir(here)
	if _, err := os.Stat(filepath.Join(dir, "node_modules")); errors.Is(err, os.ErrNotExist) {
		t.Skip("werift is not here; scripts/deps test fetches it")
	}
	p, err := testrig.StartProgram("/usr/bin/env", nil, append([]string{"node", filepath.Join(dir, script)}, args...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return &Peer{program: p}
}

// Events returns what the peer has told so far.
func (p *Peer) Events(t *testing.T) []Event {
	t.Helper()
	var events []Event
	for _, line := range p.program.Lines() {
		var event Event
		if err := json.NewDecoder(bytes.NewReader(line)).Decode(&event); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		events = append(events, event)
	}
	return events
}

// Packets returns the RTP packets of a kind in the order they came.
func (p *Peer) Packets(t *testing.T, kind string) []Event {
	t.Helper()
	var packets []Event
	for _, event := range p.Events(t) {
		if event.Kind == kind && !event.Report {
			packets = append(packets, event)
		}
	}
	return packets
}

// Reports returns the sender reports of a kind.
func (p *Peer) Reports(t *testing.T, kind string) []Event {
	t.Helper()
	var reports []Event
	for _, event := range p.Events(t) {
		if event.Kind == kind && event.Report {
			reports = append(reports, event)
		}
	}
	return reports
}

// Stop kills the peer, which says goodbye to nobody.
func (p *Peer) Stop() { p.program.Close() }

// Leave has a viewer end its session, and waits until it has.
func (p *Peer) Leave(t *testing.T) {
	t.Helper()
	p.program.Signal(syscall.SIGTERM)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if code, err := p.program.Wait(ctx); err != nil || code != 0 {
		t.Errorf("the viewer ended with %d, %v: %s", code, err, p.program.Stderr())
	}
}
