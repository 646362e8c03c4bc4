package e2e

import (
	"context"
	"image"
	"regexp"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"golive/internal/testrig"
)

// stripReader reads the clock strip of the test card (package testcard) from each picture that the page shows, and
// keeps how old the picture was when it was shown, in ms.
const stripReader = `
window.ages = [];
addEventListener("DOMContentLoaded", () => {
	const video = document.querySelector("video");
	const canvas = new OffscreenCanvas(256, 16);
	const pen = canvas.getContext("2d", { willReadFrequently: true });
	const read = () => {
		pen.drawImage(video, 0, 0, video.videoWidth, video.videoHeight / 9, 0, 0, 256, 16);
		const pix = pen.getImageData(0, 0, 256, 16).data;
		let bits = "";
		for (let i = 0; i < 64; i++) {
			bits += pix[4 * (((i >> 5) * 8 + 4) * 256 + (i & 31) * 8 + 4) + 1] > 127 ? "1" : "0";
		}
		let crc = 0xff;
		for (let i = 0; i < 56; i += 8) {
			crc ^= parseInt(bits.slice(i, i + 8), 2);
			for (let k = 0; k < 8; k++) crc = (crc & 128 ? crc << 1 ^ 7 : crc << 1) & 255;
		}
		return crc === parseInt(bits.slice(56), 2) ? parseInt(bits.slice(0, 42), 2) : 0;
	};
	const shown = (now, frame) => {
		const drawn = read();
		if (drawn) ages.push(performance.timeOrigin + Math.max(performance.now(), frame.expectedDisplayTime) - drawn);
		video.requestVideoFrameCallback(shown);
	};
	video.requestVideoFrameCallback(shown);
});`

// watched is what the page tells.
type watched struct {
	State, Protocol string
	Latency         float64 // ms, as the page itself says
	Ages            []float64
	Loudness        float64
}

const readWatched = `(async () => {
	const v = document.querySelector("video");
	let loudness = 0;
	if (v.dataset.state === "playing") {
		window.analyser ??= (() => {
			const ctx = new AudioContext(), a = ctx.createAnalyser();
			ctx.createMediaStreamSource(v.srcObject ?? v.captureStream()).connect(a);
			return a;
		})();
		await new Promise(r => setTimeout(r, 100));
		const samples = new Float32Array(analyser.fftSize);
		analyser.getFloatTimeDomainData(samples);
		loudness = Math.max(...samples.map(Math.abs));
	}
	return { State: v.dataset.state ?? "", Protocol: v.dataset.protocol ?? "", Latency: +(v.dataset.latency ?? 0),
		Ages: ages.splice(0), Loudness: loudness };
})()`

var watchLink = regexp.MustCompile(`http://[0-9.:]+/watch/live`)

// watch opens the watch page of a running golive; before runs in the page first.
func watch(t *testing.T, p *testrig.Program, before string) context.Context {
	t.Helper()
	until(t, p, 20*time.Second, "the watch link", func() bool { return watchLink.MatchString(p.Stderr()) })
	ctx, cancel := context.WithTimeout(t.Context(), 6*time.Minute)
	t.Cleanup(cancel)
	tab, stop, err := testrig.Browse(ctx, watchLink.FindString(p.Stderr()), before+stripReader)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return tab
}

func look(t *testing.T, tab context.Context) watched {
	t.Helper()
	w, err := chromedp.Run(tab, chromedp.Evaluate[watched](readWatched, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// fineCard is how many pictures a second the card has where latency is read from it.
const fineCard = 240

// plays waits until the page plays pictures over a protocol, with sound that can be heard.
func plays(t *testing.T, tab context.Context, protocol string) {
	t.Helper()
	for end := time.Now().Add(90 * time.Second); time.Now().Before(end); {
		w := look(t, tab)
		if w.State == "playing" && w.Protocol == protocol && w.Loudness > 0.01 && len(w.Ages) > 0 && w.Latency > 0 {
			return
		}
	}
	t.Fatalf("not playing over %s within 90 s: %+v", protocol, look(t, tab))
}

// TestWatchPage watches a broadcast on this computer, with sound, as a newcomer would. GOLIVE_SOAK makes it longer, and
// asks for what the latency is to be on a machine that does nothing else.
func TestWatchPage(t *testing.T) {
	s := newStageAt(t, image.Pt(1280, 720), fineCard)
	if err := s.sound.PlayTone(toneHz, toneDB); err != nil {
		t.Fatal(err)
	}
	p := start(t, s.env, "live")
	t.Run("WebRTC", func(t *testing.T) {
		glass(t, watch(t, p, ""), "webrtc", 80, 130)
	})
	t.Run("WebRTC blocked", func(t *testing.T) {
		glass(t, watch(t, p, `delete window.RTCPeerConnection;`), "ll-hls", 1500, 1500)
	})
}

// glass fails the test when a page plays pictures that are older than these many ms, half or one of twenty of them, or
// when the figure that it shows is another than the one read from the pictures.
func glass(t *testing.T, tab context.Context, protocol string, p50, p95 float64) {
	t.Helper()
	plays(t, tab, protocol)
	settle, seconds := 1, 5
	if soak() {
		settle, seconds = 20, 60
	} else {
		p50, p95 = 5*p50, 5*p95
	}
	compare(t, tab, protocol, settle)
	g := agrees(t, tab, protocol, seconds, 0)
	if g.p50 > p50 || g.p95 > p95 {
		t.Errorf("glass to glass %v; want at most %.0f and %.0f ms", g, p50, p95)
	}
}
