package gui

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"golive/gui/model"
	"golive/profile"
	"golive/publish"
	"golive/secret"
)

// A places is the panel of destinations, and of how each is doing.
type places struct {
	content  fyne.CanvasObject
	OnLocal  func()                    // this computer is to be one
	OnEdit   func(profile.Destination) // one is to be changed, or added when it is the zero one
	OnRemove func(name string)

	add  *widget.Button
	rows []*placeRow
	list *fyne.Container
	none *widget.Label
	last model.State
}

// A placeRow is one destination.
type placeRow struct {
	place   profile.Destination
	content fyne.CanvasObject
	dot     *canvas.Circle
	status  *widget.Label
	edit    *widget.Button
	remove  *widget.Button
}

func newPlaces() *places {
	p := &places{list: container.NewVBox(), none: caption(lang.L("Nowhere yet."))}
	p.add = quiet(lang.L("Add"), theme.ContentAddIcon(), p.menu)
	p.content = panel(lang.L("Send to"), p.add, p.none, p.list)
	return p
}

// menu offers this computer when it is not a destination; otherwise there is only one thing to add.
func (p *places) menu() {
	isLocal := func(d profile.Destination) bool { return d.URL == profile.LocalURL }
	other := func() { p.OnEdit(profile.Destination{}) }
	if slices.ContainsFunc(p.last.Profile.Destinations, isLocal) {
		other()
		return
	}
	popUp(p.add, []*fyne.MenuItem{
		fyne.NewMenuItem(lang.L("This computer"), func() { p.OnLocal() }),
		fyne.NewMenuItem(lang.L("Another place…"), other),
	})
}

// update shows the destinations and their state.
func (p *places) update(now model.State) {
	p.last = now
	if !slices.EqualFunc(p.rows, now.Profile.Destinations, func(r *placeRow, d profile.Destination) bool { return r.place == d }) {
		p.rebuild(now.Profile.Destinations)
	}
	enable(p.add, !now.OnAir())
	show(p.none, len(p.rows) == 0)
	for i, r := range p.rows {
		enable(r.remove, !now.OnAir())
		if r.edit != nil {
			enable(r.edit, !now.OnAir())
		}
		o := publish.OutputStats{State: publish.Idle}
		if now.OnAir() && i < len(now.Stats.Outputs) {
			o = now.Stats.Outputs[i]
		}
		r.setState(o)
	}
}

func (p *places) rebuild(all []profile.Destination) {
	p.rows = nil
	p.list.RemoveAll()
	for _, d := range all {
		r := p.newRow(d)
		p.rows = append(p.rows, r)
		p.list.Add(r.content)
	}
}

func (p *places) newRow(d profile.Destination) *placeRow {
	r := &placeRow{place: d, dot: canvas.NewCircle(nil), status: caption("")}
	r.status.Wrapping = fyne.TextWrapWord
	name := widget.NewLabel(d.Name)
	name.Truncation = fyne.TextTruncateEllipsis
	r.remove = quiet("", theme.CancelIcon(), func() { p.OnRemove(d.Name) })
	buttons := container.NewHBox(r.remove)
	if d.URL == profile.LocalURL {
		name.SetText(lang.L("This computer"))
	} else {
		r.edit = quiet("", theme.DocumentCreateIcon(), func() { p.OnEdit(d) })
		buttons = container.NewHBox(r.edit, r.remove)
	}
	light := container.NewCenter(container.NewGridWrap(fyne.NewSize(10, 10), r.dot))
	head := container.NewBorder(nil, nil, container.NewHBox(space(4, 1), light), buttons, name)
	r.content = tight(head, container.NewBorder(nil, nil, space(18, 1), nil, r.status))
	return r
}

// setState shows how the destination is doing.
func (r *placeRow) setState(o publish.OutputStats) {
	text := stateText(o.State)
	if o.State == publish.Idle || o.State == publish.Stopped {
		text = r.about()
	} else if o.Error != "" {
		text += ": " + reason(o.Error)
	}
	setText(r.status, text)
	if c := theme.Color(lightOf(o.State)); r.dot.FillColor != c {
		r.dot.FillColor = c
		r.dot.Refresh()
	}
}

// about says what the destination is, in a line, without what may be a key or a token in its address.
func (r *placeRow) about() string {
	if r.place.URL == profile.LocalURL {
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

func lightOf(s publish.State) fyne.ThemeColorName {
	switch s {
	case publish.Live:
		return theme.ColorNameSuccess
	case publish.Connecting, publish.Reconnecting, publish.Refused:
		return theme.ColorNameWarning
	}
	return theme.ColorNameDisabled
}
