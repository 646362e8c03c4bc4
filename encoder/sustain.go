package encoder

import (
	"context"
	"fmt"
	"image"
	"slices"
)

// Advice is what a computer sustains with head-room.
type Advice struct {
	Report    Report // of the encoder, at these settings
	Preset    string // "" for the encoder's only one
	Size      image.Point
	FrameRate Rational
	Sustained bool // false: not even these settings, the lightest that were tried
}

// String returns the settings as flags.
func (a Advice) String() string {
	s := fmt.Sprintf("--encoder %s --size %dx%d --fps %s", a.Report.Name, a.Size.X, a.Size.Y, a.FrameRate)
	if a.Preset != "" {
		s += " --preset " + a.Preset
	}
	return s
}

// lighter are the parts of a picture's sides that are tried when it is too large.
var lighter = [...]float64{3.0 / 4, 2.0 / 3, 1.0 / 2, 1.0 / 3}

// Sustain finds the settings nearest to t's that leave head-room, by encoding: the encoder called name ("auto" for the
// best), then faster presets, then smaller pictures, then half as many. reports is what Probe says of t.
func Sustain(ctx context.Context, t Trial, name string) (a Advice, reports []Report) {
	if t.Table == nil {
		t.Table = Table()
	}
	if name != "auto" && name != "" {
		t.Table = slices.DeleteFunc(slices.Clone(t.Table), func(r Row) bool { return r.Name != name })
	}
	auto, reports := Probe(ctx, t)
	i := slices.IndexFunc(t.Table, func(r Row) bool { return r.Name == auto })
	if i < 0 {
		return Advice{}, reports
	}
	row := t.Table[i]
	t.Table = t.Table[i : i+1]
	for _, step := range row.ladder(t) {
		_, r := Probe(ctx, step)
		a = Advice{Report: r[0], Preset: step.Preset, Size: step.Size, FrameRate: step.FrameRate}
		if a.Sustained = r[0].Works && r[0].MSPerFrame <= 1000*HeadRoom/step.FrameRate.Float(); a.Sustained || ctx.Err() != nil {
			break
		}
	}
	return a, reports
}

// ladder returns t and what is easier, step by step.
func (r Row) ladder(t Trial) []Trial {
	place, err := r.presetIndex(t.Preset)
	if err != nil {
		place = 0
	}
	var steps []Trial
	t.Preset = ""
	for i := place; i >= 0 && len(r.presets) > 0; i-- {
		t.Preset = r.presets[i]
		steps = append(steps, t)
	}
	if steps == nil {
		steps = append(steps, t)
	}
	whole := t.Size
	for _, part := range lighter {
		t.Size = image.Pt(max(MinSide, int(float64(whole.X)*part)&^1), max(MinSide, int(float64(whole.Y)*part)&^1))
		steps = append(steps, t)
	}
	t.FrameRate.Den *= 2
	return append(steps, t)
}
