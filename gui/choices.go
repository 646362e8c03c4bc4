package gui

import (
	"fmt"
	"slices"
	"strings"

	"golive/capture"
)

// maxTitle keeps the title of a window from filling the list, in runes.
const maxTitle = 40

// A choice is something to pick from a list: what a person reads, and its SPEC.
type choice struct{ label, spec string }

// words are the translated words that choices are made of.
type words struct{ screen, window, region, pattern, desktop, mic string }

// pictures returns what can be shown, and what is being shown even if it is not among the devices (any more).
func pictures(devices []capture.Device, current string, w words) []choice {
	var all []choice
	for _, d := range devices {
		switch d.Kind {
		case capture.Screen:
			all = append(all, choice{fmt.Sprintf("%s %d (%d x %d)", w.screen, len(all)+1, d.Bounds.Dx(), d.Bounds.Dy()), specOf(d)})
		case capture.Window:
			all = append(all, choice{w.window + ": " + clip(d.Name), specOf(d)})
		}
	}
	return distinct(withCurrent(all, current, w))
}

// sounds returns the sound sources that can be added to those in use.
func sounds(devices []capture.Device, used []string, w words) []choice {
	all := []choice{{w.desktop, "desktop"}, {w.mic, "mic"}}
	for _, d := range devices {
		if d.Kind == capture.Mic {
			all = append(all, choice{clip(d.Name), specOf(d)})
		}
	}
	all = slices.DeleteFunc(all, func(c choice) bool { return slices.Contains(used, c.spec) })
	return distinct(all)
}

// soundName returns what a person calls the sound source spec.
func soundName(spec string, devices []capture.Device, w words) string {
	switch spec {
	case "desktop":
		return w.desktop
	case "mic":
		return w.mic
	}
	for _, d := range devices {
		if specOf(d) == spec {
			return clip(d.Name)
		}
	}
	_, name, _ := strings.Cut(spec, ":")
	return clip(name)
}

func withCurrent(all []choice, current string, w words) []choice {
	if slices.ContainsFunc(all, func(c choice) bool { return c.spec == current }) {
		return all
	}
	kind, name, _ := strings.Cut(current, ":")
	label := current
	if r, ok := regionOf(current); ok {
		label = fmt.Sprintf("%s (%d x %d)", w.region, r.Dx(), r.Dy())
	} else if kind == string(capture.Window) {
		label = w.window + ": " + clip(name)
	} else if kind == string(capture.Screen) {
		label = w.screen + " " + name
	} else if kind == "pattern" {
		label = w.pattern
	}
	return append(all, choice{label, current})
}

// distinct numbers labels that are the same, since a list picks by label.
func distinct(all []choice) []choice {
	count := map[string]int{}
	for i, c := range all {
		count[c.label]++
		if n := count[c.label]; n > 1 {
			all[i].label = fmt.Sprintf("%s (%d)", c.label, n)
		}
	}
	return all
}

func labels(all []choice) []string {
	var l []string
	for _, c := range all {
		l = append(l, c.label)
	}
	return l
}

// labelOf returns the label of spec, or "".
func labelOf(all []choice, spec string) string {
	for _, c := range all {
		if c.spec == spec {
			return c.label
		}
	}
	return ""
}

// specFor returns the SPEC behind a label, or "".
func specFor(all []choice, label string) string {
	for _, c := range all {
		if c.label == label {
			return c.spec
		}
	}
	return ""
}

func clip(s string) string {
	r := []rune(strings.TrimSpace(s))
	if len(r) > maxTitle {
		return string(r[:maxTitle-1]) + "…"
	}
	return string(r)
}
