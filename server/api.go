package server

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"time"

	"golive/encoder"
	"golive/internal/refusal"
)

const maxLatencyBody = 1 << 10

// streamJSON is a stream as the API tells of it.
type streamJSON struct {
	Name    string      `json:"name"`
	Since   time.Time   `json:"since"`
	Tracks  []trackJSON `json:"tracks"`
	Viewers int         `json:"viewers"`
	Away    bool        `json:"away,omitempty"`   // its publisher is gone, and may come back
	Reason  string      `json:"reason,omitempty"` // why it is gone: a sentence
	WebRTC  webrtcJSON  `json:"webrtc"`
	Clock   *clockJSON  `json:"clock,omitempty"` // absent when nobody knows when the pictures were taken
}

type trackJSON struct {
	Codec      encoder.Codec `json:"codec"`
	Width      int           `json:"width,omitempty"`  // pixels
	Height     int           `json:"height,omitempty"` // pixels
	FrameRate  float64       `json:"frame_rate,omitempty"`
	SampleRate int           `json:"sample_rate,omitempty"` // Hz
	Channels   int           `json:"channels,omitempty"`
}

// webrtcJSON says what WebRTC carries of a stream.
type webrtcJSON struct {
	Video  bool   `json:"video"`
	Audio  bool   `json:"audio"`
	Reason string `json:"reason,omitempty"` // why there is no video: "b-frames", or "codec"
}

// clockJSON relates the RTP timestamps of the video to the time of day, by the server's clock. The programme date of HLS
// is that time itself, but for absences.
type clockJSON struct {
	RTP      uint32  `json:"rtp"`
	TimeMS   float64 `json:"time_ms"`             // Unix time of that timestamp
	Captured bool    `json:"captured"`            // it is when pictures were taken, else when they arrived here
	Doubt    string  `json:"doubt,omitempty"`     // why no latency can be told by it
	AbsentMS float64 `json:"absent_ms,omitempty"` // what to add to programme dates, which leave out when nobody published
}

func (p *Publication) describe() streamJSON {
	reason := p.webrtcReason()
	out := streamJSON{
		Name: p.name, Since: p.since.UTC(), Viewers: p.Viewers(),
		WebRTC: webrtcJSON{Video: reason == "", Audio: reason == "" && !p.silent(), Reason: reason},
	}
	out.Away, out.Reason = p.away()
	for _, st := range p.tracks() {
		t := trackJSON{
			Codec: st.Codec, Width: st.Width, Height: st.Height, SampleRate: st.SampleRate, Channels: st.Channels,
		}
		if st.FrameRate.Den != 0 {
			t.FrameRate = st.FrameRate.Float()
		}
		out.Tracks = append(out.Tracks, t)
	}
	if c := p.clockNow(); c.Captured {
		out.Clock = &c
	}
	return out
}

// tracks returns the streams as they are now.
func (p *Publication) tracks() []*encoder.Stream {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.streams)
}

// clockNow returns the relation as it is now.
func (p *Publication) clockNow() clockJSON {
	t := p.timing(time.Now())
	return clockJSON{RTP: t.video, TimeMS: unixMS(t.wall), Captured: t.captured, Doubt: t.doubt, AbsentMS: float64(t.absent.Microseconds()) / 1000}
}

func unixMS(t time.Time) float64 { return float64(t.UnixMicro()) / 1000 }

func (s *Server) getStreams(w http.ResponseWriter, _ *http.Request) {
	all := []streamJSON{}
	for _, p := range s.running() {
		all = append(all, p.describe())
	}
	reply(w, all)
}

func (s *Server) getStream(w http.ResponseWriter, r *http.Request) {
	if p := s.streamOf(w, r); p != nil {
		reply(w, p.describe())
	}
}

// getTime tells the time of day, for a page to learn how far its own clock is off.
func getTime(w http.ResponseWriter, _ *http.Request) {
	reply(w, map[string]float64{"time_ms": unixMS(time.Now())})
}

// postLatency takes what a viewer measured. Only a session of the stream is listened to.
func (s *Server) postLatency(w http.ResponseWriter, r *http.Request) {
	if s.streamOf(w, r) == nil {
		return
	}
	var m struct {
		Session string `json:"session"`
		told
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxLatencyBody))
	if err == nil {
		err = json.Unmarshal(body, &m)
	}
	if err != nil {
		m.MS = -1
	}
	if err := s.noteLatency(r.PathValue("stream"), m.Session, m.told); err != nil {
		refusal.Answer(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(v)
}
