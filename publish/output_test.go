package publish

import (
	"context"
	"crypto/x509"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"golive/encoder"
	"golive/internal/testrig"
	"golive/internal/testrig/media"
	"golive/secret"
	"golive/server"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A receiver is the far end of an Output under test.
type receiver struct {
	dest Destination
	peer *peer  // what saw the packets; nil for the embedded server
	die  func() // takes the connection away
}

// sound is what a receiver takes.
func (r receiver) sound() encoder.Codec {
	_, audio := r.dest.Codecs()
	return audio[0]
}

func receivers() map[string]func(*testing.T) receiver {
	return map[string]func(*testing.T) receiver{
		"rtmp": func(t *testing.T) receiver {
			p := startPeer(t, nil)
			return receiver{destination(t, p.URL, "k?a=b"), p, p.hangUp}
		},
		"rtmps": func(t *testing.T) receiver {
			p := startPeer(t, nil)
			front, err := testrig.StartTLS(p.listen.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(front.Close)
			d := destination(t, "rtmps://"+front.Addr+"/live", "k?a=b")
			d.(*rtmp).roots = rootsOf(t, front.CAFile)
			return receiver{d, p, p.hangUp}
		},
		"local": func(t *testing.T) receiver {
			s := startServer(t)
			return receiver{Local(s, "live"), nil, func() { s.Close(t.Context()) }}
		},
		"srt": func(t *testing.T) receiver {
			s := startServer(t)
			return receiver{srtTo(t, s.SRTURL("live"), ""), nil, func() { s.Close(t.Context()) }}
		},
		"whip": func(t *testing.T) receiver {
			s := startServer(t)
			return receiver{destination(t, "whip+http://"+s.HTTPAddr()+"/whip/live", "k"), nil, func() { s.Close(t.Context()) }}
		},
	}
}

func rootsOf(t *testing.T, file string) *x509.CertPool {
	t.Helper()
	pem, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	return pool
}

func startServer(t *testing.T) *server.Server { return startServerWith(t, secret.Secret{}) }

// startServerWith starts a server that wants SRT to have a passphrase, unless that is empty.
func startServerWith(t *testing.T, passphrase secret.Secret) *server.Server {
	t.Helper()
	s, err := server.Start(server.Config{
		HTTP: "127.0.0.1:0", RTMP: "127.0.0.1:0", SRT: "127.0.0.1:0", WebRTC: "127.0.0.1:0", SRTPassphrase: passphrase, Log: discard,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		s.Close(ctx)
	})
	return s
}

// A testFeedback notes what a connection says.
type testFeedback struct {
	lost chan error
}

func newTestFeedback() *testFeedback { return &testFeedback{lost: make(chan error, 1)} }

func (f *testFeedback) Keyframe() {}

func (f *testFeedback) Lost(err error) {
	select {
	case f.lost <- err:
	default:
	}
}

func dial(t *testing.T, d Destination, streams []*encoder.Stream, fb Feedback) Output {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	o, err := d.Dial(ctx, streams, fb)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.Close() })
	return o
}

func writeAll(t *testing.T, o Output, packets []*encoder.Packet) {
	t.Helper()
	for _, p := range packets {
		if err := o.WritePacket(p); err != nil {
			t.Fatal(err)
		}
	}
}

// TestOutput is what every Output must do.
func TestOutput(t *testing.T) {
	for name, start := range receivers() {
		t.Run(name, func(t *testing.T) {
			streams, packets := media.EncodeAs(t, 90, encoder.H264, start(t).sound())
			t.Run("sends all, key frame first, in order", func(t *testing.T) { sendsAll(t, start(t), streams, packets) })
			t.Run("closes twice", func(t *testing.T) {
				o := dial(t, start(t).dest, streams, newTestFeedback())
				writeAll(t, o, packets[:10])
				begin := time.Now()
				if err := o.Close(); err != nil {
					t.Error(err)
				}
				if err := o.Close(); err != nil {
					t.Error(err)
				}
				if took := time.Since(begin); took > 2*time.Second {
					t.Errorf("took %v", took)
				}
				if err := o.WritePacket(packets[10]); err == nil {
					t.Error("a packet went out after Close")
				}
			})
			t.Run("notices that its peer is gone", func(t *testing.T) { noticesDeath(t, start(t), streams, packets) })
			t.Run("connects again", func(t *testing.T) {
				r := start(t)
				for range 3 { // a server may take a moment to see that the one before has ended
					o := dialSoon(t, r.dest, streams)
					writeAll(t, o, packets[:30])
					o.Close()
				}
			})
		})
	}
}

