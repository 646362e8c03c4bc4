package gui

import (
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"golive/profile"
)

// TestContrast checks that what is written can be read: WCAG 2.2 wants 4.5 (1.4.3), and 7 where a person asks for
// contrast (1.4.6). A control that is switched off needs less.
func TestContrast(t *testing.T) {
	for _, name := range profile.Themes() {
		l, want := newLook(name), 4.5
		if name == "contrast" {
			want = 7
		}
		for _, text := range []fyne.ThemeColorName{
			theme.ColorNameForeground, theme.ColorNamePlaceHolder, theme.ColorNameError, theme.ColorNameWarning,
			theme.ColorNameSuccess, theme.ColorNamePrimary,
		} {
			for _, back := range []fyne.ThemeColorName{theme.ColorNameBackground, colorPanel, theme.ColorNameMenuBackground} {
				if got := ratio(l, text, back); got < want {
					t.Errorf("%s: %s on %s has a contrast of %.1f, not %.1f", name, text, back, got, want)
				}
			}
		}
		if got := ratio(l, theme.ColorNameDisabled, colorPanel); got < 3 {
			t.Errorf("%s: what is switched off has a contrast of %.1f", name, got)
		}
		if got := ratio(l, theme.ColorNameForeground, theme.ColorNameButton); got < want {
			t.Errorf("%s: a button has a contrast of %.1f", name, got)
		}
	}
}

// ratio is the contrast ratio of WCAG.
func ratio(l fyne.Theme, a, b fyne.ThemeColorName) float64 {
	x, y := luminance(l, a), luminance(l, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(l fyne.Theme, name fyne.ThemeColorName) float64 {
	r, g, b, _ := l.Color(name, theme.VariantDark).RGBA()
	linear := func(v uint32) float64 {
		x := float64(v) / 0xffff
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}
