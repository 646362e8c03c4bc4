package gui

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"golive/gui/model"
	"golive/profile"
)

// A places is the panel of destinations, and of how each is doing; the link of the watch page comes after them, so that
// all of them can be seen at once.
type places struct {
	content  fyne.CanvasObject
	OnLocal  func()                    // this computer is to be one
	OnEdit   func(profile.Destination) // one is to be changed, or added when it is the zero one
	OnRemove func(name string)
	OnStart  func(name string) // these three: of one destination while live
	OnStop   func(name string)
	OnRetry  func(name string)

	link *link
	add  *button
	rows []*placeRow
	list *fyne.Container
	none *widget.Label
	last model.State
}

func newPlaces(l *link) *places {
	p := &places{link: l, list: container.NewVBox(), none: caption(lang.L("Nowhere yet."))}
	p.add = quiet(lang.L("Add"), theme.ContentAddIcon(), p.menu)
	p.content = panel(lang.L("Send to"), p.add, p.none, p.list, l.content)
	return p
}

// menu offers this computer when it is not a destination; otherwise there is only one thing to add.
func (p *places) menu() {
	other := func() { p.OnEdit(profile.Destination{}) }
	if p.last.OnAir() || slices.ContainsFunc(p.last.Profile.Destinations, isLocal) {
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
	show(p.none, len(p.rows) == 0)
	p.link.update(now)
	for _, r := range p.rows {
		r.update(now.Output(r.place.Name), now.OnAir())
	}
}

func isLocal(d profile.Destination) bool { return d.URL == profile.LocalURL }

func (p *places) rebuild(all []profile.Destination) {
	p.rows = nil
	p.list.RemoveAll()
	for i, d := range all {
		if i > 0 {
			p.list.Add(widget.NewSeparator())
		}
		r := p.newRow(d)
		p.rows = append(p.rows, r)
		p.list.Add(r.content)
	}
}
