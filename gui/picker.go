package gui

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"

	"golive/gui/model"
)

// A picker is a wall of tiles: the screens, the windows and the test card, each as it looks now.
type picker struct {
	content  fyne.CanvasObject
	OnPicked func(spec string)

	wall    *fyne.Container
	choices []model.Choice
	tiles   map[string]*tile // by SPEC
}

// newPicker returns a picker of what is in the state now.
func newPicker(now model.State) *picker {
	p := &picker{wall: container.NewGridWrap(fyne.NewSize(tileWidth+12, tileHeight+46))}
	p.content = container.NewVScroll(p.wall)
	p.list(now)
	return p
}

// list makes a tile for each choice when there are others than before, and marks the current one.
func (p *picker) list(now model.State) {
	choices := model.Pictures(now.Devices, now.Profile.Video, newWords())
	isPattern := func(c model.Choice) bool { return c.Spec == "pattern" }
	if !slices.ContainsFunc(choices, isPattern) {
		choices = append(choices, model.Choice{Label: lang.L("Test card"), Spec: "pattern"})
	}
	if !slices.Equal(choices, p.choices) {
		p.choices, p.tiles = choices, map[string]*tile{}
		p.wall.RemoveAll()
		for _, c := range choices {
			t := newTile(c.Label, markOf(c.Spec), func() { p.OnPicked(c.Spec) })
			p.tiles[c.Spec] = t
			p.wall.Add(t)
		}
	}
	p.choose(now.Profile.Video)
}

// markOf is what a tile shows while it has no picture.
func markOf(spec string) fyne.Resource {
	if _, isRegion := model.RegionOf(spec); isRegion {
		return theme.ContentCutIcon()
	}
	if spec == "pattern" {
		return theme.ColorPaletteIcon()
	}
	return theme.ComputerIcon()
}

// choose marks the tile of a source.
func (p *picker) choose(spec string) {
	for s, t := range p.tiles {
		t.choose(s == spec)
	}
}

// update shows what there is to pick now, with the newest thumbnails.
func (p *picker) update(now model.State, live *model.Thumbnails) {
	p.list(now)
	live.Watch(p.choices)
	for spec, t := range p.tiles {
		t.show(live.Get(spec))
	}
}

// pickSource lets the person pick what to show.
func (w *window) pickSource() {
	now, live := w.model.State(), w.model.Thumbnails()
	p := newPicker(now)
	hint := wrapped(lang.L("What you pick is what others will see. A window is seen whole, whatever covers it."))
	content := container.NewBorder(hint, nil, nil, nil, p.content)
	d := dialog.NewCustomWithoutButtons(lang.L("What to show"), content, w.window)
	draw := newButton(lang.L("Draw a part of the screen"), theme.ContentCutIcon(), func() {
		d.Hide()
		w.draw()
	})
	d.SetButtons([]fyne.CanvasObject{draw, newButton(lang.L("Cancel"), nil, d.Hide)})
	p.OnPicked = func(spec string) {
		d.Hide()
		w.model.Show(spec)
	}
	p.update(now, live)
	w.extra = func(s model.State) { p.update(s, live) }
	d.Resize(w.fitting(760, 560))
	w.present(d, nil, func() {
		w.extra = nil
		w.background(live.Close) // it waits for the sources
	})
	if t := p.tiles[now.Profile.Video]; t != nil {
		w.window.Canvas().Focus(t)
	}
}
