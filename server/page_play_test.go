package server

import (
	"context"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"golive/internal/testrig"
)

// The ways in which one protocol after the other can be of no use.
const (
	noWebRTC = `delete window.RTCPeerConnection;`
	// noMedia loses the server's candidates for as long as window.blocked is true.
	noMedia = `window.blocked = true;
		const set = RTCPeerConnection.prototype.setRemoteDescription;
		RTCPeerConnection.prototype.setRemoteDescription = function (d) {
			return set.call(this, blocked ? { type: d.type, sdp: d.sdp.replace(/a=candidate.*\r\n/g, "") } : d);
		};`
	// endable ends what plays over WebRTC, and all that comes after it, when endWebRTC is called.
	endable = `const Peer = window.RTCPeerConnection, peers = [];
		window.RTCPeerConnection = class extends Peer { constructor(c) { super(c); peers.push(this); } };
		window.endWebRTC = () => { delete window.RTCPeerConnection; peers.forEach((p) => p.close()); };`
	anyHLS     = "http://*:*/hls/*"
	waitingHLS = `http://*:*/hls/*\?*_HLS_msn=*` // what LL-HLS asks for before it is there
)

// plays waits until the page shows moving pictures with sound over protocol.
func plays(t *testing.T, tab context.Context, protocol string) pageState {
	t.Helper()
	var got pageState
	frames := 0
	within(t, 50*time.Second, "played over "+protocol, func() bool {
		got = readState(t, tab)
		if got.State != "playing" || got.Protocol != protocol {
			frames = 0 // each player counts anew
			return false
		}
		if frames == 0 {
			frames = got.Frames
		}
		return got.Frames > frames+15 && got.Loudness > 0.01
	})
	return got
}

// TestPagePlays lets the page find a way to play by itself, down the ladder.
func TestPagePlays(t *testing.T) {
	s := start(t, Config{})
	p, _ := broadcast(t, s, "live", func() {})
	tests := map[string]struct {
		before   string
		block    []string
		protocol string
	}{
		"WebRTC":          {protocol: "webrtc"},
		"no WebRTC":       {before: noWebRTC, protocol: "ll-hls"},
		"WebRTC refused":  {before: `window.RTCPeerConnection = class { constructor() { throw new Error("blocked") } }`, protocol: "ll-hls"},
		"no media":        {before: noMedia, protocol: "ll-hls"},
		"LL-HLS blocked":  {before: noWebRTC, block: []string{waitingHLS}, protocol: "hls"},
		"HLS blocked":     {before: noWebRTC, block: []string{anyHLS}, protocol: "dash"},
		"WebSocket fails": {before: `window.WebSocket = class { close() {} }`, protocol: "webrtc"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tab := browse(t, "about:blank", tt.before)
			if tt.block != nil {
				block(t, tab, tt.block...)
			}
			navigate(t, tab, s.WatchURL("live"))
			if got := plays(t, tab, tt.protocol); got.Width != 640 || got.Muted {
				t.Errorf("%+v", got)
			}
			testrig.Eventually(t, "told its latency", func() bool { return len(p.Latencies()) > 0 })
		})
	}
}

// TestPageClimbs takes a way to play from the page and gives it back: the page returns to it by itself.
func TestPageClimbs(t *testing.T) {
	s := start(t, Config{})
	broadcast(t, s, "live", func() {})
	t.Run("WebRTC", func(t *testing.T) {
		t.Parallel()
		tab := browse(t, s.WatchURL("live"), noMedia)
		plays(t, tab, "ll-hls")
		evaluate[bool](t, tab, `blocked = false, true`)
		plays(t, tab, "webrtc")
	})
	t.Run("LL-HLS", func(t *testing.T) {
		t.Parallel()
		tab := browse(t, "about:blank", noWebRTC)
		block(t, tab, waitingHLS)
		navigate(t, tab, s.WatchURL("live"))
		plays(t, tab, "hls")
		block(t, tab)
		plays(t, tab, "ll-hls")
	})
	for name, to := range map[string]struct{ before, protocol string }{
		"from DASH to LL-HLS": {noWebRTC, "ll-hls"},
		"from DASH to WebRTC": {noMedia, "webrtc"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tab := browse(t, "about:blank", to.before)
			block(t, tab, anyHLS)
			navigate(t, tab, s.WatchURL("live"))
			plays(t, tab, "dash")
			evaluate[bool](t, tab, `window.blocked = false, true`)
			if to.protocol == "ll-hls" {
				block(t, tab)
			}
			plays(t, tab, to.protocol)
		})
	}
}

// TestPageFalls takes one way to play after the other from the page while it plays.
func TestPageFalls(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	broadcast(t, s, "live", func() {})
	tab := browse(t, "about:blank", endable)
	navigate(t, tab, s.WatchURL("live"))
	plays(t, tab, "webrtc")
	evaluate[bool](t, tab, `endWebRTC(), true`)
	plays(t, tab, "ll-hls")
	block(t, tab, waitingHLS)
	plays(t, tab, "hls")
	block(t, tab, anyHLS)
	plays(t, tab, "dash")
}

// TestPageWaits opens the page before there is a stream, and ends the stream under it.
func TestPageWaits(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	tab := browse(t, s.WatchURL("live"), "")
	until := func(state string) {
		t.Helper()
		testrig.Eventually(t, state, func() bool { return readState(t, tab).State == state })
	}
	until("waiting")
	shoot(t, tab, "waiting")
	_, stop := broadcast(t, s, "live", func() {})
	until("playing")
	stop()
	until("ended")
	broadcast(t, s, "live", func() {})
	until("playing")
}

// TestPageGoesBack goes back in time from WebRTC, which has no past, and returns to it.
func TestPageGoesBack(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	broadcast(t, s, "live", func() {})
	tab := browse(t, s.WatchURL("live"), "")
	plays(t, tab, "webrtc")
	time.Sleep(12 * time.Second) // a past to go back to
	key(t, tab, kb.ArrowLeft)
	plays(t, tab, "ll-hls")
	behind := func() string { return evaluate[string](t, tab, `document.querySelector("#behind").textContent`) }
	testrig.Eventually(t, "was behind", func() bool { return behind() != "" })
	if hidden := evaluate[bool](t, tab, `document.querySelector("#seek").hidden`); hidden {
		t.Error("there is no bar to seek with")
	}
	shoot(t, tab, "past")
	key(t, tab, "l")
	plays(t, tab, "webrtc")
}
