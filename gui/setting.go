package gui

import (
	"strings"

	"golive/gui/model"
	"golive/profile"
)

// A section is a page of the settings.
type section string

const (
	sectionGeneral   section = "general"
	sectionVideo     section = "video"
	sectionSound     section = "sound"
	sectionEncoder   section = "encoder"
	sectionRecording section = "recording"
	sectionNetwork   section = "network"
	sectionServer    section = "server"
	sectionHotkeys   section = "hotkeys"
	sectionAdvanced  section = "advanced"
)

// A setting is one thing that can be chosen: where it is kept, what it may be, and a sentence of help.
type setting struct {
	section section
	name    string
	help    string
	options []model.Choice // to choose from; none when it is typed
	onOff   bool           // it is "on" or "off"
	idle    bool           // it cannot change while live
	get     func(*profile.Profile, *profile.Settings) string
	set     func(*profile.Profile, *profile.Settings, string) error
}

// usual returns what the setting is when nobody has chosen.
func (s setting) usual() string {
	p, c := model.Newcomer(), profile.DefaultSettings()
	return s.get(&p, &c)
}

// current returns what the setting is.
func (s setting) current(now model.State) string { return s.get(&now.Profile, &now.Settings) }

// maxTyped bounds the value of a setting, in bytes: that of a profile.
const maxTyped = 512

// check returns what is wrong with text as a value, without changing anything.
func (s setting) check(now model.State, text string) error {
	if len(text) > maxTyped {
		return model.ErrTooLong
	}
	p, c := now.Profile.Clone(), now.Settings.Clone()
	if err := s.set(&p, &c, text); err != nil {
		return err
	}
	if err := p.Validate(); err != nil && now.Profile.Validate() == nil {
		return err
	}
	return c.Validate()
}

// apply makes text the value, if that is right.
func (s setting) apply(m *model.Model, text string) error {
	now := m.State()
	if err := s.check(now, text); err != nil {
		return err
	}
	change := m.Adjust
	if s.idle {
		change = m.Change
	}
	change(func(p *profile.Profile) {
		c := now.Settings.Clone()
		_ = s.set(p, &c, text) // it was checked
	})
	m.Configure(func(c *profile.Settings) {
		p := now.Profile.Clone()
		_ = s.set(&p, c, text)
	})
	return nil
}

// matches says whether the setting is one that a person looks for.
func (s setting) matches(words string) bool {
	all := strings.ToLower(s.name + " " + s.help)
	for _, word := range strings.Fields(strings.ToLower(words)) {
		if !strings.Contains(all, word) {
			return false
		}
	}
	return true
}

// onOff is how a switch is kept.
func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}
