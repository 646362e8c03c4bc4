package gui

import (
	"image"
	"slices"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"golive/capture"
	"golive/gui/model"
)

// A source is the panel where a person picks what to show.
type source struct {
	content fyne.CanvasObject
	OnShow  func(spec string)
	OnDraw  func() // a part of the screen is to be drawn on the preview

	words   model.Words
	choices []model.Choice
	list    *widget.Select
	draw    *widget.Button
	numbers [4]*entry // left, top, width, height of the region
	region  fyne.CanvasObject
	last    model.State
}

func newSource(k *keys) *source {
	s := &source{words: newWords()}
	s.list = widget.NewSelect(nil, s.picked)
	s.draw = widget.NewButtonWithIcon(lang.L("Draw a part of the screen"), theme.ContentCutIcon(), func() { s.OnDraw() })
	s.region = s.newNumbers(k)
	s.content = panel(lang.L("Show"), nil, s.list, s.draw, s.region)
	return s
}

func (s *source) newNumbers(k *keys) fyne.CanvasObject {
	names := [...]string{lang.L("Left"), lang.L("Top"), lang.L("Width"), lang.L("Height")}
	row := container.NewGridWithColumns(len(names))
	for i, name := range names {
		s.numbers[i] = newEntry(k, func(string) { s.typed() })
		row.Add(container.New(layout.NewCustomPaddedVBoxLayout(-4), caption(name), s.numbers[i]))
	}
	row.Hide()
	return row
}

// update shows what is picked, and what can be.
func (s *source) update(now model.State) {
	video := now.Profile.Video
	s.choices = model.Pictures(now.Devices, video, s.words)
	if l := model.Labels(s.choices); !slices.Equal(l, s.list.Options) {
		s.list.SetOptions(l)
	}
	if label := model.LabelOf(s.choices, video); s.list.Selected != label {
		s.list.Selected = label
		s.list.Refresh()
	}
	// Drawing takes the whole screen on the preview, and what is on the preview is what others see.
	screen, ok := model.ScreenFor(video, now.Devices)
	enable(s.draw, ok && (!now.OnAir() || model.SpecOf(screen) == video))
	r, isRegion := model.RegionOf(video)
	show(s.region, isRegion)
	if isRegion && video != s.last.Profile.Video {
		s.fill(r)
	}
	s.last = now
}

func (s *source) picked(label string) {
	if spec := model.SpecFor(s.choices, label); spec != "" && spec != s.last.Profile.Video {
		s.OnShow(spec)
	}
}

func (s *source) fill(r image.Rectangle) {
	for i, n := range [...]int{r.Min.X, r.Min.Y, r.Dx(), r.Dy()} {
		s.numbers[i].SetText(strconv.Itoa(n))
	}
}

// typed shows the region of the four numbers, made even and moved into the screens; what is no number is put back.
func (s *source) typed() {
	old, ok := model.RegionOf(s.last.Profile.Video)
	if !ok {
		return
	}
	var n [4]int
	for i, e := range s.numbers {
		v, err := strconv.Atoi(e.Text)
		if err != nil {
			s.fill(old)
			return
		}
		n[i] = min(max(v, -1<<15), 1<<15)
	}
	r := model.Even(image.Rect(n[0], n[1], n[0]+max(n[2], 0), n[1]+max(n[3], 0)), desktopBounds(s.last.Devices, old))
	s.fill(r)
	if r != old {
		s.OnShow(model.RegionSpec(r))
	}
}

// desktopBounds returns the smallest rectangle around all screens, or old when none is known.
func desktopBounds(devices []capture.Device, old image.Rectangle) image.Rectangle {
	var all image.Rectangle
	for _, d := range devices {
		if d.Kind == capture.Screen {
			all = all.Union(d.Bounds)
		}
	}
	if all.Empty() {
		return old
	}
	return all
}
