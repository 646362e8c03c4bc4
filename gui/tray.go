package gui

import (
	"os"
	"path/filepath"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/lang"

	"golive/gui/model"
	"golive/publish"
)

// A tray is the icon beside the clock: its menu says how the broadcast is and does the main things.
type tray struct {
	app   desktop.App
	menu  *fyne.Menu
	live  *fyne.MenuItem
	mute  *fyne.MenuItem
	shown string // what the menu says
}

// newTray returns the icon, or nil where there is no place for one.
func (w *window) newTray() *tray {
	app, ok := w.app.(desktop.App)
	if !ok || !hasTray() {
		return nil
	}
	t := &tray{app: app, live: fyne.NewMenuItem("", w.model.ToggleLive), mute: fyne.NewMenuItem("", w.model.ToggleMic)}
	open := fyne.NewMenuItem(lang.L("Open the window"), w.window.Show)
	replay := fyne.NewMenuItem(lang.L("Save a replay"), w.model.SaveReplay)
	quit := fyne.NewMenuItem(lang.L("Quit"), w.quit)
	quit.IsQuit = true
	t.menu = fyne.NewMenu("Golive", open, fyne.NewMenuItemSeparator(), t.live, t.mute, replay, fyne.NewMenuItemSeparator(), quit)
	t.app.SetSystemTrayMenu(t.menu)
	t.app.SetSystemTrayIcon(icon())
	return t
}

// update says how the broadcast is.
func (t *tray) update(now model.State) {
	t.live.Label = lang.L("Go Live")
	if now.OnAir() {
		t.live.Label = lang.L("End") + "  " + clock(now.LiveFor)
	}
	t.mute.Label = lang.L("Mute the microphone")
	if now.MicMuted {
		t.mute.Label = lang.L("Unmute the microphone")
	}
	if all := t.live.Label + t.mute.Label; all != t.shown {
		t.shown = all
		t.menu.Refresh()
	}
}

// hasTray says whether there is a session bus, which the icon and the notifications need.
func hasTray() bool {
	if os.Getenv("DBUS_SESSION_BUS_ADDRESS") != "" {
		return true
	}
	_, err := os.Stat(filepath.Join(os.Getenv("XDG_RUNTIME_DIR"), "bus"))
	return os.Getenv("XDG_RUNTIME_DIR") != "" && err == nil
}

// tell lets the desktop tell of trouble while the window is not in front, once for each. What is there before the window
// opens is seen in it.
func (w *window) tell(now model.State) {
	said := alarms(now)
	for _, text := range said {
		if w.background != nil && !slices.Contains(w.told, text) && !w.focused && now.Settings.Notify && hasTray() {
			w.background(func() { w.app.SendNotification(fyne.NewNotification("Golive", text)) }) // the desktop may take its time
		}
	}
	w.told = said
}

// alarms returns what somebody has to know who does not look: what the notice says, and which destinations are lost.
func alarms(now model.State) (said []string) {
	if now.Notice != nil {
		said = append(said, sentence(now.Notice))
	}
	for _, o := range now.Stats.Outputs {
		if now.Phase == model.Live && (o.State == publish.Reconnecting || o.State == publish.Refused) {
			said = append(said, o.Name+": "+stateText(o.State))
		}
	}
	return said
}
