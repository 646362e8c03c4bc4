package gui

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"golive/gui/model"
)

// A figures is the strip below the preview that tells how a broadcast is going, each figure with its last minute.
type figures struct {
	content fyne.CanvasObject
	rate    *figure
	dropped *figure
	cpu     *figure
	encoder *figure
	latency *figure
	viewers *figure
	stages  *widget.Label
}

// A figure is one number with its name and its curve.
type figure struct {
	content fyne.CanvasObject
	value   *widget.Label
	about   *widget.Label
	curve   *sparkline
}

func newFigure(name string, least float64) *figure {
	f := &figure{value: number(), about: caption(""), curve: newSparkline(least)}
	f.value.Truncation, f.about.Truncation = fyne.TextTruncateEllipsis, fyne.TextTruncateEllipsis
	title := caption(name)
	title.Truncation = fyne.TextTruncateEllipsis // at 250 % a screen of 2560 pixels has no room for six names
	f.content = tight(title, f.value, pad(f.curve.raster, 10, 8, 8, 8), f.about)
	return f
}

func (f *figure) set(value, about string, series model.Series) {
	setText(f.value, value)
	setText(f.about, about)
	f.curve.set(series.Values())
}

func newFigures() *figures {
	f := &figures{
		rate:    newFigure(lang.L("Upload"), 500),
		dropped: newFigure(lang.L("Dropped frames"), 5),
		cpu:     newFigure(lang.L("Processor"), 1),
		encoder: newFigure(lang.L("Video encoder"), 1),
		latency: newFigure(lang.L("Delay to viewers"), 200),
		viewers: newFigure(lang.L("Viewers"), 4),
		stages:  caption(""),
	}
	f.stages.Truncation = fyne.TextTruncateEllipsis
	row := container.NewGridWithColumns(6,
		f.rate.content, f.dropped.content, f.cpu.content, f.encoder.content, f.latency.content, f.viewers.content)
	f.content = card(tight(row, pad(f.stages, 6, 0, 0, 0)))
	f.content.Hide()
	return f
}

// update shows the figures of now, while live and wanted.
func (f *figures) update(now model.State) {
	show(f.content, now.Phase == model.Live && now.Settings.Window.Stats)
	if !f.content.Visible() {
		return
	}
	n, s, h := now.Figures, now.Stats, now.History
	f.rate.set(megabits(n.Kbps), lang.L("video {{.Rate}}", map[string]any{"Rate": megabits(s.Video.BitrateKbps)}), h.Kbps)
	f.dropped.set(fmt.Sprint(n.Lost.Sum()), lost(n.Lost), h.Missing)
	f.cpu.set(fmt.Sprintf("%.0f %%", n.CPU*100), lang.L("of one core, {{.MB}} MB", map[string]any{"MB": s.RSSMB}), h.CPU)
	f.encoder.set(fmt.Sprintf("%.0f %%", n.EncoderLoad*100), s.Video.Encoder, h.Encoder)
	f.latency.set(milliseconds(n.Stages.Total), measured(n), h.Latency)
	f.viewers.set(fmt.Sprint(n.Viewers), lang.L("on the watch page"), h.Viewers)
	setText(f.stages, stagesText(n.Stages))
}

// lost says why pictures are missing somewhere, the reasons that there are.
func lost(l model.Lost) string {
	var parts []string
	for _, p := range []struct {
		n    int64
		what string
	}{
		{l.Network, lang.L("network")},
		{l.Away, lang.L("connection lost")},
		{l.Late, lang.L("late")},
		{l.Busy, lang.L("encoder busy")},
		{l.Ended, lang.L("at the end")},
	} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", p.what, p.n))
		}
	}
	if parts == nil {
		return lang.L("none missing")
	}
	return strings.Join(parts, ", ")
}

func milliseconds(ms float64) string {
	if ms == 0 {
		return "-"
	}
	return fmt.Sprintf("%.0f ms", ms)
}

// measured says how the delay is known.
func measured(f model.Figures) string {
	if f.Stages.Total == 0 {
		return lang.L("nobody watches")
	}
	return lang.L("as viewers measure it")
}

// stagesText says where the time goes, as far as it is known.
func stagesText(s model.Stages) string {
	text := fmt.Sprintf("%s %.0f ms, %s %.0f ms, %s %.0f ms", lang.L("Capture"), s.Capture, lang.L("encode"), s.Encode, lang.L("send"), s.Send)
	switch {
	case s.Player > 0:
		text += fmt.Sprintf(", %s %.0f ms, %s %.0f ms", lang.L("network"), s.Network, lang.L("player"), s.Player)
	case s.Total > 0:
		text += fmt.Sprintf(", %s %.0f ms", lang.L("network and player"), s.Network)
	}
	return text
}
