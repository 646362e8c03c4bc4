package gui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// The sizes of text and of panels, in Fyne's pixels.
const (
	sizeSmall fyne.ThemeSizeName = "golive.small" // captions and numbers
	sizeBig   fyne.ThemeSizeName = "golive.big"   // the figures

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
	colorLine  fyne.ThemeColorName = "golive.line"  // around a panel
	colorLive  fyne.ThemeColorName = "golive.live"  // of the Go Live button
)

// A look is a theme: one of three palettes whatever the system prefers, with red for the Go Live button and errors alone.
type look struct {
	fyne.Theme
	variant fyne.ThemeVariant
	column  int // of the palette
	palette map[fyne.ThemeColorName][3]uint32
}

// newLook returns the look of that name in profile.Settings.
func newLook(name string) fyne.Theme {
	l := look{theme.DefaultTheme(), theme.VariantDark, 0, palette()}
	switch name {
	case "light":
		l.variant, l.column = theme.VariantLight, 1
	case "contrast":
		l.column = 2
	}
	return l
}

// palette returns every colour of ours as RRGGBB: dark, light, and with high contrast.
func palette() map[fyne.ThemeColorName][3]uint32 {
	return map[fyne.ThemeColorName][3]uint32{
		theme.ColorNameBackground:          {0x121419, 0xeceff3, 0x000000},
		colorPanel:                         {0x1b1e25, 0xffffff, 0x000000},
		colorStage:                         {0x090a0c, 0x14161b, 0x000000},
		colorLine:                          {0x1b1e25, 0xdde1e8, 0xffffff},
		theme.ColorNameMenuBackground:      {0x22262f, 0xffffff, 0x1c1c1c},
		theme.ColorNameOverlayBackground:   {0x1b1e25, 0xffffff, 0x1c1c1c},
		theme.ColorNameHeaderBackground:    {0x22262f, 0xf3f5f8, 0x000000},
		colorTrack:                         {0x282c36, 0xd9dee6, 0x333333},
		theme.ColorNameInputBackground:     {0x282c36, 0xe3e7ee, 0x333333},
		theme.ColorNameButton:              {0x282c36, 0xe6e9ef, 0x262626},
		theme.ColorNameInputBorder:         {0x4a5060, 0x9aa3b2, 0xffffff},
		theme.ColorNameSeparator:           {0x2a2e38, 0xdde1e8, 0xffffff},
		theme.ColorNameForeground:          {0xe7e9ee, 0x1b1f27, 0xffffff},
		theme.ColorNamePlaceHolder:         {0x9aa1af, 0x565e6c, 0xe0e0e0},
		theme.ColorNameDisabled:            {0x878e9d, 0x6b7382, 0xb8b8b8},
		theme.ColorNameDisabledButton:      {0x20242c, 0xeef0f4, 0x000000},
		theme.ColorNamePrimary:             {0x7aa2f7, 0x2459c5, 0x66d9ff},
		theme.ColorNameHyperlink:           {0x7aa2f7, 0x2459c5, 0x66d9ff},
		theme.ColorNameForegroundOnPrimary: {0x10131a, 0xffffff, 0x000000},
		theme.ColorNameError:               {0xf0605c, 0xc21f23, 0xff8080},
		theme.ColorNameForegroundOnError:   {0xffffff, 0xffffff, 0x000000},
		theme.ColorNameWarning:             {0xe0a94a, 0x8a5a00, 0xffd24d},
		colorLoud:                          {0xe07a4a, 0xc2561f, 0xffb000},
		colorLive:                          {0xd92f33, 0xd0272b, 0xb00010},
		theme.ColorNameSuccess:             {0x4fb286, 0x1c7a51, 0x5dff9b},
	}
}

// Color implements fyne.Theme.
func (l look) Color(name fyne.ThemeColorName, _ fyne.ThemeVariant) color.Color {
	if colours, ok := l.palette[name]; ok {
		v := colours[l.column]
		return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xff}
	}
	return l.Theme.Color(name, l.variant)
}

// Size implements fyne.Theme.
func (l look) Size(name fyne.ThemeSizeName) float32 {
	switch name {
	case sizeSmall, theme.SizeNameCaptionText:
		return 12
	case sizeBig:
		return 18
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

// Color implements fyne.Theme: only this button is red, so that red elsewhere means an error.
func (b bold) Color(name fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	switch name {
	case theme.ColorNameError:
		return b.Theme.Color(colorLive, v)
	case theme.ColorNameForegroundOnError:
		return color.White
	}
	return b.Theme.Color(name, v)
}

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
