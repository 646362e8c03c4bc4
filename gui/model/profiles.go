package model

import (
	"errors"
	"slices"

	"golive/profile"
)

// ErrBusy: what was asked for cannot be done while live.
var ErrBusy = errors.New("profiles cannot change while live")

// ErrBadLink: a link to Golive asks for something that it does not do.
var ErrBadLink = errors.New("this Golive does not understand the link")

// idle says whether another profile can be opened, and reports it when not.
func (m *Model) idle() bool {
	m.mu.Lock()
	busy := m.busy()
	m.mu.Unlock()
	if busy {
		m.Report(ErrBusy)
	}
	return !busy
}

// Open opens the profile name, unless one is on air.
func (m *Model) Open(name string) {
	m.mu.Lock()
	same := name == m.name
	m.mu.Unlock()
	if same || !m.idle() {
		return
	}
	m.save()
	p, err := m.load(name)
	var recovered Recovered
	if err != nil && !errors.As(err, &recovered) {
		m.Report(err)
		return
	}
	m.adopt(name, p, err)
}

// adopt makes p, which is on disk as name, the one that is edited, and reports err.
func (m *Model) adopt(name string, p profile.Profile, err error) {
	err = errors.Join(err, m.world.Folder.SetLast(name))
	m.mu.Lock()
	m.name, m.profile, m.saved = name, p.Clone(), p.Clone()
	m.noteKeys(p)
	m.notice = nil
	m.mu.Unlock()
	m.poke(m.wake)
	m.relist(err)
}

// Create starts a new profile, as a newcomer has it.
func (m *Model) Create(name string) {
	if m.idle() {
		m.save()
		m.add(name, Newcomer())
	}
}

// Duplicate makes a copy of the open profile, and opens it.
func (m *Model) Duplicate(name string) {
	if !m.idle() {
		return
	}
	m.save()
	m.mu.Lock()
	p := m.profile.Clone()
	m.mu.Unlock()
	m.add(name, p)
}

// add saves a new profile and opens it.
func (m *Model) add(name string, p profile.Profile) {
	if err := m.world.Folder.Add(name, p); err != nil {
		m.Report(err)
		return
	}
	m.adopt(name, p, nil)
}

// Rename gives the open profile another name.
func (m *Model) Rename(name string) {
	m.mu.Lock()
	old, p := m.name, m.profile.Clone()
	m.mu.Unlock()
	if name == old || !m.idle() {
		return
	}
	m.save()
	err := m.world.Folder.Rename(old, name)
	if errors.Is(err, profile.ErrNotFound) { // it was not saved yet
		err = m.world.Folder.Add(name, p)
	}
	if err != nil {
		m.Report(err)
		return
	}
	m.adopt(name, p, nil)
}

// Delete removes the open profile from disk and opens another one, unless it is on air.
func (m *Model) Delete() {
	if !m.idle() {
		return
	}
	m.mu.Lock()
	name := m.name
	m.saved = m.profile.Clone() // nothing of it is to be saved any more
	m.mu.Unlock()
	if err := m.world.Folder.Delete(name); err != nil && !errors.Is(err, profile.ErrNotFound) {
		m.Report(err)
		return
	}
	next, p := FirstName, Newcomer()
	if names, err := m.world.Folder.List(); err == nil && len(names) > 0 {
		if other, err := m.world.Folder.Load(names[0]); err == nil {
			next, p = names[0], other
		}
	}
	m.adopt(next, p, nil)
	m.done.Go(m.tidyKeys)
}

// Export writes the open profile to a file that can be given away, without its stream keys.
func (m *Model) Export(path string) {
	m.mu.Lock()
	p := m.profile.Clone()
	m.mu.Unlock()
	if err := profile.Export(path, p); err != nil {
		m.Report(err)
	}
}

// Import adds the profile in a file to the others, and opens it.
func (m *Model) Import(path string) {
	if !m.idle() {
		return
	}
	m.save()
	name, p, err := m.world.Folder.Import(path)
	if err != nil {
		m.Report(err)
		return
	}
	m.add(name, p)
}

// relist reads the names of the profiles again, and reports err or what fails at that.
func (m *Model) relist(err error) {
	names, listErr := m.world.Folder.List()
	m.mu.Lock()
	m.names = names
	m.mu.Unlock()
	if err = errors.Join(err, listErr); err != nil {
		m.Report(err)
		return
	}
	m.changed()
}

// CheckProfileName returns nil for what can be the name of a new profile: well formed, and not taken.
func CheckProfileName(name string, taken []string) error {
	name = CleanName(name)
	if slices.Contains(taken, name) {
		return profile.ErrExists
	}
	return profile.CheckName(name)
}
