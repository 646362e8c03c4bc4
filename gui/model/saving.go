package model

import (
	"context"
	"errors"
	"reflect"
	"time"

	"golive/profile"
)

const (
	// FirstName is the profile of someone who has saved none.
	FirstName = "Default"
	// saveAfter is the time from an edit until it is saved, so that moving a slider is one save.
	saveAfter = 300 * time.Millisecond
	// firstReplay is what a newcomer's replay buffer keeps.
	firstReplay = 30 * time.Second
)

// A Recovered says that a profile could not be read, and that its last good version is open instead.
type Recovered struct {
	Name   string
	Broken profile.BrokenFile
}

// Error returns the name and what is wrong.
func (e Recovered) Error() string {
	return "profile " + e.Name + ": it could not be read, and its last good version is open: " + e.Broken.Error()
}

// Unwrap returns what is wrong.
func (e Recovered) Unwrap() error { return e.Broken }

// Newcomer is what someone starts with who has no profile.
func Newcomer() profile.Profile {
	p := profile.Default()
	p.Replay.Duration = firstReplay
	return p
}

// openLast opens the profile of the last run. When there is none it is the one named Default, which need not be saved.
func (m *Model) openLast() {
	m.name, m.profile, m.saved = FirstName, Newcomer(), Newcomer()
	names, err := m.world.Folder.List()
	m.names = names
	m.tell(err)
	for _, name := range []string{m.world.Folder.Last(), FirstName} {
		p, err := m.load(name)
		var recovered Recovered
		if err == nil || errors.As(err, &recovered) {
			m.name, m.profile, m.saved = name, p, p.Clone()
			m.noteKeys(p)
			m.tell(err)
			return
		}
		if name != "" && !errors.Is(err, profile.ErrNotFound) {
			m.tell(err)
			m.name = m.world.Folder.Free(FirstName) // what is there is not written over
		}
	}
}

// Several is more than one thing to be told at once.
type Several []error

// Error returns all of them.
func (s Several) Error() string { return errors.Join(s...).Error() }

// tell notes an error of the start beside those that are noted already, and logs it.
func (m *Model) tell(err error) {
	if err == nil {
		return
	}
	m.world.Log.Error("shown in the window", "error", err)
	if m.notice != nil {
		err = Several{m.notice, err}
	}
	m.notice = err
}

// load reads a profile, or its last good version: then the error is a Recovered.
func (m *Model) load(name string) (profile.Profile, error) {
	p, err := m.world.Folder.Load(name)
	if err == nil || name == "" || errors.Is(err, profile.ErrNotFound) || errors.Is(err, profile.ErrNewer) {
		return p, err
	}
	good, broken, err := m.world.Folder.Recover(name)
	if err != nil {
		return p, err
	}
	return good, Recovered{name, broken}
}

// autosave saves what is edited, soon, until ctx ends.
func (m *Model) autosave(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-m.edited:
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(saveAfter):
		}
		m.save()
	}
}

// save writes the profile and the settings to disk, if there is something new in them.
func (m *Model) save() {
	m.saving.Lock() // or an older one could be written over a newer one
	defer m.saving.Unlock()
	m.mu.Lock()
	name, p, s := m.name, m.profile.Clone(), m.settings
	saveProfile, saveSettings := !reflect.DeepEqual(p, m.saved), !reflect.DeepEqual(s, m.savedSettings)
	m.mu.Unlock()
	if saveProfile {
		err := m.world.Folder.Save(name, p)
		m.mu.Lock()
		m.saved = p // also when it failed: it is told once, and tried again after the next edit
		m.mu.Unlock()
		m.relist(err)
	}
	if saveSettings {
		err := profile.SaveSettings(m.world.Home, s)
		m.mu.Lock()
		m.savedSettings = s
		m.mu.Unlock()
		if err != nil {
			m.Report(err)
		}
	}
}

// openSettings takes over the settings of the program.
func (m *Model) openSettings() {
	m.settings, m.savedSettings = m.world.Settings.Clone(), m.world.Settings.Clone()
}

// Configure changes the settings of the program.
func (m *Model) Configure(change func(*profile.Settings)) {
	m.mu.Lock()
	m.settings = m.settings.Clone() // states that are out share the old one
	change(&m.settings)
	m.mu.Unlock()
	m.poke(m.edited)
	m.changed()
}
