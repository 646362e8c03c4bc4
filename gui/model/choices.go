package model

import (
	"fmt"
	"slices"
	"strings"

	"golive/capture"
)

// maxTitle keeps the title of a window from filling the list, in runes.
const maxTitle = 40

// A Choice is something to pick from a list: what a person reads, and its SPEC.
type Choice struct{ Label, Spec string }

// Words are the translated words that choices are made of.
type Words struct{ Screen, Window, Region, Pattern, Desktop, Mic string }

// Pictures returns what can be shown, and what is being shown even if it is not among the devices (any more).
func Pictures(devices []capture.Device, current string, w Words) []Choice {
	var all []Choice
	named := windowNamed(devices, current)
	for i, d := range devices {
		switch d.Kind {
		case capture.Screen:
			all = append(all, Choice{fmt.Sprintf("%s %d (%d x %d)", w.Screen, len(all)+1, d.Bounds.Dx(), d.Bounds.Dy()), SpecOf(d)})
		case capture.Window:
			spec := SpecOf(d)
			if i == named {
				spec = current
			}
			all = append(all, Choice{w.Window + ": " + Clip(d.Name), spec})
		}
	}
	return distinct(withCurrent(all, current, w))
}

// windowNamed returns which of the devices is the window that spec names by its title or a part of it, as package capture
// finds it; -1 for none.
func windowNamed(devices []capture.Device, spec string) int {
	title, ok := strings.CutPrefix(spec, string(capture.Window)+":")
	isWindow := func(d capture.Device) bool { return ok && d.Kind == capture.Window }
	if i := slices.IndexFunc(devices, func(d capture.Device) bool { return isWindow(d) && (d.ID == title || d.Name == title) }); i >= 0 {
		return i
	}
	return slices.IndexFunc(devices, func(d capture.Device) bool {
		return isWindow(d) && strings.Contains(strings.ToLower(d.Name), strings.ToLower(title))
	})
}

// Sounds returns the sound sources that can be added to those in use.
func Sounds(devices []capture.Device, used []string, w Words) []Choice {
	all := []Choice{{w.Desktop, "desktop"}, {w.Mic, "mic"}}
	for _, d := range devices {
		if d.Kind == capture.Mic {
			all = append(all, Choice{Clip(d.Name), SpecOf(d)})
		}
	}
	all = slices.DeleteFunc(all, func(c Choice) bool { return slices.Contains(used, c.Spec) })
	return distinct(all)
}

// SoundName returns what a person calls the sound source spec.
func SoundName(spec string, devices []capture.Device, w Words) string {
	switch spec {
	case "desktop":
		return w.Desktop
	case "mic":
		return w.Mic
	}
	for _, d := range devices {
		if SpecOf(d) == spec {
			return Clip(d.Name)
		}
	}
	_, name, _ := strings.Cut(spec, ":")
	return Clip(name)
}

func withCurrent(all []Choice, current string, w Words) []Choice {
	if slices.ContainsFunc(all, func(c Choice) bool { return c.Spec == current }) {
		return all
	}
	kind, name, _ := strings.Cut(current, ":")
	label := current
	if r, ok := RegionOf(current); ok {
		label = fmt.Sprintf("%s (%d x %d)", w.Region, r.Dx(), r.Dy())
	} else if kind == string(capture.Window) {
		label = w.Window + ": " + Clip(name)
	} else if kind == string(capture.Screen) {
		label = w.Screen + " " + name
	} else if kind == "pattern" {
		label = w.Pattern
	}
	return append(all, Choice{label, current})
}

// distinct numbers labels that are the same, since a list picks by label.
func distinct(all []Choice) []Choice {
	count := map[string]int{}
	for i, c := range all {
		count[c.Label]++
		if n := count[c.Label]; n > 1 {
			all[i].Label = fmt.Sprintf("%s (%d)", c.Label, n)
		}
	}
	return all
}

func Labels(all []Choice) []string {
	var l []string
	for _, c := range all {
		l = append(l, c.Label)
	}
	return l
}

// LabelOf returns the label of spec, or "".
func LabelOf(all []Choice, spec string) string {
	for _, c := range all {
		if c.Spec == spec {
			return c.Label
		}
	}
	return ""
}

// SpecFor returns the SPEC behind a label, or "".
func SpecFor(all []Choice, label string) string {
	for _, c := range all {
		if c.Label == label {
			return c.Spec
		}
	}
	return ""
}

func Clip(s string) string {
	r := []rune(strings.TrimSpace(s))
	if len(r) > maxTitle {
		return string(r[:maxTitle-1]) + "…"
	}
	return string(r)
}

// numbered returns name, or name with a number behind it that is not among taken.
func numbered(name string, taken []string) string {
	free := name
	for n := 2; slices.Contains(taken, free); n++ {
		free = fmt.Sprintf("%s %d", name, n)
	}
	return free
}
