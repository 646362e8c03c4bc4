package testrig

import (
	"context"
	"fmt"
	"os"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// chromium is where Debian installs the browser.
const chromium = "/usr/bin/chromium"

// Browse opens url in a headless Chromium with a profile of its own; before is JavaScript that runs in the page before
// anything of the page's. The returned context is for chromedp.Run, and ends with ctx. Sound plays without a click, as in
// a tab that its user has used. The caller must call stop, which ends the browser and deletes the profile.
func Browse(ctx context.Context, url, before string) (tab context.Context, stop func(), err error) {
	tab, stop, err = startChromium(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("start chromium (apt install chromium): %w", err)
	}
	prepare := func(ctx context.Context, tab *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, tab, page.AddScriptToEvaluateOnNewDocument,
			page.AddScriptToEvaluateOnNewDocumentParams{Source: before})
		return chromedp.Void{}, err
	}
	if err := chromedp.Do(tab, prepare, chromedp.Navigate(url)); err != nil {
		stop()
		return nil, nil, fmt.Errorf("open %s: %w", url, err)
	}
	return tab, stop, nil
}

// startChromium starts a browser with one empty tab.
func startChromium(ctx context.Context) (tab context.Context, stop func(), err error) {
	profile, err := os.MkdirTemp("", "golive-chromium-")
	if err != nil {
		return nil, nil, err
	}
	browser, endBrowser := chromedp.NewExecAllocator(ctx,
		chromedp.ExecPath(chromium), chromedp.UserDataDir(profile), chromedp.NoSandbox, chromedp.NoFirstRun,
		chromedp.Flag("headless", "new"), chromedp.Flag("disable-gpu", true), chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.Flag("autoplay-policy", "no-user-gesture-required"), chromedp.WindowSize(1280, 800))
	tab, endTab := chromedp.NewContext(browser)
	stop = func() {
		_ = chromedp.Cancel(tab) // waits for the browser
		endTab()
		endBrowser()
		_ = os.RemoveAll(profile)
	}
	if err := chromedp.Do(tab); err != nil {
		stop()
		return nil, nil, err
	}
	return tab, stop, nil
}
