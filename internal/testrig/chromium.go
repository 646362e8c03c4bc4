package testrig

import (
	"context"
	"fmt"
	"os"

	"github.com/chromedp/chromedp"
)

// chromium is where Debian installs the browser.
const chromium = "/usr/bin/chromium"

// StartChromium starts a headless Chromium with a profile of its own and one empty tab, which the returned context is
// for: pass it to chromedp.Run, and to chromedp.NewContext for more tabs. Sound plays without a click, as in a tab
// that its user has used. The caller must call stop, which ends the browser and deletes the profile.
func StartChromium(ctx context.Context) (tab context.Context, stop func(), err error) {
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
		return nil, nil, fmt.Errorf("start chromium (apt install chromium): %w", err)
	}
	return tab, stop, nil
}
