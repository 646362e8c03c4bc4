package e2e

import (
	"context"
	"image"
	"math"
	"regexp"
	"slices"
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
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
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

// plays waits until the page plays pictures and sound, and returns how old n pictures were when they were shown,
// sorted, and the latency that the page itself tells.
func plays(t *testing.T, tab context.Context, protocol string, n int) (ages []float64, told float64) {
	t.Helper()
	loud := false
	for end := time.Now().Add(90 * time.Second); time.Now().Before(end); {
		w := look(t, tab)
		if w.State != "playing" || w.Protocol != protocol {
			continue
		}
		loud = loud || w.Loudness > 0.01
		ages = append(ages, w.Ages...)
		if loud && len(ages) > n && w.Latency > 0 {
			last := ages[len(ages)-n:] // the first ones are from when the player started
			slices.Sort(last)
			return last, w.Latency
		}
	}
	t.Fatalf("not playing over %s within 90 s: %+v", protocol, look(t, tab))
	return nil, 0
}

func TestWatchPage(t *testing.T) {
	s := newStage(t, image.Pt(1280, 720))
	if err := s.sound.PlayTone(toneHz, toneDB); err != nil {
		t.Fatal(err)
	}
	p := start(t, s.env, "live")
	t.Run("WebRTC", func(t *testing.T) {
		tab := watch(t, p, "")
		ages, told := plays(t, tab, "webrtc", 300)
		p50, p95 := ages[len(ages)/2], ages[len(ages)*95/100]
		t.Logf("glass to glass: p50 %.0f ms, p95 %.0f ms; the page says %.0f ms", p50, p95, told)
		if p50 <= 0 || p50 > 5*150 {
			t.Errorf("p50 of %.0f ms", p50)
		}
		agrees(t, tab)
	})
	t.Run("WebRTC blocked", func(t *testing.T) {
		ages, told := plays(t, watch(t, p, `delete window.RTCPeerConnection;`), "ll-hls", 300)
		t.Logf("LL-HLS: p50 %.0f ms; the page says %.0f ms", ages[len(ages)/2], told)
	})
}

// agrees fails the test when the figure that the page shows never agrees with the one read from its pictures.
func agrees(t *testing.T, tab context.Context) {
	t.Helper()
	var seen, told float64
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); {
		if seen, told = compare(t, tab, 5); seen > 0 && math.Abs(told-seen) <= agreement() {
			t.Logf("the pictures say %.0f ms, the page says %.0f ms", seen, told)
			return
		}
	}
	t.Errorf("the pictures say %.0f ms, the page says %.0f ms", seen, told)
}
