package server

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"golive/internal/testrig"
)

// TestPageRecordings plays a recording in the list page, from the middle, and downloads it.
func TestPageRecordings(t *testing.T) {
	t.Parallel()
	s := start(t, Config{Data: t.TempDir()})
	broadcast(t, s, "live", func() {})
	record := func() {
		if resp, body := send(t, s, "POST", "/api/v1/streams/live/recording", "", nil); resp.StatusCode != 201 {
			t.Fatalf("%s: %s", resp.Status, body)
		}
		testrig.Eventually(t, "five seconds", func() bool { return readRecordings(t, s)[0].Bytes > 600_000 }) // more than the clip has
		if resp, body := send(t, s, "DELETE", "/api/v1/streams/live/recording", "", nil); resp.StatusCode != 200 {
			t.Fatalf("%s: %s", resp.Status, body)
		}
	}
	record()
	tab := browse(t, s.ListURL(), "")
	testrig.Eventually(t, "showed a picture of the stream", func() bool {
		return evaluate[bool](t, tab, `(() => { const i = document.querySelector(".shot img"); return !!i && !i.hidden && i.naturalWidth > 0; })()`)
	})
	testrig.Eventually(t, "listed the recording", func() bool {
		return evaluate[bool](t, tab, `!document.querySelector("#recordings").hidden && document.querySelectorAll("#recorded li").length === 1`)
	})
	shoot(t, tab, "recordings")
	do(t, tab, chromedp.Click("#recorded .what"))
	testrig.Eventually(t, "played it", func() bool {
		return evaluate[bool](t, tab, `document.querySelector("#theatre").open && document.querySelector("#replay").currentTime > 0.5`)
	})
	shoot(t, tab, "recording")
	got := evaluate[struct{ Width, Duration, From, To float64 }](t, tab, `(async () => {
		const v = document.querySelector("#replay");
		v.currentTime = v.duration / 2;
		await new Promise((resolve) => v.addEventListener("seeked", resolve, { once: true }));
		const from = v.currentTime;
		await v.play();
		await new Promise((resolve) => v.addEventListener("timeupdate", resolve, { once: true }));
		while (v.currentTime <= from) await new Promise((resolve) => setTimeout(resolve, 50));
		return { Width: v.videoWidth, Duration: v.duration, From: from, To: v.currentTime };
	})()`)
	if got.Width != 640 || got.Duration < 2 || got.From < got.Duration/2-0.2 || got.To <= got.From {
		t.Errorf("played from the middle: %+v", got)
	}
	name := evaluate[string](t, tab, `(async () => {
		const link = document.querySelector("#download");
		const bytes = new Uint8Array(await (await fetch(link.href)).arrayBuffer());
		return link.download + " " + new TextDecoder().decode(bytes.subarray(4, 8)) + " " + bytes.length;
	})()`)
	if parts := strings.Fields(name); len(parts) != 3 || !strings.HasPrefix(parts[0], "live-") || !strings.HasSuffix(parts[0], ".mp4") || parts[1] != "ftyp" {
		t.Errorf("downloads %q", name)
	}
	key(t, tab, kb.Escape)
	testrig.Eventually(t, "closed it", func() bool { return evaluate[bool](t, tab, `!document.querySelector("#theatre").open`) })
}
