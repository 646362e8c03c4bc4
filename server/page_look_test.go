package server

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"golive/internal/testrig"
)

// TestPageFits looks at the page from phone to wall: nothing sticks out, and what can be pressed can be reached.
func TestPageFits(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	broadcast(t, s, "live", func() {})
	broadcast(t, s, "second-camera", func() {})
	tab := browse(t, s.WatchURL("live"), "")
	plays(t, tab, "webrtc")
	sizes := []struct {
		name          string
		width, height int64
		scale         float64
		phone         bool
	}{
		{"phone", 390, 844, 2, true},
		{"phone-aside", 844, 390, 2, true},
		{"tablet", 820, 1180, 1, true},
		{"desktop", 1280, 800, 1, false},
		{"wall", 3840, 2160, 1, false},
	}
	for _, theme := range []string{"dark", "light"} {
		for _, size := range sizes {
			_, err := chromedp.Call(tab, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
				Width: size.width, Height: size.height, DeviceScaleFactor: size.scale, Mobile: size.phone,
			})
			if err != nil {
				t.Fatal(err)
			}
			evaluate[bool](t, tab, `document.documentElement.dataset.theme = "`+theme+`", true`)
			for _, panel := range []string{"shut", "open"} {
				if hidden := evaluate[bool](t, tab, `document.querySelector("#panel").hidden`); hidden == (panel == "open") {
					key(t, tab, "i")
				}
				if out := evaluate[string](t, tab, sticksOut); out != "" {
					t.Errorf("%s, panel %s: sticks out: %s", size.name, panel, out)
				}
				do(t, tab, chromedp.MouseEvent("mouseMoved", float64(size.width)/3, 200))
				shoot(t, tab, "watch-"+size.name+"-"+theme+"-"+panel)
			}
		}
	}
}

// sticksOut names what is outside the window to the right, or outside the picture among the controls.
const sticksOut = `(() => {
	const out = [];
	if (document.documentElement.scrollWidth > innerWidth) out.push("the page itself: " + document.documentElement.scrollWidth);
	const stage = document.querySelector("#stage").getBoundingClientRect();
	for (const e of document.querySelectorAll("button, input, .fact, h1")) {
		const r = e.getBoundingClientRect();
		if (r.width === 0) continue;
		if (r.right > innerWidth + 1 || r.left < -1) out.push(e.id || e.className);
		if (e.closest(".controls") && (r.bottom > stage.bottom + 1 || r.right > stage.right + 1)) out.push(e.id + " in the picture");
	}
	return out.join(", ");
})()`

// TestListPage looks at the list, with streams and without.
func TestListPage(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	tab := browse(t, s.ListURL(), "")
	testrig.Eventually(t, "said that there is none", func() bool {
		return evaluate[bool](t, tab, `!document.querySelector("#none").hidden`)
	})
	shoot(t, tab, "list-empty")
	broadcast(t, s, "live", func() {})
	broadcast(t, s, "second-camera", func() {})
	testrig.Eventually(t, "listed both", func() bool {
		return evaluate[int](t, tab, `document.querySelectorAll(".card").length`) == 2
	})
	shoot(t, tab, "list")
	do(t, tab, chromedp.Click(".card"))
	testrig.Eventually(t, "followed the link", func() bool { return evaluate[bool](t, tab, `!!document.querySelector("#video")?.dataset.state`) })
	plays(t, tab, "webrtc")
	navigate(t, tab, s.WatchURL("live")+"?embed=1")
	plays(t, tab, "webrtc")
	if shown := evaluate[bool](t, tab, `["header", "footer"].some(e => document.querySelector(e).offsetHeight > 0)`); shown {
		t.Error("the embedded page has a header or a footer")
	}
	shoot(t, tab, "embed")
}
