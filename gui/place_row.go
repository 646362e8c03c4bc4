package gui

import (
	"fmt"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"golive/gui/model"
	"golive/profile"
	"golive/publish"
	"golive/secret"
)

// A placeRow is one destination: a sign and words for its state, and what can be done with it now.
type placeRow struct {
	place   profile.Destination
	content fyne.CanvasObject
	sign    *widget.Icon
	below   fyne.CanvasObject // the words
	status  *widget.Label
	start   *button
	stop    *button
	retry   *button
	edit    *button
	remove  *button
}

func (p *places) newRow(d profile.Destination) *placeRow {
	r := &placeRow{place: d, sign: widget.NewIcon(nil), status: wrapped("")}
	name := widget.NewLabel(d.Name)
	name.Truncation = fyne.TextTruncateEllipsis
	r.start = quiet("", theme.MediaPlayIcon(), func() { p.OnStart(d.Name) })
	r.stop = quiet("", theme.MediaStopIcon(), func() { p.OnStop(d.Name) })
	r.retry = quiet("", theme.ViewRefreshIcon(), func() { p.OnRetry(d.Name) })
	r.edit = quiet("", theme.DocumentCreateIcon(), func() { p.OnEdit(d) })
	r.remove = quiet("", theme.CancelIcon(), func() { p.OnRemove(d.Name) })
	buttons := container.NewHBox(r.retry, r.start, r.stop, r.edit, r.remove)
	light := container.NewCenter(container.NewGridWrap(fyne.NewSquareSize(18), r.sign))
	head := container.NewBorder(nil, nil, container.NewHBox(space(4, 1), light), buttons, name)
	r.below = container.NewBorder(nil, nil, space(26, 1), nil, r.status)
	r.content = tight(head, r.below)
	if isLocal(d) {
		name.SetText(lang.L("This computer"))
	}
	return r
}

// update shows how the destination is doing.
func (r *placeRow) update(o publish.OutputStats, onAir bool) {
	setText(r.status, r.words(o, onAir))
	show(r.below, onAir || !isLocal(r.place)) // the link says it
	if icon := signOf(o.State); r.sign.Resource == nil || r.sign.Resource.Name() != icon.Name() {
		r.sign.SetResource(icon)
	}
	waits := o.State == publish.Connecting || o.State == publish.Reconnecting
	runs := waits || o.State == publish.Live
	show(r.start, onAir && !runs)
	show(r.stop, onAir && runs)
	show(r.retry, onAir && waits)
	show(r.edit, !onAir && !isLocal(r.place))
	show(r.remove, !onAir)
}

// words says how the destination is doing, with its figures while it is live.
func (r *placeRow) words(o publish.OutputStats, onAir bool) string {
	switch {
	case !onAir:
		return r.about()
	case o.State == publish.Live:
		return liveText(o, isLocal(r.place))
	case o.Error != "":
		return stateText(o.State) + ": " + reason(o.Error)
	}
	return stateText(o.State)
}

// liveText says how a destination that is live is doing: since when, the bit rate, and what is known of the way.
func liveText(o publish.OutputStats, local bool) string {
	parts := []string{lang.L("Live"), megabits(o.BitrateKbps)}
	if !o.Since.IsZero() {
		parts[0] += " " + clock(time.Since(o.Since))
	}
	if o.Backup {
		parts = append(parts, lang.L("at its backup server"))
	}
	if local {
		return strings.Join(parts, ", ")
	}
	parts = append(parts, lang.L("{{.MS}} ms waiting", map[string]any{"MS": o.QueueMS}))
	if o.RTTMS >= 1 {
		parts = append(parts, lang.L("round trip {{.MS}} ms", map[string]any{"MS": fmt.Sprintf("%.0f", o.RTTMS)}))
	}
	if o.Loss > 0.0005 {
		parts = append(parts, lang.L("{{.Percent}} % lost on the way", map[string]any{"Percent": fmt.Sprintf("%.1f", 100*o.Loss)}))
	}
	if o.Reconnects > 0 {
		parts = append(parts, lang.L("connected again: {{.N}}", map[string]any{"N": o.Reconnects}))
	}
	return strings.Join(parts, ", ")
}

// about says what the destination is, in a line, without what may be a key or a token in its address.
func (r *placeRow) about() string {
	if isLocal(r.place) {
		return lang.L("A watch page with a link to share")
	}
	shown := r.place.URL
	if r.place.Key == "" {
		shown, _ = model.SplitKey(shown)
	}
	shown, _ = profile.Hide(shown, secret.Secret{})
	_, address, _ := strings.Cut(shown, "://")
	return model.Clip(address)
}

// signOf returns the sign of a state: each has a shape of its own, as not everybody tells the colours apart.
func signOf(s publish.State) fyne.Resource {
	switch s {
	case publish.Live:
		return theme.NewSuccessThemedResource(theme.ConfirmIcon())
	case publish.Connecting:
		return theme.NewThemedResource(theme.ViewRefreshIcon())
	case publish.Reconnecting:
		return theme.NewWarningThemedResource(theme.WarningIcon())
	case publish.Refused:
		return theme.NewErrorThemedResource(theme.ErrorIcon())
	case publish.Stopped:
		return theme.NewDisabledResource(theme.MediaStopIcon())
	}
	return theme.NewDisabledResource(theme.RadioButtonIcon())
}
