package publish

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtp/codecs"
	"github.com/pion/webrtc/v4"

	"golive/capture"
	"golive/encoder"
	"golive/internal/testrig"
	"golive/internal/testrig/media"
	"golive/internal/testrig/werift"
)

// A WebRTC that others wrote receives all, also over the wraps of sequence numbers and time stamps.
func TestWHIPToWerift(t *testing.T) {
	streams, packets := media.EncodeAs(t, int(interopTime().Seconds()*30), encoder.H264, encoder.Opus)
	for name, start := range map[string]rtpStart{
		"from anywhere": {}, "over the wraps": {sequence: 1<<16 - 100, timestamp: 1<<32 - 96000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := werift.Start(t)
			d := destination(t, e.URL, "s3cr3t").(*whip)
			d.start = start
			o := dial(t, d, streams, newTestFeedback())
			inRealTime(t, o, packets)
			eventually(t, "reports", func() bool { l := o.Link(); return l.RTT > 0 && l.AckedBytes > 0 && l.Estimate > 0 })
			o.Close()
			video, audio := assemble(t, e.Packets(t, "video")), e.Packets(t, "audio")
			decodes(t, video)
			if got, want := len(video), len(of(packets, streams[0])); got != want {
				t.Errorf("%d pictures of %d", got, want)
			}
			sound := of(packets, streams[1])
			if len(audio) != len(sound) || !bytes.Equal(audio[0].Payload, sound[0].Data[0]) {
				t.Errorf("%d sounds of %d", len(audio), len(sound))
			}
			v := wallClock(t, e.Reports(t, "video"), video[0].Timestamp, 90000) - of(packets, streams[0])[0].PTS
			a := wallClock(t, e.Reports(t, "audio"), audio[0].Timestamp, 48000) - sound[0].PTS
			if d := (v - a).Abs(); d > 20*time.Millisecond {
				t.Errorf("pictures and sound are %v apart", d)
			}
			checkRequests(t, e.Events(t))
		})
	}
}

func checkRequests(t *testing.T, events []werift.Event) {
	t.Helper()
	var requests []string
	for _, e := range events {
		if e.Method != "" {
			requests = append(requests, e.Method)
			if e.Authorization != "Bearer s3cr3t" {
				t.Errorf("%s with the authorization %q", e.Method, e.Authorization)
			}
			if e.Method == "DELETE" && !strings.HasPrefix(e.Path, "/whip/session/") {
				t.Errorf("DELETE of %s", e.Path)
			}
		}
	}
	if !slices.Equal(requests, []string{"POST", "DELETE"}) {
		t.Errorf("requests: %v", requests)
	}
}

// A picture is one that came in RTP packets.
type picture struct {
	Timestamp uint32
	annexB    []byte
}

// assemble puts pictures together. Packets of less than 1200 bytes must come without a gap.
func assemble(t *testing.T, packets []werift.Event) []picture {
	t.Helper()
	var all []picture
	var h264 codecs.H264Packet
	begins := true
	for i, p := range packets {
		if i > 0 && p.Sequence != packets[i-1].Sequence+1 {
			t.Fatalf("packet %d after %d", p.Sequence, packets[i-1].Sequence)
		}
		if p.Size+10 >= 1200 { // with the tag of SRTP
			t.Fatalf("a packet of %d bytes", p.Size)
		}
		if begins {
			all = append(all, picture{Timestamp: p.Timestamp})
		}
		b, err := h264.Unmarshal(p.Payload)
		if err != nil {
			t.Fatal(err)
		}
		last := &all[len(all)-1]
		if last.annexB = append(last.annexB, b...); p.Timestamp != last.Timestamp {
			t.Fatalf("a picture has two times")
		}
		begins = p.Marker
	}
	for i := 1; i < len(all); i++ {
		if d := all[i].Timestamp - all[i-1].Timestamp; d < 2999 || d > 3001 {
			t.Fatalf("%d ticks between two pictures", int32(d))
		}
	}
	return all
}

// decodes expects that FFmpeg decodes pictures without a complaint.
func decodes(t *testing.T, all []picture) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "a.h264")
	var b []byte
	for _, p := range all {
		b = append(b, p.annexB...)
	}
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := testrig.DecodeStrict(t.Context(), file); err != nil {
		t.Error(err)
	}
}

// wallClock returns the time of day, by the last sender report, that a time stamp means.
func wallClock(t *testing.T, reports []werift.Event, timestamp uint32, rate int) time.Duration {
	t.Helper()
	if len(reports) == 0 {
		t.Fatal("no sender reports")
	}
	r := reports[len(reports)-1]
	back := capture.Duration(int64(int32(r.Timestamp-timestamp)), capture.Rational{Num: rate, Den: 1})
	seconds, fraction := r.NTP>>32, r.NTP&(1<<32-1)
	return time.Duration(seconds)*time.Second + time.Duration(fraction)*time.Second>>32 - back
}

// A peer that is killed is noticed within five seconds.
func TestWHIPNoticesDeath(t *testing.T) {
	t.Parallel()
	streams, packets := media.EncodeAs(t, 30, encoder.H264, encoder.Opus)
	e := werift.Start(t)
	fb := newTestFeedback()
	o := dial(t, destination(t, e.URL, "k"), streams, fb)
	inRealTime(t, o, packets)
	e.Stop()
	begin := time.Now()
	select {
	case err := <-fb.lost:
		if took := time.Since(begin); took > 5500*time.Millisecond || !strings.Contains(err.Error(), "not heard of any more") {
			t.Errorf("%v after %v", err, took)
		}
	case <-time.After(15 * time.Second):
		t.Error("it was not noticed")
	}
}

