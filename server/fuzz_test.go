package server

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"golive/encoder"
	"golive/internal/intake"
	"golive/internal/rtc"
	"golive/internal/testrig"
	"golive/internal/testrig/clip"
)

// fuzzed returns a server on free ports for a fuzz test, with a stream "x".
func fuzzed(f *testing.F) *Server {
	f.Helper()
	c, err := clip.New()
	if err != nil {
		f.Fatalf("ffmpeg: %v", err)
	}
	const free = "127.0.0.1:0"
	s, err := Start(Config{HTTP: free, RTMP: free, SRT: "off", WebRTC: free, Patience: -1})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		_ = s.Close(ctx)
	})
	if _, err := s.Publish("x", c.Streams, func() {}); err != nil {
		f.Fatal(err)
	}
	return s
}

// FuzzRTMP plays the part of a client, from behind its handshake to the end, against all that reads RTMP.
func FuzzRTMP(f *testing.F) {
	seed(f, "*.rtmp")
	f.Fuzz(func(t *testing.T, sent []byte) {
		s := newServer(Config{Patience: -1, Log: slog.New(slog.DiscardHandler)})
		i := &ingest{server: s, conns: newConnections(1), done: make(chan struct{})}
		client, conn := net.Pipe()
		_ = client.SetDeadline(time.Now().Add(10 * time.Second))
		done := make(chan error)
		go func() {
			err := i.handle(conn)
			_ = conn.Close()
			done <- err
		}()
		go func() { _, _ = io.Copy(io.Discard, client) }() // ends with the pipe
		_, _ = client.Write(append(testrig.RTMPHello(), sent...))
		_ = client.Close()
		if err := <-done; err == nil {
			t.Fatal("it ended without a reason")
		}
		for _, p := range s.running() {
			t.Fatalf("%s is still published", p.name)
		}
	})
}

// FuzzOffer gives offers to WHIP and WHEP.
func FuzzOffer(f *testing.F) {
	s := fuzzed(f)
	for _, name := range []string{"chromium.sdp", "pion.sdp"} {
		seed(f, name)
	}
	f.Fuzz(func(t *testing.T, offer []byte) {
		if checkOffer(string(offer)) != nil {
			return
		}
		if c, _, err := s.accept("y", string(offer), peer("127.0.0.1:1")); err == nil {
			c.close(errLeft)
			<-c.done
		}
		if v, _, err := s.join(s.stream("x"), string(offer), peer("127.0.0.1:1")); err == nil {
			_, _ = v.ice.Patch(string(offer), "*")
			v.close()
		}
		_, _ = rtc.H264Format(webrtc.SessionDescription{SDP: string(offer)}, 0x42)
	})
}

// FuzzRequest sends HTTP requests of any kind. None may be answered with an error of the server, or lead out of it.
func FuzzRequest(f *testing.F) {
	s := fuzzed(f)
	handler := s.web.Handler
	for _, seed := range [][3]string{
		{"GET", "/watch/x", ""},
		{"GET", "/hls/x/index.m3u8?session=1", ""},
		{"GET", "/hls/x/../../etc/passwd", ""},
		{"POST", "/whep/x", "m="},
		{"POST", "/whip/x", "v=0"},
		{"PATCH", "/whep/x/y", ""},
		{"DELETE", "/whip/x/y", ""},
		{"GET", "/api/v1/streams/x", ""},
		{"GET", "/assets/%2e%2e%2fgo.mod", ""},
		{"GET", "/watch/$(id)", ""},
		{"POST", "/api/v1/streams/x/latency", `{"session":"s","ms":1e308}`},
		{"OPTIONS", "/whep/x", ""},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, method, target, body string) {
		r, err := http.NewRequest(method, "http://"+s.HTTPAddr()+"/", strings.NewReader(body))
		if err != nil || !strings.HasPrefix(target, "/") || strings.HasPrefix(target, "/api/v1/signal") || strings.HasPrefix(target, "/api/v1/events") {
			return
		}
		if r.URL, err = r.URL.Parse(target); err != nil || r.URL.Host != s.HTTPAddr() {
			return
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		w := httptest.NewRecorder()
		if strings.Contains(r.URL.Path, ".m3u8") || strings.Contains(r.URL.RawQuery, "_HLS") {
			return // waits for media, which there is none of
		}
		handler.ServeHTTP(w, r.WithContext(ctx))
		if w.Code == http.StatusInternalServerError || bytes.Contains(w.Body.Bytes(), []byte("module golive")) {
			t.Fatalf("%s %q: %d: %.200s", method, target, w.Code, w.Body)
		}
	})
}

