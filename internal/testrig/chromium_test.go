package testrig

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

func TestBrowse(t *testing.T) {
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<title>hello</title>"))
	}))
	defer page.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	tab, stop, err := Browse(ctx, page.URL, `window.before = document.title`)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	title, err := chromedp.Run(tab, chromedp.Title())
	if err != nil {
		t.Fatal(err)
	}
	h264, err := chromedp.Run(tab, chromedp.Evaluate[string](
		`document.createElement("video").canPlayType('video/mp4; codecs="avc1.64001f"')`))
	if err != nil {
		t.Fatal(err)
	}
	before, err := chromedp.Run(tab, chromedp.Evaluate[string](`"title: " + window.before`))
	if err != nil {
		t.Fatal(err)
	}
	if before != "title: " {
		t.Errorf("the script that runs first saw %q, not a page without a title", before)
	}
	if title != "hello" || h264 != "probably" {
		t.Errorf("title %q, H.264 %q; want hello, probably", title, h264)
	}
}
