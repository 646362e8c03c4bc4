package gui

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2/lang"

	"golive/gui/model"
	"golive/publish"
)

// why is what fills the blank of a sentence with a reason.
func why(text string) map[string]any { return map[string]any{"Why": reason(text)} }

// capital returns s with a large first letter and a full stop.
func capital(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return ""
	}
	r, n := utf8.DecodeRuneInString(s)
	s = string(unicode.ToUpper(r)) + s[n:]
	if !strings.ContainsAny(s[len(s)-1:], ".!?") {
		s += "."
	}
	return s
}

// clock returns how long d is as 1:02:03 or 2:03.
func clock(d time.Duration) string {
	s := int(d / time.Second)
	if s < 3600 {
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

// megabits returns a rate in kbit/s as "3.0 Mb/s".
func megabits(kbps int) string { return fmt.Sprintf("%.1f Mb/s", float64(kbps)/1000) }

// stateText says in plain words what a destination is doing.
func stateText(s publish.State) string {
	switch s {
	case publish.Connecting:
		return lang.L("Connecting…")
	case publish.Live:
		return lang.L("Live")
	case publish.Reconnecting:
		return lang.L("Connection lost, trying again")
	case publish.Refused:
		return lang.L("Refused")
	case publish.Stopped:
		return lang.L("Stopped")
	}
	return lang.L("Ready")
}

// newWords returns the words of choices in the person's language.
func newWords() model.Words {
	return model.Words{
		Screen:  lang.L("Screen"),
		Window:  lang.L("Window"),
		Region:  lang.L("Part of the screen"),
		Pattern: lang.L("Test card"),
		Desktop: lang.L("Computer sound"),
		Mic:     lang.L("Microphone"),
	}
}