// FuzzSignal gives messages of a viewer to the signalling.
func FuzzSignal(f *testing.F) {
	s := fuzzed(f)
	for _, m := range []string{
		`{"type":"ping","t0":1}`, `{"type":"offer","sdp":"v=0\r\nm=video"}`, `{"type":"candidates","fragment":"a=ice-ufrag:x"}`,
		`{"type":"latency","ms":-1,"session":"x"}`, `{"type":"bye"}`, `{}`, `[]`,
	} {
		f.Add([]byte(m))
	}
	f.Fuzz(func(t *testing.T, sent []byte) {
		var m signalMessage
		if json.Unmarshal(sent, &m) != nil {
			return
		}
		g := &signaller{server: s, stream: "x"}
		reply, err := g.take(m, time.Now())
		g.leave()
		if err == nil && reply != nil {
			if _, err := json.Marshal(reply); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// FuzzPictures gives the units of a picture, in each codec, to everything that looks into them.
func FuzzPictures(f *testing.F) {
	c, err := clip.New()
	if err != nil {
		f.Fatalf("ffmpeg: %v", err)
	}
	f.Add(c.Packets[0].AnnexB(), byte(0))
	f.Add([]byte("\x00\x00\x00\x01\x40\x01\x0c\x00\x00\x00\x01\x42\x01\x01\x00\x00\x00\x01\x44\x01\x00\x00\x00\x01\x26\x01"), byte(1))
	f.Add([]byte("\x0a\x0b\x00\x00\x00\x24\xc4\xff\xdf\x30\x08"), byte(2))
	f.Fuzz(func(t *testing.T, data []byte, which byte) {
		codec := []encoder.Codec{encoder.H264, encoder.HEVC, encoder.AV1}[which%3]
		s := newServer(Config{Patience: -1, Log: slog.New(slog.DiscardHandler)})
		in := newIncoming(s, "x", nil)
		if err := in.Add(&encoder.Stream{Codec: codec}); err != nil {
			t.Fatal(err)
		}
		units := bytes.Split(data, []byte{0, 0, 0, 1})
		for i := range time.Duration(3) {
			_ = in.Picture(i*time.Second, i*time.Second, units)
		}
		in.leave(errLeft)
	})
}

// FuzzParameters gives a publisher's SPS and PPS to everything that reads them.
func FuzzParameters(f *testing.F) {
	c, err := clip.New()
	if err != nil {
		f.Fatalf("ffmpeg: %v", err)
	}
	sps, pps := c.Streams[0].H264()
	f.Add(sps, pps)
	f.Add([]byte{}, []byte{})
	f.Add(append([]byte{0x67}, []byte{0, 0, 0, 1}...), append([]byte{0x68}, []byte{0, 0, 0, 1}...))
	f.Add(append(bytes.Clone(sps), []byte{0, 0, 0, 1}...), append(bytes.Clone(pps), 0, 0, 1, 0, 0, 1, 0x67))
	f.Add(append(bytes.Clone(sps), 0, 0), append(bytes.Clone(pps), 0, 0))
	f.Fuzz(func(t *testing.T, sps, pps []byte) {
		st, err := intake.Describe(encoder.H264, [][]byte{sps, pps})
		if err != nil {
			return
		}
		gotSPS, gotPPS := st.H264()
		if !bytes.Equal(gotSPS, bytes.TrimRight(sps, "\x00")) || !bytes.Equal(gotPPS, bytes.TrimRight(pps, "\x00")) {
			t.Fatalf("SPS %x, PPS %x; sent %x, %x", gotSPS, gotPPS, sps, pps)
		}
		s := newServer(Config{Patience: -1, Log: slog.New(slog.DiscardHandler)})
		p, err := s.Publish("x", []*encoder.Stream{st}, nil)
		if err != nil {
			return
		}
		defer p.Close()
		profileOf(st)
		in := intake.New(func([]*encoder.Stream) (intake.Writer, error) { return p, nil })
		if err := in.Add(st); err != nil {
			t.Fatal(err)
		}
		for i := range time.Duration(3) {
			_ = in.Picture(i*time.Second, i*time.Second, [][]byte{sps, pps, {0x65, 1}})
		}
	})
}

// FuzzTransportStream gives the bytes of an SRT publisher to everything that reads them.
func FuzzTransportStream(f *testing.F) {
	seed(f, "*.ts")
	f.Fuzz(func(t *testing.T, ts []byte) {
		s := newServer(Config{Patience: -1, Log: slog.New(slog.DiscardHandler)})
		in := newIncoming(s, "x", &net.TCPAddr{})
		err := in.ReadTransportStream(bytes.NewReader(ts))
		if err == nil {
			t.Fatal("it ended without a reason")
		}
		in.leave(err)
	})
}

// seed begins a fuzz test with what real clients sent.
func seed(f *testing.F, pattern string) {
	f.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", pattern))
	if err != nil || len(files) == 0 {
		f.Fatalf("no %s in testdata: %v", pattern, err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
}
