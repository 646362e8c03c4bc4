package server

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"golive/internal/testrig"
)

// built fails the test when the page that is compiled in was made of other sources than those that are there.
func built(t *testing.T) {
	t.Helper()
	sources, err := filepath.Glob("viewer/src/*")
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.New()
	for _, source := range sources {
		text, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		sum.Write(text)
	}
	made, err := dist.ReadFile("viewer/dist/sources.sha256")
	if err != nil || string(made) != hex.EncodeToString(sum.Sum(nil)) {
		t.Fatalf("the page is not made of what is in viewer/src (%v): run make viewer", err)
	}
}

// browse opens a page in Chromium; before is run in the page before anything of its own.
func browse(t *testing.T, url, before string) context.Context {
	t.Helper()
	built(t)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute) // the log is read after the test
	t.Cleanup(cancel)
	tab, stop, err := testrig.Browse(ctx, url, before)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	t.Cleanup(func() {
		if t.Failed() {
			log, _ := chromedp.Run(tab, chromedp.Evaluate[string](`[...document.querySelectorAll("#lines li")].map(l => l.textContent).join("\n")`))
			t.Logf("the page's own log:\n%s", log)
		}
	})
	return tab
}

// pageState is what the watch page tells of itself, and what its video shows.
type pageState struct {
	State, Protocol, Message, Detail string
	Width, Frames                    int
	Loudness                         float64
	Muted, Paused                    bool
	Volume                           float64
	Time                             float64
}

const readPage = `(async () => {
	const v = document.querySelector("video");
	const ctx = window.meter ??= new AudioContext();
	let loudness = 0;
	if (v.dataset.state === "playing") {
		const sound = v.srcObject ?? v.captureStream();
		if (sound.getAudioTracks().length > 0) {
			const a = ctx.createAnalyser(), source = ctx.createMediaStreamSource(sound);
			source.connect(a);
			await new Promise(r => setTimeout(r, 200));
			const samples = new Float32Array(a.fftSize);
			a.getFloatTimeDomainData(samples);
			loudness = Math.max(...samples.map(Math.abs));
			source.disconnect();
		}
	}
	return {
		State: v.dataset.state ?? "", Protocol: v.dataset.protocol ?? "",
		Message: document.querySelector("#message").textContent, Detail: document.querySelector("#detail").textContent,
		Width: v.videoWidth, Frames: v.getVideoPlaybackQuality().totalVideoFrames, Loudness: loudness,
		Muted: v.muted, Paused: v.paused, Volume: v.volume, Time: v.currentTime,
	};
})()`

func readState(t *testing.T, tab context.Context) pageState {
	t.Helper()
	return evaluate[pageState](t, tab, readPage)
}

// evaluate returns what a piece of JavaScript is worth in the page.
func evaluate[T any](t *testing.T, tab context.Context, js string) T {
	t.Helper()
	v, err := chromedp.Run(tab, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%s: %v", js, err)
	}
	return v
}

// do carries out what a viewer does.
func do(t *testing.T, tab context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(tab, steps...); err != nil {
		t.Fatal(err)
	}
}

// block lets no request through whose address matches one of the patterns (URLPattern); none lets all through.
func block(t *testing.T, tab context.Context, patterns ...string) {
	t.Helper()
	if _, err := chromedp.Call(tab, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	p := network.SetBlockedURLsParams{URLPatterns: []*network.BlockPattern{}}
	for _, pattern := range patterns {
		p.URLPatterns = append(p.URLPatterns, &network.BlockPattern{URLPattern: pattern, Block: true})
	}
	if _, err := chromedp.Call(tab, network.SetBlockedURLs, p); err != nil {
		t.Fatal(err)
	}
}

// within is eventually with another patience.
func within(t *testing.T, patience time.Duration, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !ok(); {
		if time.Now().After(deadline) {
			t.Fatalf("never %s within %v", what, patience)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// shoot takes a screenshot, and keeps it for somebody to look at when GOLIVE_SHOTS names a directory.
func shoot(t *testing.T, tab context.Context, name string) []byte {
	t.Helper()
	png, err := chromedp.Run(tab, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	if dir := os.Getenv("GOLIVE_SHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return png
}
