package model

import (
	"strings"
	"unicode"
)

// maxPasted bounds what is looked at of a text that a person pasted, in bytes.
const maxPasted = 16 << 10

// Narrow turns the full-width letters, digits and signs that an input method for Chinese or Japanese makes into ordinary
// ones (Unicode, Halfwidth and Fullwidth Forms).
func Narrow(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '\uff01' && r <= '\uff5e':
			return r - '\uff01' + '!'
		case r == '\u3000':
			return ' '
		}
		return r
	}, s)
}

// CleanKey returns a pasted address or stream key without what cannot belong to it: white space and line breaks
// anywhere, characters that cannot be seen, full-width forms.
func CleanKey(s string) string {
	if len(s) > maxPasted {
		s = s[:maxPasted]
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, Narrow(s))
}

// CleanName returns a pasted name in one line, without spaces around it.
func CleanName(s string) string {
	if len(s) > maxPasted {
		s = s[:maxPasted]
	}
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return strings.Join(strings.Fields(s), " ")
}
