//go:build bench

package bench

import (
	"context"
	"fmt"
	"image"
	"os/exec"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"golive/internal/testrig"
	"golive/internal/testrig/card"
)

// firstPicture keeps when the first picture was shown, in milliseconds after the page began to load.
const firstPicture = `addEventListener("DOMContentLoaded", () =>
	document.querySelector("video").requestVideoFrameCallback(now => window.first = now));`

const openings = 11

// TestFirstPicture opens the watch page again and again, and tells when the first picture is seen: of our own broadcast,
// whose encoder is asked for a key frame, and of an FFmpeg RTMP source with one every two seconds.
func TestFirstPicture(t *testing.T) {
	dir := t.TempDir()
	golive, err := testrig.BuildGolive(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	d, err := testrig.StartDisplay(t.Context(), image.Pt(1280, 720))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	c, err := card.Start(card.Config{Display: d.Name})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	free := "127.0.0.1:0"
	p, err := testrig.StartProgram(golive, d.Env(), "live", "--audio", "tone", "--size", "1280x720",
		"--http", free, "--rtmp", free, "--srt", "off", "--webrtc", free)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	link := regexp.MustCompile(`(http://[0-9.:]+)/watch/live`)
	rtmp := regexp.MustCompile(`rtmp=([0-9.:]+)`)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := p.Until(ctx, func() bool { return link.MatchString(p.Stderr()) && rtmp.MatchString(p.Stderr()) }); err != nil {
		t.Fatal(err)
	}
	origin := link.FindStringSubmatch(p.Stderr())[1]
	report(t, "our own broadcast", origin+"/watch/live")
	background(t, exec.Command("ffmpeg", "-v", "error", "-re", "-stream_loop", "-1", "-i", film(t, dir), "-c", "copy",
		"-f", "flv", fmt.Sprintf("rtmp://%s/live/film", rtmp.FindStringSubmatch(p.Stderr())[1])))
	await(t, origin+"/api/v1/streams/film")
	report(t, "FFmpeg over RTMP", origin+"/watch/film")
}

func report(t *testing.T, what, url string) {
	t.Helper()
	var all []float64
	protocol := ""
	for i := range openings + 1 {
		ms, over := open(t, url)
		if i > 0 { // the first one reads the browser from disk
			all = append(all, ms)
		}
		protocol = over
	}
	slices.Sort(all)
	t.Logf("%s: first picture over %s after p50 %.0f ms, at worst %.0f ms", what, protocol, all[len(all)/2], all[len(all)-1])
}

func open(t *testing.T, url string) (ms float64, protocol string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tab, stop, err := testrig.Browse(ctx, url, firstPicture)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	seen, err := chromedp.Run(tab, chromedp.Evaluate[struct {
		First    float64
		Protocol string
	}](`(async () => {
		const { dataset } = document.querySelector("video");
		while (!window.first || !dataset.protocol) await new Promise(r => setTimeout(r, 20));
		return { First: window.first, Protocol: dataset.protocol };
	})()`, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	return seen.First, seen.Protocol
}