func sendsAll(t *testing.T, r receiver, streams []*encoder.Stream, packets []*encoder.Packet) {
	o := dial(t, r.dest, streams, newTestFeedback())
	writeAll(t, o, packets)
	if l := o.Link(); l.SentBytes < int64(size(packets))*9/10 {
		t.Errorf("%d bytes sent of %d", l.SentBytes, size(packets))
	}
	o.Close()
	if r.peer == nil {
		return
	}
	eventually(t, "the end of the stream", func() bool {
		r.peer.mu.Lock()
		defer r.peer.mu.Unlock()
		return r.peer.ended == 1
	})
	r.peer.mu.Lock()
	defer r.peer.mu.Unlock()
	video, audio := len(of(packets, streams[0])), len(of(packets, streams[1]))
	if len(r.peer.keys) != video || !r.peer.keys[0] || r.peer.sounds < audio-1 {
		t.Errorf("%d of %d pictures, %d of %d sounds, key frames %v", len(r.peer.keys), video, r.peer.sounds, audio, r.peer.keys)
	}
	if r.peer.path != "/live/k?a=b" {
		t.Errorf("published as %s", r.peer.path)
	}
	for i := 1; i < len(r.peer.dts); i++ {
		if r.peer.dts[i] < r.peer.dts[i-1] {
			t.Fatalf("%v after %v", r.peer.dts[i], r.peer.dts[i-1])
		}
	}
}

func size(packets []*encoder.Packet) int {
	n := 0
	for _, p := range packets {
		n += p.Size()
	}
	return n
}

func noticesDeath(t *testing.T, r receiver, streams []*encoder.Stream, packets []*encoder.Packet) {
	fb := newTestFeedback()
	o := dial(t, r.dest, streams, fb)
	writeAll(t, o, packets[:30])
	r.die()
	deadline := time.After(10 * time.Second)
	for n := 30; ; n = 30 + (n-29)%60 {
		err := o.WritePacket(packets[n])
		select {
		case err = <-fb.lost:
		case <-deadline:
			t.Fatal("it was not noticed")
		case <-time.After(10 * time.Millisecond):
		}
		if err != nil {
			if text := err.Error(); !strings.HasPrefix(text, "rtmp") && !strings.HasPrefix(text, "srt") && !strings.HasPrefix(text, "whip") && !strings.HasPrefix(text, "the server on this computer") {
				t.Errorf("the error does not name the place: %v", err)
			}
			return
		}
	}
}

