package gui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// The sizes of text and of panels, in Fyne's pixels.
const (
	sizeSmall fyne.ThemeSizeName = "golive.small" // captions and numbers
	sizeBig   fyne.ThemeSizeName = "golive.big"   // the numbers at the bottom

	sideWidth = 348 // of the panels beside the preview
	corner    = 10  // radius of a panel's corners
	gap       = 8   // between panels
)

// The colours of our own.
const (
	colorPanel fyne.ThemeColorName = "golive.panel"
	colorStage fyne.ThemeColorName = "golive.stage" // behind the preview
	colorTrack fyne.ThemeColorName = "golive.track" // of a meter, where there is no sound
	colorLoud  fyne.ThemeColorName = "golive.loud"  // of a meter, near the end of the scale
)

// A look is the theme: dark and calm whatever the system prefers, with red for the Go Live button alone.
type look struct{ fyne.Theme }

func newLook() fyne.Theme { return look{theme.DefaultTheme()} }

// Color implements fyne.Theme.
func (l look) Color(name fyne.ThemeColorName, _ fyne.ThemeVariant) color.Color {
	if c, ok := l.palette(name); ok {
		return c
	}
	return l.Theme.Color(name, theme.VariantDark)
}

func (look) palette(name fyne.ThemeColorName) (color.Color, bool) {
	rgb := func(v uint32) (color.Color, bool) {
		return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xff}, true
	}
	switch name {
	case theme.ColorNameBackground:
		return rgb(0x121419)
	case colorPanel, theme.ColorNameMenuBackground, theme.ColorNameOverlayBackground:
		return rgb(0x1b1e25)
	case colorStage:
		return rgb(0x090a0c)
	case colorTrack, theme.ColorNameInputBackground, theme.ColorNameButton:
		return rgb(0x282c36)
	case theme.ColorNameInputBorder:
		return rgb(0x363b47)
	case theme.ColorNameSeparator:
		return rgb(0x2a2e38)
	case theme.ColorNameForeground:
		return rgb(0xe7e9ee)
	case theme.ColorNamePlaceHolder:
		return rgb(0x9aa1af)
	case theme.ColorNameDisabled:
		return rgb(0x878e9d)
	case theme.ColorNameDisabledButton:
		return rgb(0x20242c)
	case theme.ColorNamePrimary, theme.ColorNameHyperlink:
		return rgb(0x7aa2f7)
	case theme.ColorNameForegroundOnPrimary:
		return rgb(0x10131a)
	case theme.ColorNameError:
		return rgb(0xe5383b)
	case theme.ColorNameForegroundOnError:
		return rgb(0xffffff)
	case theme.ColorNameWarning:
		return rgb(0xe0a94a)
	case colorLoud:
		return rgb(0xe07a4a)
	case theme.ColorNameSuccess:
		return rgb(0x4fb286)
	}
	return nil, false
}

// Size implements fyne.Theme.
func (l look) Size(name fyne.ThemeSizeName) float32 {
	switch name {
	case sizeSmall, theme.SizeNameCaptionText:
		return 12
	case sizeBig:
		return 20
	case theme.SizeNameText:
		return 14
	case theme.SizeNameSubHeadingText:
		return 16
	case theme.SizeNamePadding:
		return 4
	case theme.SizeNameInnerPadding:
		return 8
	case theme.SizeNameInputRadius, theme.SizeNameSelectionRadius:
		return 6
	case theme.SizeNameScrollBar:
		return 10
	}
	return l.Theme.Size(name)
}

// A bold is the look inside the Go Live button.
type bold struct{ fyne.Theme }

// Size implements fyne.Theme.
func (b bold) Size(name fyne.ThemeSizeName) float32 {
	switch name {
	case theme.SizeNameText:
		return 20
	case theme.SizeNameInlineIcon:
		return 24
	case theme.SizeNameInnerPadding:
		return 16
	case theme.SizeNameInputRadius:
		return corner
	}
	return b.Theme.Size(name)
}
