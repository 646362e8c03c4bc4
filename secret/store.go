package secret

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/zalando/go-keyring"
)

const (
	service     = "golive"        // what our entries in the keyring are filed under
	ringTimeout = 3 * time.Second // a keyring that takes longer is not there
	maxValue    = 2048            // bytes; the Windows keyring ends at 2.5 kB
	maxRef      = 256             // bytes
)

// ErrNotFound is returned for a reference under which nothing is stored.
var ErrNotFound = errors.New("no such key is stored")

var (
	errNoRing = errors.New("no keyring")
	errSilent = errors.New("the keyring of the system does not answer; unlock it and start again, or enter the key again")
)

// A Store keeps Secrets by reference: in the keyring of the system, or where there is none in encrypted files.
//
// The files are 0600 in a folder of 0700, and so is the identity that opens them, which lies beside them because there
// is no passphrase to derive it from. They are therefore only obfuscated: safe from someone who looks at the screen, a
// backup of the profiles or a search for the key, not from a program that runs as the same user.
//
// Methods may be called from any goroutine. None takes longer than about three seconds, even when the message bus of
// the keyring is broken.
type Store struct {
	files  vault
	noRing atomic.Bool // the keyring has failed once; it is not asked again
}

// Open returns the Store whose files lie in the folder secrets of dir. It touches nothing before it is used.
func Open(dir string) *Store { return &Store{files: vault{filepath.Join(dir, "secrets")}} }

// Set stores v under ref, and replaces what was there.
func (s *Store) Set(ref string, v Secret) error {
	if err := check(ref); err != nil {
		return err
	}
	if v.Empty() || len(v.Reveal()) > maxValue {
		return fmt.Errorf("a key has 1 to %d characters", maxValue)
	}
	err := s.ring(func() error { return keyring.Set(service, ref, v.Reveal()) })
	if err != nil {
		return s.files.set(ref, v.Reveal())
	}
	// A file, when there is one, is read before the keyring.
	if err := s.files.delete(ref); err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	return nil
}

// Get returns what is stored under ref, or ErrNotFound.
func (s *Store) Get(ref string) (Secret, error) {
	if err := check(ref); err != nil {
		return Secret{}, err
	}
	// A file exists only when the keyring failed after it last held this one, so the file is the newer of the two.
	value, err := s.files.get(ref)
	if err == nil {
		return New(value), nil
	}
	if !errors.Is(err, ErrNotFound) {
		return Secret{}, err
	}
	found := make(chan string, 1)
	err = s.ring(func() error {
		value, err := keyring.Get(service, ref)
		found <- value
		return err
	})
	if errors.Is(err, errSilent) {
		return Secret{}, err
	}
	if err != nil {
		return Secret{}, ErrNotFound
	}
	return New(<-found), nil
}

// Delete removes what is stored under ref. Nothing there is ErrNotFound.
func (s *Store) Delete(ref string) error {
	if err := check(ref); err != nil {
		return err
	}
	inFile := s.files.delete(ref)
	if inFile != nil && !errors.Is(inFile, ErrNotFound) {
		return inFile
	}
	inRing := s.ring(func() error { return keyring.Delete(service, ref) })
	if inFile == nil || inRing == nil {
		return nil
	}
	return ErrNotFound
}

// ring makes a call to the keyring, unless it has failed before. The library has no way to interrupt a call, so one
// that hangs is left to end with the process; it happens at most once.
func (s *Store) ring(call func() error) error {
	if s.noRing.Load() {
		return errNoRing
	}
	ctx, cancel := context.WithTimeout(context.Background(), ringTimeout)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- call() }()
	select {
	case err := <-done:
		if err != nil && !errors.Is(err, keyring.ErrNotFound) {
			s.noRing.Store(true)
		}
		return err
	case <-ctx.Done():
		s.noRing.Store(true)
		return errSilent
	}
}

func check(ref string) error {
	if ref == "" || len(ref) > maxRef {
		return fmt.Errorf("the reference of a key has 1 to %d characters", maxRef)
	}
	return nil
}
