package server

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"time"

	"golive/internal/refusal"
)

// A viewer is somebody who watches a stream, over whatever protocol.
type viewer interface {
	describe() viewerJSON
	dismiss() // sends the viewer away
}

// viewerJSON is a viewer as the API tells of it.
type viewerJSON struct {
	ID        string    `json:"id"`
	Protocol  string    `json:"protocol"` // webrtc, hls, dash, rtmp or srt
	Address   string    `json:"address"`  // without its port; "" before it is known
	Since     time.Time `json:"since"`
	LatencyMS *float64  `json:"latency_ms,omitempty"` // glass to glass, where the viewer measures it
	SentBytes int64     `json:"sent_bytes"`
	Dropped   int64     `json:"dropped_packets"`
}

// publicID is how a viewer is called whose own id is a secret.
func publicID(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:8])
}

// describe implements viewer.
func (s *session) describe() viewerJSON {
	sent, dropped := s.queue.Tally()
	out := viewerJSON{
		ID: publicID(s.id), Protocol: "webrtc", Since: s.since.UTC(), SentBytes: sent, Dropped: dropped,
	}
	if from := s.from.Load(); from != nil {
		out.Address = *from
	}
	out.LatencyMS = s.latency.ms()
	return out
}

// dismiss implements viewer.
func (s *session) dismiss() { s.close() }

// describe implements viewer.
func (t *tap) describe() viewerJSON {
	sent, dropped := t.queue.Tally()
	return viewerJSON{
		ID: publicID(t.id), Protocol: t.protocol, Address: addressOf(t.from).Addr().String(), Since: t.since.UTC(),
		SentBytes: sent, Dropped: dropped,
	}
}

// dismiss implements viewer.
func (t *tap) dismiss() { t.queue.Close() }

// audience returns who watches, those who came first first.
func (p *Publication) audience() []viewer {
	all := p.crowd.viewers()
	p.mu.Lock()
	for v := range p.viewers {
		all = append(all, v)
	}
	for t := range p.taps {
		if !t.own() {
			all = append(all, t)
		}
	}
	p.mu.Unlock()
	slices.SortFunc(all, func(a, b viewer) int {
		x, y := a.describe(), b.describe()
		return cmp.Or(x.Since.Compare(y.Since), cmp.Compare(x.ID, y.ID))
	})
	return all
}

func (s *Server) getViewers(w http.ResponseWriter, r *http.Request) {
	p := s.streamOf(w, r)
	if p == nil {
		return
	}
	all := []viewerJSON{}
	for _, v := range p.audience() {
		all = append(all, v.describe())
	}
	reply(w, all)
}

// deleteViewer sends one viewer away, who may come again; over HLS and DASH, after a minute.
func (s *Server) deleteViewer(w http.ResponseWriter, r *http.Request) {
	p := s.streamOf(w, r)
	if p == nil {
		return
	}
	all := p.audience()
	i := slices.IndexFunc(all, func(v viewer) bool { return v.describe().ID == r.PathValue("viewer") })
	if i < 0 {
		refusal.Say(w, http.StatusNotFound, "there is no such viewer, or no longer")
		return
	}
	all[i].dismiss()
	s.log.Info("viewer sent away", "stream", p.name, "viewer", r.PathValue("viewer"))
	w.WriteHeader(http.StatusNoContent)
}

// deleteStream ends a stream. Its publisher is told, and may come again.
func (s *Server) deleteStream(w http.ResponseWriter, r *http.Request) {
	if p := s.streamOf(w, r); p != nil {
		p.end(errDismissed)
		w.WriteHeader(http.StatusNoContent)
	}
}
