package server

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"golive/internal/testrig"
)

// navigate opens another page in the tab.
func navigate(t *testing.T, tab context.Context, url string) {
	t.Helper()
	do(t, tab, chromedp.Navigate(url))
}

// key types a key, as package kb names it.
func key(t *testing.T, tab context.Context, name string) {
	t.Helper()
	do(t, tab, chromedp.KeyEvent(name))
}

// TestPageKeyboard does everything without a mouse.
func TestPageKeyboard(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	broadcast(t, s, "live", func() {})
	tab := browse(t, s.WatchURL("live"), "")
	plays(t, tab, "webrtc")
	for _, step := range []struct{ key, want string }{
		{" ", `document.querySelector("video").paused`},
		{"k", `!document.querySelector("video").paused`},
		{"m", `document.querySelector("video").muted`},
		{"m", `!document.querySelector("video").muted`},
		{kb.ArrowDown, `Math.abs(document.querySelector("video").volume - 0.9) < 0.01`},
		{"q", `!document.querySelector("#menu").hidden && document.activeElement.name === "protocol"`},
		{kb.Escape, `document.querySelector("#menu").hidden && document.activeElement.id === "settings"`},
		{"i", `!document.querySelector("#panel").hidden`},
		{"i", `document.querySelector("#panel").hidden`},
		{"?", `document.querySelector("#help").open && document.querySelectorAll("#shortcuts kbd").length > 10`},
		{kb.Escape, `!document.querySelector("#help").open`},
		{"f", `document.fullscreenElement?.id === "stage"`},
		{"f", `!document.fullscreenElement`},
	} {
		key(t, tab, step.key)
		testrig.Eventually(t, step.key+" led to "+step.want, func() bool { return evaluate[bool](t, tab, step.want) })
	}
}

// TestPageMenuKeepsFocus draws the menu anew under somebody who is in it.
func TestPageMenuKeepsFocus(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	broadcast(t, s, "live", func() {})
	tab := browse(t, s.WatchURL("live"), "")
	plays(t, tab, "webrtc")
	key(t, tab, "q")
	before := evaluate[string](t, tab, `document.querySelector("#menu").innerText`)
	focused := `document.activeElement.name === "protocol" && document.activeElement.checked`
	testrig.Eventually(t, "in the menu", func() bool { return evaluate[bool](t, tab, focused) })
	evaluate[bool](t, tab, `document.querySelector("#language").click() ?? true`)
	testrig.Eventually(t, "another language", func() bool {
		return evaluate[string](t, tab, `document.querySelector("#menu").innerText`) != before
	})
	if !evaluate[bool](t, tab, focused) {
		t.Error("what had the focus has lost it")
	}
}

// TestPageMenu chooses a protocol by hand, which the page then keeps to.
func TestPageMenu(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	broadcast(t, s, "live", func() {})
	tab := browse(t, s.WatchURL("live"), "")
	plays(t, tab, "webrtc")
	choose := func(words string) {
		evaluate[bool](t, tab, `(() => {
			document.querySelector("#settings").click();
			[...document.querySelectorAll("#menu label")].find(l => l.innerText.startsWith("`+words+`")).click();
			document.querySelector("#settings").click();
			return true;
		})()`)
	}
	choose("HLS")
	plays(t, tab, "hls")
	choose("DASH")
	plays(t, tab, "dash")
	choose("Automatic")
	plays(t, tab, "webrtc")
}

// TestPagePanel reads the statistics, copies the log, and changes the language.
func TestPagePanel(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	broadcast(t, s, "live", func() {})
	tab := browse(t, s.WatchURL("live"), "")
	plays(t, tab, "webrtc")
	key(t, tab, "i")
	for _, chart := range []string{"latency", "bitrate", "fps", "buffer"} {
		testrig.Eventually(t, "drew "+chart, func() bool {
			return evaluate[bool](t, tab, `(() => {
				const chart = document.querySelector("#chart-`+chart+`"), canvas = chart.querySelector("canvas");
				if (!/^\d/.test(chart.querySelector("dd").textContent) || canvas.width === 0) return false;
				const ink = canvas.getContext("2d").getImageData(canvas.width - 12, 0, 12, canvas.height).data;
				return ink.some((v, i) => i % 4 === 3 && v > 100);
			})()`)
		})
	}
	figures := evaluate[string](t, tab, `document.querySelector("#figures").innerText`)
	for _, want := range []string{"640 x 360", "H.264", "Opus", "Lost packets", "Round trip", "UDP", "Watching", "On air for"} {
		if !strings.Contains(figures, want) {
			t.Errorf("the statistics lack %q:\n%s", want, figures)
		}
	}
	do(t, tab, chromedp.Click("#tab-connection"))
	if got := evaluate[string](t, tab, `document.querySelector(".rungs .playing").innerText`); !strings.Contains(got, "WebRTC") {
		t.Errorf("the connection tab says %q plays", got)
	}
	do(t, tab, chromedp.Click("#tab-log"))
	if log := copied(t, tab, s); !strings.Contains(log, "WebRTC: playing") || !strings.Contains(log, "signalling: open") {
		t.Errorf("copied %q", log)
	}
	do(t, tab, chromedp.Click("#language"))
	if got := evaluate[string](t, tab, `document.querySelector("#tab-stats").textContent + document.documentElement.lang`); got != "统计zh-CN" {
		t.Errorf("in Chinese: %q", got)
	}
	do(t, tab, chromedp.Reload())
	testrig.Eventually(t, "remembered the language", func() bool {
		return evaluate[string](t, tab, `document.querySelector("#tab-log").textContent`) == "日志"
	})
}

// copied presses the button, and returns what is in the clipboard then.
func copied(t *testing.T, tab context.Context, s *Server) string {
	t.Helper()
	allow := browser.SetPermissionParams{
		Origin: "http://" + s.HTTPAddr(), Permission: &browser.PermissionDescriptor{Name: "clipboard-read"},
		Setting: browser.PermissionSettingGranted,
	}
	if _, err := chromedp.CallBrowser(tab, browser.SetPermission, allow); err != nil {
		t.Fatal(err)
	}
	do(t, tab, chromedp.Click("#copy"))
	testrig.Eventually(t, "said that it copied", func() bool {
		return evaluate[string](t, tab, `document.querySelector("#copy").innerText`) == "Copied"
	})
	return evaluate[string](t, tab, `navigator.clipboard.readText()`)
}
