package publish

import (
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/bluenviron/gortmplib"
	"github.com/bluenviron/gortmplib/pkg/amf0"
	"github.com/bluenviron/gortmplib/pkg/message"

	"golive/internal/testrig/media"
	"golive/secret"
)

// guardedPeer takes streams of a user who knows the password.
func guardedPeer(p *peer, c net.Conn) {
	sc := &gortmplib.ServerConn{RW: c}
	if sc.Initialize() != nil || sc.AcceptConnIfCredentialsMatch("alice", "s3cr3t pass") != nil {
		return
	}
	if sc.AcceptAction() == nil {
		silentPeer(p, c)
	}
}

func TestAdobeAuthentication(t *testing.T) {
	streams, _ := media.Encode(t, 2)
	server := strings.Replace(startPeer(t, guardedPeer).URL, "rtmp://", "rtmp://alice@", 1)
	dial(t, withPassword(t, server, "s3cr3t pass"), streams, newTestFeedback())
	_, err := withPassword(t, server, "s3cr3t guess").Dial(t.Context(), streams, newTestFeedback())
	if !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "password is wrong") || strings.Contains(err.Error(), "s3cr3t") {
		t.Error(err)
	}
	_, err = destination(t, strings.Replace(server, "alice@", "", 1), "k").Dial(t.Context(), streams, newTestFeedback())
	if !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "wants a user") {
		t.Error(err)
	}
}

func withPassword(t *testing.T, address, password string) Destination {
	t.Helper()
	d, err := ParseDestination(address, secret.New("k"), secret.New(password))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// movingPeer takes a stream and, after a while, asks to connect to another peer.
func movingPeer(to *peer, after time.Duration) func(*peer, net.Conn) {
	return func(p *peer, c net.Conn) {
		sc, err := p.meet(c)
		if err != nil || sc.AcceptAction() != nil {
			return
		}
		time.AfterFunc(after, func() {
			sc.Write(&message.CommandAMF0{
				ChunkStreamID: 3, Name: "onStatus", Arguments: amf0.Data{nil, amf0.Object{
					{Key: "level", Value: "status"},
					{Key: "code", Value: "NetConnection.Connect.ReconnectRequest"},
					{Key: "tcUrl", Value: to.URL},
				}},
			})
		})
		silentPeer(p, c)
	}
}

// A server may send its publishers elsewhere.
func TestReconnectRequest(t *testing.T) {
	streams, packets := media.Encode(t, 90)
	to := startPeer(t, nil)
	from := startPeer(t, movingPeer(to, settled+100*time.Millisecond))
	s := startSender(OutputConfig{Name: "x", Destination: destination(t, from.URL, "k")}, streams, func() {}, discard)
	defer func() { s.end(time.Now().Add(drainTime)) }()
	eventually(t, "live", func() bool { return state(s) == Live })
	eventually(t, "pictures elsewhere", func() bool {
		for _, p := range packets[:20] {
			s.push(p)
		}
		to.mu.Lock()
		defer to.mu.Unlock()
		return len(to.keys) > 0
	})
	to.mu.Lock()
	defer to.mu.Unlock()
	if to.path != "/live/k" || !to.keys[0] {
		t.Errorf("published as %s, key frame first: %v", to.path, to.keys[0])
	}
}

func TestReconnectRequestsThatAreNotFollowed(t *testing.T) {
	d := destination(t, "rtmps://h/live", "k").(*rtmp)
	for _, address := range []string{"rtmp://h/live", "http://h/live", "%zz", "rtmps://u@h/live", "rtmps:///live", "rtmps://h:0/x"} {
		if err := d.ended(moving{address}); errors.Is(err, errReconnect) {
			t.Errorf("%s is followed", address)
		}
		if d.moved.Load() != nil {
			t.Errorf("%s is remembered", address)
		}
	}
	for address, want := range map[string]string{"": "rtmps://h:443/live", "rtmps://other/app": "rtmps://other:443/app"} {
		if err := d.ended(moving{address}); !errors.Is(err, errReconnect) {
			t.Error(err)
		}
		if got := d.place().String(); got != want {
			t.Errorf("%q leads to %s, want %s", address, got, want)
		}
	}
}
