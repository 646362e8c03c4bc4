package gui

import (
	"errors"

	"golive/profile"
)

// firstName is the profile of someone who has saved none.
const firstName = "Default"

// openLast opens the profile of the last run. When there is none it is the one named Default, which need not be saved.
func (m *model) openLast() {
	m.name, m.profile, m.saved = firstName, profile.Default(), profile.Default()
	m.names, m.notice = m.world.folder.List()
	for _, name := range []string{m.world.folder.Last(), firstName} {
		p, err := m.world.folder.Load(name)
		if err == nil {
			m.name, m.profile, m.saved = name, p, p.Clone()
			m.noteKeys(p)
			return
		}
		if name != "" && !errors.Is(err, profile.ErrNotFound) {
			m.notice = err
			m.world.log.Error("a profile cannot be opened", "error", err)
		}
	}
}

// Open opens the profile name, unless it is on air.
func (m *model) Open(name string) {
	m.mu.Lock()
	busy := m.busy() || name == m.name
	m.mu.Unlock()
	if busy {
		return
	}
	p, err := m.world.folder.Load(name)
	if err != nil {
		m.report(err)
		return
	}
	m.adopt(name, p)
}

// adopt makes p, which is on disk as name, the one that is edited.
func (m *model) adopt(name string, p profile.Profile) {
	err := m.world.folder.SetLast(name)
	m.mu.Lock()
	m.name, m.profile, m.saved = name, p.Clone(), p.Clone()
	m.noteKeys(p)
	m.notice = nil
	m.mu.Unlock()
	m.poke(m.wake)
	m.relist(err)
}

// Save writes the profile to disk under its name.
func (m *model) Save() {
	m.mu.Lock()
	name := m.name
	m.mu.Unlock()
	m.SaveAs(name)
}

// SaveAs writes the profile to disk under another name, which it has from then on.
func (m *model) SaveAs(name string) {
	m.mu.Lock()
	p := m.profile.Clone()
	m.mu.Unlock()
	if err := m.world.folder.Save(name, p); err != nil {
		m.report(err)
		return
	}
	m.adopt(name, p)
	m.done.Go(m.tidyKeys)
}

// Delete removes the profile from disk and starts from the default one, unless it is on air.
func (m *model) Delete() {
	m.mu.Lock()
	name, busy := m.name, m.busy()
	m.mu.Unlock()
	if busy {
		return
	}
	err := m.world.folder.Delete(name)
	if errors.Is(err, profile.ErrNotFound) {
		err = nil
	}
	if err != nil {
		m.report(err)
		return
	}
	m.mu.Lock()
	m.name, m.profile, m.saved = firstName, profile.Default(), profile.Default()
	if p, err := m.world.folder.Load(firstName); err == nil {
		m.profile, m.saved = p, p.Clone()
	}
	m.mu.Unlock()
	m.poke(m.wake)
	m.done.Go(m.tidyKeys)
	m.relist(nil)
}

// relist reads the names of the profiles again, and reports err or what fails at that.
func (m *model) relist(err error) {
	names, listErr := m.world.folder.List()
	m.mu.Lock()
	m.names = names
	m.mu.Unlock()
	if err = errors.Join(err, listErr); err != nil {
		m.report(err)
		return
	}
	m.changed()
}
