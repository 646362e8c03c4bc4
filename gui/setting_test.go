package gui

import (
	"strings"
	"testing"
)

// TestSettingsTakeNothingStrange pastes into every setting what people paste by mistake: it is refused with a sentence, or
// becomes one line that a profile can hold.
func TestSettingsTakeNothingStrange(t *testing.T) {
	w, r := newTestWindow(t)
	now := r.State()
	for _, s := range w.settings() {
		if s.onOff {
			continue
		}
		for _, text := range []string{strings.Repeat("x", 10_000), "🎮🎮", "a\r\nb\x00\x1b", "\u200b\ufeff", "－１２３", "rtmp://h/app/key", "-1", "99999999999999999999", "\xff\xfe"} {
			err := s.check(now, text)
			if err != nil {
				if said := sentence(err); said == "" || strings.ContainsAny(said, "\r\x00\x1b") || len(said) > 1000 {
					t.Errorf("%s: %.20q is refused with %.100q", s.name, text, said)
				}
				continue
			}
			p, c := now.Profile.Clone(), now.Settings.Clone()
			_ = s.set(&p, &c, text)
			if kept := s.get(&p, &c); len(kept) > 512 || strings.ContainsAny(kept, "\r\n\x00\x1b") {
				t.Errorf("%s: %.20q is kept as %.100q", s.name, text, kept)
			}
		}
	}
}
