package model

import (
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golive/profile"
	"golive/secret"
)

var (
	// ErrTwice: two destinations of one profile have the same name.
	ErrTwice = errors.New("there is a destination of that name already")
	// ErrOnAir: what was asked for cannot be done while live.
	ErrOnAir = errors.New("destinations cannot change while live")
)

// AddLocal makes this computer a destination, the first one.
func (m *Model) AddLocal() {
	m.editIdle(func(p *profile.Profile) {
		local := profile.Default().Destinations[0]
		if !slices.ContainsFunc(p.Destinations, func(d profile.Destination) bool { return d.URL == profile.LocalURL }) {
			p.Destinations = slices.Insert(p.Destinations, 0, local)
		}
	})
}

// RemoveDestination leaves out the destination name.
func (m *Model) RemoveDestination(name string) {
	m.editIdle(func(p *profile.Profile) {
		p.Destinations = slices.DeleteFunc(p.Destinations, func(d profile.Destination) bool { return d.Name == name })
	})
}

// Secrets are what of a destination nobody may see. An empty one stays as it was.
type Secrets struct{ Key, Passphrase secret.Secret }

// PutDestination replaces the destination old by d, or adds d when old is "". The secrets go to the secret store, which
// may take seconds, in the background.
func (m *Model) PutDestination(old string, d profile.Destination, given Secrets) {
	m.done.Go(func() {
		if err := m.putDestination(old, d, given); err != nil {
			m.Report(&profile.DestinationError{Name: d.Name, Err: err})
		}
	})
}

func (m *Model) putDestination(old string, d profile.Destination, given Secrets) error {
	var was profile.Destination
	m.mu.Lock()
	if i := indexOf(m.profile.Destinations, old); i >= 0 {
		was = m.profile.Destinations[i]
	}
	m.mu.Unlock()
	if given.Key.Empty() && d.URL != was.URL {
		d.URL, given.Key = SplitKey(d.URL)
	}
	d.Key, d.Passphrase = was.Key, was.Passphrase
	if !TakesPassphrase(d.URL) {
		d.Passphrase, given.Passphrase = "", secret.Secret{}
	}
	if err := checkPlace(d, given); err != nil {
		return err
	}
	d, err := m.hide(was, d, given.Key)
	if err == nil && !given.Passphrase.Empty() {
		d.Passphrase, err = m.store("passphrase", given.Passphrase)
	}
	if err != nil {
		return errors.Join(err, m.forget(d, was))
	}
	err = ErrOnAir
	m.edit(func(p *profile.Profile) {
		if old == "" || !m.busy() { // one that is added is started by hand
			p.Destinations, err = replace(p.Destinations, old, d)
		}
		if err == nil {
			m.noteKeys(*p)
		}
	})
	if err != nil {
		err = errors.Join(err, m.forget(d, was))
	}
	return err
}

// forget deletes the secrets of d that was has not.
func (m *Model) forget(d, was profile.Destination) error {
	var errs []error
	for _, ref := range d.Secrets() {
		if !slices.Contains(was.Secrets(), ref) {
			errs = append(errs, m.world.Secrets.Delete(ref))
		}
	}
	return errors.Join(errs...)
}

// hide stores the key of d and the query of its address, which may hold a token, and returns d as a profile may hold it.
// What is not given anew stays as it was.
func (m *Model) hide(was, d profile.Destination, key secret.Secret) (profile.Destination, error) {
	base, query, given := strings.Cut(d.URL, "?")
	if key.Empty() && !given {
		return d, nil
	}
	if was.Key != "" && (key.Empty() || !given) {
		stored, err := m.world.Secrets.Get(was.Key)
		if err != nil && (key.Empty() || !errors.Is(err, secret.ErrNotFound)) {
			return d, err
		}
		address, oldKey := profile.Reveal(base, stored)
		if key.Empty() {
			key = oldKey
		}
		if !given {
			_, query, _ = strings.Cut(address, "?")
		}
	}
	shown, hidden := profile.Hide(base+"?"+query, key)
	ref, err := m.store("stream key", hidden)
	d.URL, d.Key = shown, ref
	return d, err
}

// replace returns all with d in the place of the one named old, or at the end.
func replace(all []profile.Destination, old string, d profile.Destination) ([]profile.Destination, error) {
	if d.Name != old && indexOf(all, d.Name) >= 0 {
		return all, ErrTwice
	}
	if i := indexOf(all, old); i >= 0 {
		all[i] = d
		return all, nil
	}
	return append(all, d), nil
}

func indexOf(destinations []profile.Destination, name string) int {
	return slices.IndexFunc(destinations, func(d profile.Destination) bool { return d.Name == name })
}

// store stores a secret under a reference of its own.
func (m *Model) store(what string, s secret.Secret) (ref string, err error) {
	ref = "destination-" + rand.Text()
	if err := m.world.Secrets.Set(ref, s); err != nil {
		return "", fmt.Errorf("the %s cannot be stored: %w", what, err)
	}
	return ref, nil
}

// noteKeys remembers the keys that p uses, so that dropKeys looks after them. The caller holds mu, or is alone.
func (m *Model) noteKeys(p profile.Profile) {
	for _, d := range p.Destinations {
		for _, ref := range d.Secrets() {
			m.keys[ref] = true
		}
	}
}

// tidyKeys deletes the keys that are in no profile on disk any more, nor in the one that is edited.
func (m *Model) tidyKeys() {
	m.mu.Lock()
	edited := m.profile.Clone()
	m.mu.Unlock()
	m.dropKeys(edited.Destinations)
}

// dropKeys deletes the keys that were used in this run and that nothing uses any more: neither what is on disk, nor
// kept. When a profile cannot be read, nothing is deleted.
func (m *Model) dropKeys(kept []profile.Destination) {
	used, err := m.savedKeys()
	if err != nil {
		return
	}
	for _, d := range kept {
		for _, ref := range d.Secrets() {
			used[ref] = true
		}
	}
	m.mu.Lock()
	var unused []string
	for ref := range m.keys {
		if !used[ref] {
			unused = append(unused, ref)
			delete(m.keys, ref)
		}
	}
	m.mu.Unlock()
	for _, ref := range unused {
		if err := m.world.Secrets.Delete(ref); err != nil && !errors.Is(err, secret.ErrNotFound) {
			m.world.Log.Warn("a stream key that is not used any more could not be deleted", "error", err)
		}
	}
}

// savedKeys returns the references of the keys that the profiles on disk use.
func (m *Model) savedKeys() (map[string]bool, error) {
	names, err := m.world.Folder.List()
	if err != nil {
		return nil, err
	}
	used := map[string]bool{}
	for _, name := range names {
		p, err := m.world.Folder.Load(name)
		if err != nil {
			return nil, err
		}
		for _, d := range p.Destinations {
			for _, ref := range d.Secrets() {
				used[ref] = true
			}
		}
	}
	return used, nil
}
