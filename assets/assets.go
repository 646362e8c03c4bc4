// Package assets holds what is compiled into the program besides code: the icon and the translations of the window.
package assets

import (
	"bytes"
	"embed"
)

// Translations has a file translations/LANGUAGE.json for each language, from the English text to the translated one.
//
//go:embed translations/*.json
var Translations embed.FS

//go:embed icon.svg
var icon []byte

// Icon returns the icon of the program, as SVG.
func Icon() []byte { return bytes.Clone(icon) }
