package model

import (
	"errors"
	"net/url"
	"slices"
	"strings"

	"golive/profile"
	"golive/secret"
)

// The bounds of what can be typed.
const (
	maxAddress = 2048 // bytes
	maxKey     = 2048
	maxName    = 64
)

var (
	// ErrKeyMissing: the address needs a stream key.
	ErrKeyMissing = errors.New("the stream key is missing")
	// ErrTooLong: more was typed than can be meant.
	ErrTooLong = errors.New("this is too long")
)

// A PlaceForm is a destination as a person types it, and says what is wrong with each field.
type PlaceForm struct {
	Address string
	Key     string
	Name    string
	Ref     string   // of the key that is stored already; "" for none
	Taken   []string // names of the other destinations
}

// Tidy takes out of the fields what cannot be meant, and puts what was pasted into the wrong field into the right one:
// a whole address in the field of the key is split into address and key.
func (f *PlaceForm) Tidy() {
	f.Address, f.Key, f.Name = CleanKey(f.Address), CleanKey(f.Key), CleanName(f.Name)
	if strings.Contains(f.Key, "://") && len(f.Key) <= maxAddress {
		address, key := SplitKey(f.Key)
		f.Address, f.Key = address, key.Reveal()
	}
}

// Problems returns what is wrong with each field, nil for what is right. A key is not asked for before the address is.
func (f PlaceForm) Problems() (address, key, name error) {
	switch {
	case len(f.Address) > maxAddress:
		address = ErrTooLong
	default:
		address = CheckPlace(f.Address, secret.New("key"), "")
	}
	switch {
	case len(f.Key) > maxKey:
		key = ErrTooLong
	case address == nil && CheckPlace(f.Address, secret.New(f.Key), f.Ref) != nil:
		key = ErrKeyMissing
	}
	switch place := f.place(); {
	case len(f.Name) > maxName:
		name = ErrTooLong
	case slices.Contains(f.Taken, place.Name):
		name = ErrTwice
	}
	return address, key, name
}

// Destination returns what was typed.
func (f PlaceForm) Destination() (profile.Destination, secret.Secret) {
	return f.place(), secret.New(f.Key)
}

func (f PlaceForm) place() profile.Destination {
	return profile.Destination{Name: f.called(), URL: f.Address, Key: f.Ref}
}

// called returns what the person calls the destination, or else the name of its server, with a number when there is
// another one of that name.
func (f PlaceForm) called() string {
	if f.Name != "" {
		return f.Name
	}
	name := f.Address
	if u, err := url.Parse(f.Address); err == nil && u.Host != "" {
		name = u.Hostname()
	}
	return numbered(name, f.Taken)
}
