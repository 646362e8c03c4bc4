// Package assets holds what is compiled into the program besides code: the icon, the translations of the window, and the
// words of the slate.
package assets

import (
	"bytes"
	"embed"
	"image"
	"image/png"
)

// Translations has a file translations/LANGUAGE.json for each language, from the English text to the translated one.
//
//go:embed translations/*.json
var Translations embed.FS

//go:embed icon.svg
var icon []byte

// Icon returns the icon of the program, as SVG.
func Icon() []byte { return bytes.Clone(icon) }

// slate has the words of the slate in each language: white letters on black, to be used as a mask.
//
//go:embed slate/*.png
var slate embed.FS

// SlateWords returns "We will be right back" in a language such as "zh_Hans", or in English: bright letters on black.
func SlateWords(language string) (image.Image, error) {
	b, err := slate.ReadFile("slate/" + language + ".png")
	if err != nil {
		if b, err = slate.ReadFile("slate/en.png"); err != nil {
			return nil, err
		}
	}
	return png.Decode(bytes.NewReader(b))
}