// A write to a peer that reads nothing blocks; Close ends it, with and without TLS.
func TestCloseUnblocksWritePacket(t *testing.T) {
	streams, packets := media.Encode(t, 30)
	t.Run("rtmp", func(t *testing.T) {
		closesWhileWriting(t, destination(t, startPeer(t, stuckPeer).URL, "k"), streams, packets)
	})
	t.Run("rtmps", func(t *testing.T) {
		p := startPeer(t, stuckPeer)
		front, err := testrig.StartTLS(p.listen.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(front.Close)
		t.Cleanup(p.hangUp) // the front waits for it
		d := destination(t, "rtmps://"+front.Addr+"/live", "k")
		d.(*rtmp).roots = rootsOf(t, front.CAFile)
		closesWhileWriting(t, d, streams, packets)
	})
}

func closesWhileWriting(t *testing.T, d Destination, streams []*encoder.Stream, packets []*encoder.Packet) {
	o := dial(t, d, streams[:1], newTestFeedback())
	big := *packets[0]
	big.Data = append(packets[0].Data[:len(packets[0].Data):len(packets[0].Data)], append([]byte{0x41}, make([]byte, 4<<20)...))
	blocked := make(chan error, 1)
	go func() {
		for {
			if err := o.WritePacket(&big); err != nil {
				blocked <- err
				return
			}
		}
	}()
	last := int64(-1)
	eventually(t, "a write that blocks", func() bool {
		time.Sleep(100 * time.Millisecond)
		sent := o.Link().SentBytes
		still := sent == last && sent > 1000
		last = sent
		return still
	})
	begin := time.Now()
	o.Close()
	if err := <-blocked; err == nil {
		t.Error("no error")
	}
	if took := time.Since(begin); took > 3*time.Second {
		t.Errorf("Close took %v", took)
	}
}

// A server may repeat parts of a key, escaped or not.
func TestRedact(t *testing.T) {
	for _, c := range []struct{ url, key, words, want string }{
		{"rtmp://h/live", "s3cr3t", "no s3cr3t here", "no *** here"},
		{"rtmp://h/live", "s3cr3t?a=b", "no s3cr3t?a=b, no s3cr3t", "no ***, no ***"},
		{"rtmp://h/live", "s3cr3t?a=b", "a is b", "a is b"},
		{"rtmp://h/live", "cam?token=abc%2Fdef&x=123456;y=12345", "abc/def, abc%2Fdef, abc%252Fdef; 123456, 12345", "***, ***, ***; ***, 12345"},
		{"rtmp://h/live", "cam?abcdefgh", "bad abcdefgh", "bad ***"},
		{"rtmp://h/live", "s3/cr3 t", "s3%2Fcr3+t, s3%2Fcr3%20t", "***, ***"},
		{"rtmp://h/live/cam?token=abcdef", "", "no abcdef", "no ***"},
		{"rtmp://h/live?auth=abcdef", "k3y", "abcdef, k3y", "***, ***"},
		{"rtmp://h/live", "", "nothing\tto\x1bhide", "nothing to hide"},
		{"rtmp://h/live", "k3y", strings.Repeat("x", 300), strings.Repeat("x", 200) + "..."},
	} {
		if c.key == "" && !strings.Contains(c.url, "?") {
			c.url += "/1"
		}
		if got := destination(t, c.url, c.key).(*rtmp).redact(c.words); got != c.want {
			t.Errorf("%s, %s: %q, want %q", c.url, c.key, got, c.want)
		}
	}
}

// A server that reads nothing for too long is a dead link.
func TestDeadLinkIsNoticed(t *testing.T) {
	streams, packets := media.Encode(t, 2)
	p := startPeer(t, stuckPeer)
	o := dial(t, destination(t, p.URL, "k"), streams[:1], newTestFeedback())
	big := *packets[0]
	big.Data = append(packets[0].Data[:len(packets[0].Data):len(packets[0].Data)], append([]byte{0x41}, make([]byte, 4<<20)...))
	var err error
	for err == nil {
		err = o.WritePacket(&big)
	}
	if !strings.Contains(err.Error(), "taken no data for 5s") || strings.Contains(err.Error(), "/k") {
		t.Error(err)
	}
}

func TestDialMeetsBadServers(t *testing.T) {
	streams, _ := media.Encode(t, 2)
	closed := startPeer(t, nil)
	closed.close()
	front, err := testrig.StartTLS(startPeer(t, nil).listen.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(front.Close)
	for _, c := range []struct {
		name, url string
		is        error
		says      string
	}{
		{"says nothing", startPeer(t, silentPeer).URL, context.DeadlineExceeded, "says nothing"},
		{"hangs up when asked", startPeer(t, closingPeer).URL, errHangUp, "closed the connection instead of taking the stream"},
		{"refuses", startPeer(t, refusingPeer).URL, ErrRefused, "key /live/*** is not known here"},
		{"is not there", closed.URL, nil, "cannot be reached: connection refused"},
		{"has no name", "rtmp://host.invalid/live", nil, "cannot be found"},
		{"has a strange certificate", "rtmps://" + front.Addr + "/live", nil, "is not who it says it is"},
		{"is no RTMP server", "rtmp://" + front.Addr + "/live", nil, "closed the connection"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			begin := time.Now()
			o, err := destination(t, c.url, "s3cr3t").Dial(ctx, streams, newTestFeedback())
			if err == nil {
				o.Close()
				t.Fatal("connected")
			}
			if c.is != nil && !errors.Is(err, c.is) || c.is == nil && errors.Is(err, ErrRefused) {
				t.Errorf("%v is not %v", err, c.is)
			}
			if text := err.Error(); !strings.Contains(text, c.says) || !strings.HasPrefix(text, c.url) || strings.ContainsAny(text, "\x1b\n") || strings.Contains(text, "s3cr3t") {
				t.Errorf("%q, want it to say %q", text, c.says)
			}
			if took := time.Since(begin); took > 5*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

func TestReach(t *testing.T) {
	up, down := startPeer(t, silentPeer), startPeer(t, nil)
	down.close()
	if err := Reach(t.Context(), destination(t, up.URL, "k")); err != nil {
		t.Error(err)
	}
	if err := Reach(t.Context(), destination(t, down.URL, "k")); err == nil || err.Error() != down.URL+" cannot be reached: connection refused" {
		t.Error(err)
	}
	if err := Reach(t.Context(), srtTo(t, startServer(t).SRTURL("x"), "")); err != nil {
		t.Error(err)
	}
	if err := Reach(t.Context(), srtTo(t, "srt://"+freeUDP(t), "")); err == nil || !strings.HasSuffix(err.Error(), "cannot be reached: connection refused") {
		t.Error(err)
	}
	front, err := testrig.StartTLS(up.listen.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(front.Close)
	secure := destination(t, "rtmps://"+front.Addr+"/live", "k")
	if err := Reach(t.Context(), secure); err == nil || !strings.Contains(err.Error(), "is not who it says it is") {
		t.Error(err)
	}
	secure.(*rtmp).roots = rootsOf(t, front.CAFile)
	if err := Reach(t.Context(), secure); err != nil {
		t.Error(err)
	}
}

func TestServerThatTalksTooMuch(t *testing.T) {
	streams, _ := media.Encode(t, 2)
	fb := newTestFeedback()
	dial(t, destination(t, startPeer(t, chattyPeer).URL, "k"), streams, fb)
	select {
	case err := <-fb.lost:
		if !errors.Is(err, errTooMuch) {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Error("it may go on for ever")
	}
}
