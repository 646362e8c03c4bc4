package gui

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/lang"

	"golive/assets"
	"golive/gui/model"
	"golive/publish"
)

// A tray is the icon beside the clock: it says whether one is live, and its menu does the main things.
type tray struct {
	app desktop.App

	menu                                   *fyne.Menu
	state                                  *fyne.MenuItem // says how the broadcast is
	open, live, record, mute, replay, quit *fyne.MenuItem
	shown                                  string // what the menu says
	onAir                                  bool   // what the icon says
}

// newTray returns the icon, or nil where there is no place for one.
func (w *window) newTray() *tray {
	app, ok := w.app.(desktop.App)
	if !ok || !hasTray() {
		return nil
	}
	return w.trayIn(app)
}

// trayIn puts the icon into a desktop.
func (w *window) trayIn(app desktop.App) *tray {
	m, item := w.model, fyne.NewMenuItem
	t := &tray{
		app: app, state: item("", nil), open: item("", w.show), live: item("", m.ToggleLive), record: item("", m.ToggleRecord),
		mute: item("", m.ToggleMic), replay: item("", m.SaveReplay), quit: item("", w.quit),
	}
	t.state.Disabled, t.quit.IsQuit = true, true
	line := fyne.NewMenuItemSeparator
	t.menu = fyne.NewMenu("Golive", t.state, t.open, line(), t.live, t.record, t.mute, t.replay, line(), t.quit)
	t.label(m.State())
	app.SetSystemTrayMenu(t.menu)
	app.SetSystemTrayIcon(icon())
	return t
}

// update says how the broadcast is. The menu is sent anew when something in it has changed, which closes it: so nothing
// in it counts seconds.
func (t *tray) update(now model.State) {
	if t.label(now) {
		t.menu.Refresh()
	}
	if live := now.Phase == model.Live; live != t.onAir {
		t.onAir = live
		t.app.SetSystemTrayIcon(stateIcon(live))
	}
}

// label writes the menu, and says whether it differs from before.
func (t *tray) label(now model.State) bool {
	t.state.Label, _ = standby(now)
	t.live.Label, t.record.Label, t.mute.Label = lang.L("Go Live"), lang.L("Record"), lang.L("Mute the microphone")
	if now.OnAir() {
		t.live.Label = lang.L("End")
	}
	if now.Phase == model.Live {
		t.state.Label = lang.L("Live")
	}
	switch {
	case now.Recording() && now.Phase == model.Live:
		t.record.Label = lang.L("End the recording")
	case now.Recording():
		t.record.Label = lang.L("Will record")
	}
	if now.MicMuted {
		t.mute.Label = lang.L("Unmute the microphone")
	}
	t.open.Label, t.replay.Label, t.quit.Label = lang.L("Open the window"), lang.L("Save a replay"), lang.L("Quit")
	t.replay.Disabled = now.Phase != model.Live || now.Profile.Replay.Duration == 0
	all := fmt.Sprint(t.replay.Disabled)
	for _, i := range t.menu.Items {
		all += i.Label + "\n"
	}
	changed := all != t.shown
	t.shown = all
	return changed
}

// stateIcon returns the icon of the program, with a red ring while live.
func stateIcon(live bool) fyne.Resource {
	if !live {
		return icon()
	}
	return fyne.NewStaticResource("golive-live.svg", bytes.ReplaceAll(assets.Icon(), []byte(ringColor), []byte(liveColor)))
}

// The colours of the ring in the icon, and of the light in it.
const ringColor, liveColor = "#e7e9ee", "#e5383b"

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
		if w.background != nil && !slices.Contains(w.told, text) && (w.hidden || !w.focused) && now.Settings.Notify && hasTray() {
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
