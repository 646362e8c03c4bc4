package gui

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"

	"golive/gui/model"
	"golive/gui/model/modeltest"
	"golive/profile"
)

// A fakeDesktop is a desktop with a place for icons.
type fakeDesktop struct {
	fyne.App
	menu  *fyne.Menu
	icons []string
}

func (d *fakeDesktop) SetSystemTrayMenu(m *fyne.Menu)    { d.menu = m }
func (d *fakeDesktop) SetSystemTrayIcon(i fyne.Resource) { d.icons = append(d.icons, i.Name()) }
func (d *fakeDesktop) SetSystemTrayWindow(fyne.Window)   {}

// labels returns what a menu says.
func labels(m *fyne.Menu) (all []string) {
	for _, i := range m.Items {
		if !i.IsSeparator {
			all = append(all, i.Label)
		}
	}
	return all
}

func TestTray(t *testing.T) {
	w, r := newTestWindow(t)
	d := &fakeDesktop{App: w.app}
	w.tray = w.trayIn(d)
	t.Cleanup(func() { _ = speak("en") })
	says := func(want ...string) {
		t.Helper()
		w.until(t, want[0], func() bool { return slices.Equal(labels(d.menu), want) })
	}
	says("Ready", "Open the window", "Go Live", "Record", "Mute the microphone", "Save a replay", "Quit")
	if !w.tray.replay.Disabled {
		t.Error("a replay of nothing can be saved")
	}
	w.tray.mute.Action()
	says("Ready", "Open the window", "Go Live", "Record", "Unmute the microphone", "Save a replay", "Quit")
	r.Change(func(p *profile.Profile) { p.Record = t.TempDir() })
	r.AwaitPhase(t, model.Ready)
	w.tray.live.Action()
	says("Live", "Open the window", "End", "End the recording", "Unmute the microphone", "Save a replay", "Quit")
	if w.tray.replay.Disabled || !slices.Equal(d.icons, []string{"golive.svg", "golive-live.svg"}) {
		t.Errorf("icons %v", d.icons)
	}
	w.tray.record.Action()
	says("Live", "Open the window", "End", "Record", "Unmute the microphone", "Save a replay", "Quit")
	r.Configure(func(c *profile.Settings) { c.Language = "zh_Hans" })
	w.until(t, "Chinese", func() bool { return w.tray.live.Label == "结束" })
	w.tray.live.Action()
	modeltest.Await(t, "the end", func() bool { return r.State().Phase == model.Ready })
	w.until(t, "the icon", func() bool { return d.icons[len(d.icons)-1] == "golive.svg" })
}

func TestLiveIconDiffers(t *testing.T) {
	if live, idle := stateIcon(true), stateIcon(false); slices.Equal(live.Content(), idle.Content()) || live.Name() == idle.Name() {
		t.Error("the icon does not tell whether one is live")
	}
}
