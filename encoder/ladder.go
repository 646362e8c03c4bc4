package encoder

import (
	"cmp"
	"image"
	"math"
	"slices"
)

// lighter are the parts of a picture's sides that are tried when it is too large.
var lighter = [...]float64{3.0 / 4, 2.0 / 3, 1.0 / 2, 1.0 / 3}

// What "auto" chooses from: the sizes and frame rates that players and services expect.
var (
	autoSizes = [...]image.Point{{X: 1920, Y: 1080}, {X: 1280, Y: 720}, {X: 960, Y: 540}, {X: 640, Y: 360}}
	autoRates = [...]Rational{{Num: 60, Den: 1}, {Num: 30, Den: 1}}
)

// auto says whether t leaves something to the computer.
func (t Trial) auto() bool {
	return t.Size == image.Point{} || t.FrameRate.Num == 0 || t.Preset == "auto"
}

// pictures returns t with each size and frame rate that it allows, those that look best first. What the bit rate is not
// enough for, and what is larger than the source, is left out.
func (t Trial) pictures() []Trial {
	sizes, rates := autoSizes[:], autoRates[:]
	if t.Size != (image.Point{}) {
		sizes = []image.Point{t.Size}
	}
	if t.FrameRate.Num != 0 {
		rates = []Rational{t.FrameRate}
	}
	var all []Trial
	for _, size := range sizes {
		for _, rate := range rates {
			step := t
			step.Size, step.FrameRate = size, rate
			all = append(all, step)
		}
	}
	slices.SortStableFunc(all, func(a, b Trial) int { return cmp.Compare(b.need(), a.need()) })
	least := all[len(all)-1]
	all = slices.DeleteFunc(all, func(s Trial) bool {
		return t.Size == image.Point{} && t.Native != (image.Point{}) && s.Size.Y > t.Native.Y ||
			(t.Size == image.Point{} || t.FrameRate.Num == 0) && s.need() > float64(t.BitRate)
	})
	if len(all) == 0 {
		all = append(all, least)
	}
	return all
}

// need returns the bit rate, in bit/s, from which on such pictures look well: what OBS Studio asks for.
func (t Trial) need() float64 {
	const fullHD60 = 5.8e6
	return fullHD60 * math.Pow(float64(t.Size.X*t.Size.Y)/(1920*1080), 0.85) * math.Pow(t.FrameRate.Float()/60, 0.55)
}

// budget is how long a picture may take, in ms.
func (t Trial) budget() float64 { return 1000 * HeadRoom / t.FrameRate.Float() }

// ladder returns trials that are easier and easier.
func (r Row) ladder(t Trial) []Trial {
	place, err := r.presetIndex(t.Preset)
	if err != nil {
		place = 0
	}
	steps := t.pictures()
	if len(r.presets) == 0 {
		place, r.presets = 0, []string{""}
	}
	for i := range steps {
		steps[i].Preset = r.presets[place]
	}
	if t.auto() && t.Preset != "auto" {
		return steps
	}
	for i := place - 1; i >= 0; i-- {
		step := steps[len(steps)-1]
		step.Preset = r.presets[i]
		steps = append(steps, step)
	}
	if t.auto() {
		return steps
	}
	step := steps[len(steps)-1]
	for _, part := range lighter {
		step.Size = image.Pt(max(MinSide, int(float64(t.Size.X)*part)&^1), max(MinSide, int(float64(t.Size.Y)*part)&^1))
		steps = append(steps, step)
	}
	if step.FrameRate.Num%2 == 0 {
		step.FrameRate.Num /= 2
	} else {
		step.FrameRate.Den *= 2
	}
	return append(steps, step)
}
