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
	Lighter   bool // they are lighter than those that were asked for
}

// String returns the settings as flags.
func (a Advice) String() string {
	s := fmt.Sprintf("--encoder %s --size %dx%d --fps %s", a.Report.Name, a.Size.X, a.Size.Y, a.FrameRate)
	if a.Preset != "" {
		s += " --preset " + a.Preset
	}
	return s
}

// Sustain finds the settings nearest to t's that leave head-room, by encoding the pictures of t's source with the encoder
// called name ("auto" for the best). Where t leaves something to the computer, all else stays as it is; else presets
// become faster first, then pictures smaller, then half as many. reports is what Probe says of the encoders.
func Sustain(ctx context.Context, t Trial, name string) (a Advice, reports []Report) {
	if t.Table == nil {
		t.Table = Table()
	}
	if name != "auto" && name != "" {
		t.Table = slices.DeleteFunc(slices.Clone(t.Table), func(r Row) bool { return r.Name != name })
	}
	steps := t.pictures()
	easy := steps[len(steps)-1]
	easy.Video = "" // so that the results can be kept
	auto, reports := Probe(ctx, easy)
	i := slices.IndexFunc(t.Table, func(r Row) bool { return r.Name == auto })
	if i < 0 {
		return Advice{}, reports
	}
	return climb(ctx, t, t.Table[i]), reports
}

// climb goes down the ladder of t with one encoder. What was left to the computer is remembered for an hour.
func climb(ctx context.Context, t Trial, row Row) Advice {
	ladder := row.ladder(t)
	path := ""
	if t.auto() {
		path = t.Cache
	}
	kept := openCache(path)
	found, ok := kept.get(row, ladder)
	if !ok {
		var err error
		if found, err = runChild(ctx, ladder, row.Name); err != nil {
			found.Report = Report{Name: row.Name, Codec: row.Codec, Reason: err.Error()}
		}
		kept.put(row, ladder, found)
		kept.save(t.logger())
	}
	step := ladder[max(0, min(found.Place, len(ladder)-1))] // the file could say anything
	return Advice{
		Report: found.Report, Preset: step.Preset, Size: step.Size, FrameRate: step.FrameRate,
		Sustained: found.Report.Works && found.Report.MSPerFrame <= step.budget(),
		Lighter:   found.Place > 0 && !t.auto(),
	}
}

// Failed returns an ErrNoEncoder with what Sustain found where no encoder works.
func Failed(a Advice, reports []Report) error {
	if a.Report.Name != "" {
		return fmt.Errorf("%w: %s: %s", ErrNoEncoder, a.Report.Name, a.Report.Reason)
	}
	err := ErrNoEncoder
	for _, r := range reports {
		err = fmt.Errorf("%w; %s: %s", err, r.Name, r.Reason)
	}
	return err
}
