package server

import (
	"context"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"golive/internal/testrig"
)

// browse opens a stream's page in Chromium; before is run in the page before anything of its own.
func browse(t *testing.T, url, before string) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	t.Cleanup(cancel)
	tab, stop, err := testrig.Browse(ctx, url, before)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return tab
}

// pageState is what the watch page tells of itself, and what its video shows.
type pageState struct {
	State, Protocol, Message string
	Width, Frames            int
	Loudness                 float64
	Muted                    bool
	Time                     float64
}

const readPage = `(async () => {
	const v = document.querySelector("video");
	const ctx = window.meter ??= new AudioContext();
	let loudness = 0;
	if (v.dataset.state === "playing") {
		window.analyser ??= (() => {
			const a = ctx.createAnalyser();
			(v.srcObject ? ctx.createMediaStreamSource(v.srcObject) : ctx.createMediaStreamSource(v.captureStream())).connect(a);
			return a;
		})();
		await new Promise(r => setTimeout(r, 200));
		const samples = new Float32Array(analyser.fftSize);
		analyser.getFloatTimeDomainData(samples);
		loudness = Math.max(...samples.map(Math.abs));
	}
	return {
		State: v.dataset.state ?? "", Protocol: v.dataset.protocol ?? "",
		Message: document.querySelector("#message").textContent, Width: v.videoWidth,
		Frames: v.getVideoPlaybackQuality().totalVideoFrames, Loudness: loudness, Muted: v.muted, Time: v.currentTime,
	};
})()`

func readState(t *testing.T, tab context.Context) pageState {
	t.Helper()
	s, err := chromedp.Run(tab, chromedp.Evaluate[pageState](readPage, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// blocked are the ways in which WebRTC can be of no use.
var blocked = map[string]string{
	"no WebRTC":      `delete window.RTCPeerConnection`,
	"WebRTC refused": `window.RTCPeerConnection = class { constructor() { throw new Error("blocked") } }`,
	"no media": `const set = RTCPeerConnection.prototype.setRemoteDescription;
		RTCPeerConnection.prototype.setRemoteDescription = function (d) {
			return set.call(this, { type: d.type, sdp: d.sdp.replace(/a=candidate.*\r\n/g, "") });
		}`,
}

func TestPagePlays(t *testing.T) {
	s := start(t, Config{})
	p, _ := broadcast(t, s, "live", func() {})
	tests := map[string]struct{ before, protocol string }{"WebRTC": {"", "webrtc"}}
	for name, before := range blocked {
		tests[name] = struct{ before, protocol string }{before, "hls"}
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tab := browse(t, s.WatchURL("live"), tt.before)
			var got pageState
			eventually(t, "played with sound", func() bool {
				got = readState(t, tab)
				return got.State == "playing" && got.Frames > 30 && got.Loudness > 0.01
			})
			if got.Protocol != tt.protocol || got.Width != 640 || got.Muted {
				t.Errorf("%+v", got)
			}
			eventually(t, "told its latency", func() bool { return len(p.Latencies()) > 0 })
			t.Logf("%s: latency %v", got.Protocol, p.Latencies())
		})
	}
}

// TestPageWaits opens the page before there is a stream, and ends the stream under it.
func TestPageWaits(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	tab := browse(t, s.WatchURL("live"), "")
	until := func(state string) {
		t.Helper()
		eventually(t, state, func() bool { return readState(t, tab).State == state })
	}
	until("waiting")
	_, stop := broadcast(t, s, "live", func() {})
	until("playing")
	stop()
	until("away")
	broadcast(t, s, "live", func() {})
	until("playing")
}
