package gui

import (
	"fmt"
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
	"golive/profile"
)

// A source is the panel of what is shown.
type source struct {
	content fyne.CanvasObject
	OnShow  func(spec string)
	OnPick  func() // something else is to be picked
	OnDraw  func() // a part of the screen is to be drawn
	OnSize  func() // the size of the picture is to be changed

	words   model.Words
	shown   *widget.Label
	pick    *button
	draw    *button
	size    *button
	numbers [4]*entry // left, top, width, height of the region
	region  fyne.CanvasObject
	last    model.State
}

func newSource(k *keys) *source {
	s := &source{words: newWords(), shown: widget.NewLabel("")}
	s.shown.Truncation = fyne.TextTruncateEllipsis
	s.pick = newButton(lang.L("Choose…"), theme.ComputerIcon(), func() { s.OnPick() })
	s.draw = newButton(lang.L("Draw a part"), theme.ContentCutIcon(), func() { s.OnDraw() })
	s.size = quiet("", nil, func() { s.OnSize() })
	s.region = s.newNumbers(k)
	s.content = panel(lang.L("Show"), s.size, s.shown, container.NewGridWithColumns(2, s.pick, s.draw), s.region)
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

// update shows what is picked.
func (s *source) update(now model.State) {
	video := now.Profile.Video
	setText(s.shown, model.LabelOf(model.Pictures(now.Devices, video, s.words), video))
	enable(s.draw, slices.ContainsFunc(now.Devices, func(d capture.Device) bool { return d.Kind == capture.Screen }))
	if text := pictureText(now.Profile); s.size.Text != text {
		s.size.SetText(text)
	}
	r, isRegion := model.RegionOf(video)
	show(s.region, isRegion)
	if isRegion && video != s.last.Profile.Video {
		s.fill(r)
	}
	s.last = now
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
		v, err := strconv.Atoi(model.Narrow(e.Text))
		if err != nil {
			s.fill(old)
			return
		}
		n[i] = min(max(v, -1<<15), 1<<15)
	}
	r := model.Even(image.Rect(n[0], n[1], n[0]+max(n[2], 0), n[1]+max(n[3], 0)), model.DesktopBounds(s.last.Devices, old))
	s.fill(r)
	if r != old {
		s.OnShow(model.RegionSpec(r))
	}
}

// pictureText says in a line what picture is sent.
func pictureText(p profile.Profile) string {
	return fmt.Sprintf("%v, %v fps, %s", p.Size, p.FPS, megabits(int(p.BitRate)/1000))
}
