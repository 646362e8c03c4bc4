// Package werift runs a WHIP endpoint that others wrote, for tests of what publishes to it.
package werift

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"golive/internal/testrig"
)

// An Event is what the endpoint tells: a request, a packet of RTP, a sender report, or a state of a connection.
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

// An Endpoint is a running one.
type Endpoint struct {
	URL     string // such as whip+http://127.0.0.1:1234/whip/x
	program *testrig.Program
}

// Start runs an endpoint until the test ends. It needs what scripts/deps test installs.
func Start(t *testing.T) *Endpoint {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	dir := filepath.Dir(here)
	if _, err := os.Stat(filepath.Join(dir, "node_modules")); errors.Is(err, os.ErrNotExist) {
		t.Skip("werift is not here; scripts/deps test fetches it")
	}
	p, err := testrig.StartProgram("/usr/bin/env", nil, "node", filepath.Join(dir, "whip.mjs"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	e := &Endpoint{program: p}
	for deadline := time.Now().Add(20 * time.Second); e.URL == ""; time.Sleep(10 * time.Millisecond) {
		if events := e.Events(t); len(events) > 0 {
			e.URL = "whip+http://" + events[0].Address + "/whip/x"
		} else if time.Now().After(deadline) {
			t.Fatal("werift does not start: ", p.Stderr())
		}
	}
	return e
}

// Events returns what the endpoint has told so far.
func (e *Endpoint) Events(t *testing.T) []Event {
	t.Helper()
	var events []Event
	for _, line := range e.program.Lines() {
		var event Event
		if err := json.NewDecoder(bytes.NewReader(line)).Decode(&event); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		events = append(events, event)
	}
	return events
}

// Packets returns the RTP packets of a kind in the order they came.
func (e *Endpoint) Packets(t *testing.T, kind string) []Event {
	t.Helper()
	var packets []Event
	for _, event := range e.Events(t) {
		if event.Kind == kind && !event.Report {
			packets = append(packets, event)
		}
	}
	return packets
}

// Reports returns the sender reports of a kind.
func (e *Endpoint) Reports(t *testing.T, kind string) []Event {
	t.Helper()
	var reports []Event
	for _, event := range e.Events(t) {
		if event.Kind == kind && event.Report {
			reports = append(reports, event)
		}
	}
	return reports
}

// Stop kills the endpoint, which says goodbye to nobody.
func (e *Endpoint) Stop() { e.program.Close() }
