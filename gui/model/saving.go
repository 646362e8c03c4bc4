package model

import (
	"errors"

	"golive/profile"
)

// FirstName is the profile of someone who has saved none.
const FirstName = "Default"

// openLast opens the profile of the last run. When there is none it is the one named Default, which need not be saved.
func (m *Model) openLast() {
	m.name, m.profile, m.saved = FirstName, profile.Default(), profile.Default()
	m.names, m.notice = m.world.Folder.List()
	for _, name := range []string{m.world.Folder.Last(), FirstName} {
		p, err := m.world.Folder.Load(name)
		if err == nil {
			m.name, m.profile, m.saved = name, p, p.Clone()
			m.noteKeys(p)
			return
		}
		if name != "" && !errors.Is(err, profile.ErrNotFound) {
			m.notice = err
			m.world.Log.Error("a profile cannot be opened", "error", err)
		}
	}
}

// Open opens the profile name, unless it is on air.
func (m *Model) Open(name string) {
	m.mu.Lock()
	busy := m.busy() || name == m.name
	m.mu.Unlock()
	if busy {
		return
	}
	p, err := m.world.Folder.Load(name)
	if err != nil {
		m.Report(err)
		return
	}
	m.adopt(name, p)
}

// adopt makes p, which is on disk as name, the one that is edited.
func (m *Model) adopt(name string, p profile.Profile) {
	err := m.world.Folder.SetLast(name)
	m.mu.Lock()
	m.name, m.profile, m.saved = name, p.Clone(), p.Clone()
	m.noteKeys(p)
	m.notice = nil
	m.mu.Unlock()
	m.poke(m.wake)
	m.relist(err)
}

// Save writes the profile to disk under its name.
func (m *Model) Save() {
	m.mu.Lock()
	name := m.name
	m.mu.Unlock()
	m.SaveAs(name)
}

// SaveAs writes the profile to disk under another name, which it has from then on.
func (m *Model) SaveAs(name string) {
	m.mu.Lock()
	p := m.profile.Clone()
	m.mu.Unlock()
	if err := m.world.Folder.Save(name, p); err != nil {
		m.Report(err)
		return
	}
	m.adopt(name, p)
	m.done.Go(m.tidyKeys)
}

// Delete removes the profile from disk and starts from the default one, unless it is on air.
func (m *Model) Delete() {
	m.mu.Lock()
	name, busy := m.name, m.busy()
	m.mu.Unlock()
	if busy {
		return
	}
	err := m.world.Folder.Delete(name)
	if errors.Is(err, profile.ErrNotFound) {
		err = nil
	}
	if err != nil {
		m.Report(err)
		return
	}
	m.mu.Lock()
	m.name, m.profile, m.saved = FirstName, profile.Default(), profile.Default()
	if p, err := m.world.Folder.Load(FirstName); err == nil {
		m.profile, m.saved = p, p.Clone()
	}
	m.mu.Unlock()
	m.poke(m.wake)
	m.done.Go(m.tidyKeys)
	m.relist(nil)
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