// Endpoints that say no, or nothing that makes sense.
func TestWHIPMeetsBadEndpoints(t *testing.T) {
	streams, packets := media.EncodeAs(t, 2, encoder.H264, encoder.Opus)
	type endpoint func(w http.ResponseWriter, r *http.Request)
	status := func(code int, body string) endpoint {
		return func(w http.ResponseWriter, _ *http.Request) { http.Error(w, body, code) }
	}
	created := func(kind, body string) endpoint {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(http.StatusCreated)
			io.WriteString(w, body)
		}
	}
	for _, c := range []struct {
		name   string
		answer endpoint
		is     error
		says   string
	}{
		{"wrong key", status(401, "key s3cr3t\x1b[2J is unknown"), ErrRefused, "key ***"},
		{"no such place", status(404, "<html>nothing"), ErrRefused, "Not Found; check the address"},
		{"other codecs", status(406, ""), ErrRefused, "H.264"},
		{"overloaded", status(503, "later"), nil, "does not take the stream now: later"},
		{"no SDP", created("text/html", "<html>"), nil, "is it a WHIP endpoint"},
		{"garbage", created("application/sdp", "\x00\xffs3cr3t"), nil, "its answer"},
		{"too much", created("application/sdp", strings.Repeat("a", 1<<20)), nil, "64 KiB"},
		{"no pictures", created("application/sdp", "v=0\r\nm=video 0 UDP/TLS/RTP/SAVPF 96\r\n"), ErrRefused, "no video"},
		{"says nothing", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, context.DeadlineExceeded, "does not answer"},
		{"redirects for ever", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/whip/again", http.StatusTemporaryRedirect)
		}, ErrRefused, "redirects more than 5 times"},
		{"loses the offer", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/whip/again", http.StatusFound) }, ErrRefused, "loses the offer"},
		{"huge headers", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Link", strings.Repeat("a", 1<<17)) }, nil, "cannot be used"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				io.Copy(io.Discard, r.Body)
				c.answer(w, r)
			}))
			defer s.Close()
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			begin := time.Now()
			o, err := destination(t, "whip+"+s.URL+"/whip/x", "s3cr3t").Dial(ctx, streams, newTestFeedback())
			if err == nil {
				o.Close()
				t.Fatal("connected")
			}
			if c.is != nil && !errors.Is(err, c.is) || c.is == nil && errors.Is(err, ErrRefused) {
				t.Errorf("%v is not %v", err, c.is)
			}
			if text := err.Error(); !strings.Contains(text, c.says) || !strings.HasPrefix(text, "whip+http://") || strings.ContainsAny(text, "\x1b\n\x00") || strings.Contains(text, "s3cr3t") {
				t.Errorf("%q, want it to say %q", text, c.says)
			}
			if took := time.Since(begin); took > 5*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
	_ = packets
}

// A redirect that repeats the request is followed; another host does not get the token.
func TestWHIPFollowsRedirects(t *testing.T) {
	streams, _ := media.EncodeAs(t, 2, encoder.H264, encoder.Opus)
	e := werift.Start(t)
	far := strings.Replace(strings.TrimPrefix(e.URL, "whip+"), "127.0.0.1", "localhost", 1)
	near := strings.TrimPrefix(e.URL, "whip+")
	for to, token := range map[string]string{near: "Bearer s3cr3t", far: ""} {
		s := httptest.NewServer(http.RedirectHandler(to, http.StatusTemporaryRedirect))
		o := dial(t, destination(t, "whip+"+s.URL+"/whip/x", "s3cr3t"), streams, newTestFeedback())
		o.Close()
		s.Close()
		events := e.Events(t)
		i := len(events) - 1
		for i > 0 && events[i].Method != "POST" {
			i--
		}
		if got := events[i].Authorization; got != token {
			t.Errorf("to %s goes the token %q, want %q", to, got, token)
		}
	}
}

func TestICEServers(t *testing.T) {
	got := iceServers([]string{
		`<stun:stun.example.net>; rel="ice-server"`,
		`<turn:turn.example.net?transport=udp>; rel="ice-server"; username="user"; credential="a b;c"; credential-type="password", <turns:t.example.net>; rel=ice-server; username=u; credential=p`,
		`</whip/x/events>; rel="urn:ietf:params:whip:ext:core:server-sent-events"`, "nonsense", `<stun:x>; rel`,
	})
	want := fmt.Sprint([]webrtc.ICEServer{
		{URLs: []string{"stun:stun.example.net"}},
		{URLs: []string{"turn:turn.example.net?transport=udp"}, Username: "user", Credential: "a b;c"},
		{URLs: []string{"turns:t.example.net"}, Username: "u", Credential: "p"},
	})
	if fmt.Sprint(got) != want {
		t.Errorf("%v, want %v", got, want)
	}
}

// Pictures that are not in the order they are shown cannot be sent.
func TestWHIPRefusesBFrames(t *testing.T) {
	streams, packets := media.EncodeAs(t, 2, encoder.H264, encoder.Opus)
	o := dial(t, destination(t, werift.Start(t).URL, "k"), streams, newTestFeedback())
	p := *packets[0]
	p.PTS += 40 * time.Millisecond
	if err := o.WritePacket(&p); !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "leave look-ahead out") {
		t.Error(err)
	}
}
