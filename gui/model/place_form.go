package model

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"golive/encoder"
	"golive/profile"
	"golive/publish"
	"golive/secret"
)

// The bounds of what can be typed, in bytes: those of publish, and of a profile.
const (
	maxAddress = 2048
	maxKey     = 1024
	maxName    = 64
)

var (
	// ErrKeyMissing: the address needs a stream key.
	ErrKeyMissing = errors.New("the stream key is missing")
	// ErrKeyTwice: the address has a stream key in it, and one was given.
	ErrKeyTwice = errors.New("there is a stream key in the address already")
	// ErrPassphrase: a passphrase is too short or too long.
	ErrPassphrase = errors.New("a passphrase has 10 to 79 characters")
	// ErrPasswordMissing: the address names a user.
	ErrPasswordMissing = errors.New("the password of the user is missing")
	// ErrExample: the address is an example yet.
	ErrExample = errors.New("HOST and NAME in the address are not replaced yet")
	// ErrBackup: the backup server is of another kind than the address.
	ErrBackup = errors.New("the backup server is of another kind")
	// ErrBackupKey: the backup server has a key or a password of its own.
	ErrBackupKey = errors.New("the backup server gets the same key")
	// ErrTooLong: more was typed than can be meant.
	ErrTooLong = errors.New("this is too long")
)

// A PlaceForm is a destination as a person types it, and says what is wrong with each field.
type PlaceForm struct {
	Address    string
	Key        string
	Passphrase string // of SRT, or the password of the user in Address
	Backup     string
	Name       string
	Opus       bool                // the sound is to be in Opus; else it is as ever
	Stored     profile.Destination // whose secrets are kept where none is typed
	Taken      []string            // names of the other destinations
}

// PlaceProblems are what is wrong with each field, nil for what is right.
type PlaceProblems struct{ Address, Key, Passphrase, Backup, Name error }

// Any returns all of them, joined.
func (p PlaceProblems) Any() error {
	return errors.Join(p.Address, p.Key, p.Passphrase, p.Backup, p.Name)
}

// Tidy takes out of the fields what cannot be meant, and puts what was pasted into the wrong field into the right one:
// a whole address in the field of the key is split into address and key, and so are the secrets in an address.
func (f *PlaceForm) Tidy() {
	f.Address, f.Key, f.Name = CleanKey(f.Address), CleanKey(f.Key), CleanName(f.Name)
	f.Backup, f.Passphrase = CleanKey(f.Backup), CleanName(Narrow(f.Passphrase))
	if strings.Contains(f.Key, "://") && len(f.Key) <= maxAddress {
		address, key := SplitKey(f.Key)
		f.Address, f.Key = address, key.Reveal()
	}
	address, key, passphrase := splitSecrets(f.Address)
	if f.Key == "" || key == "" {
		f.Address = address
		f.Key += key
		if passphrase != "" {
			f.Passphrase = passphrase
		}
	}
	if backup, key := SplitKey(f.Backup); f.Key != "" && key.Reveal() == f.Key {
		f.Backup = backup
	}
	if backup, key, passphrase := splitSecrets(f.Backup); (key == "" || key == f.Key) && (passphrase == "" || passphrase == f.Passphrase) {
		f.Backup = backup
	}
}

// Problems returns what is wrong. A key and what depends on it are not asked for before the address is right.
func (f PlaceForm) Problems() PlaceProblems {
	p := PlaceProblems{Address: f.checkAddress(), Name: f.checkName()}
	if p.Address != nil {
		return p
	}
	p.Key, p.Passphrase, p.Backup = f.checkKey(), f.checkPassphrase(), f.checkBackup()
	return p
}

// checkAddress finds an address with which no key and no passphrase will do.
func (f PlaceForm) checkAddress() (err error) {
	if len(f.Address) > maxAddress {
		return ErrTooLong
	}
	if strings.Contains(f.Address, "://HOST") || strings.Contains(f.Address, "/NAME") { // of publish.ServiceAddress
		return ErrExample
	}
	for _, key := range []string{"", anyKey} {
		for _, passphrase := range []string{"", anyPassphrase} {
			if err = f.parse(key, passphrase); err == nil {
				return nil
			}
		}
	}
	return err
}

// parse says whether the address is right with these secrets.
func (f PlaceForm) parse(key, passphrase string) error {
	_, err := publish.ParseDestination(f.Address, secret.New(key), secret.New(passphrase))
	return err
}

func (f PlaceForm) checkKey() error {
	passphrase := ""
	if f.takesPassword() {
		passphrase = anyPassphrase
	}
	switch {
	case len(f.Key) > maxKey:
		return ErrTooLong
	case f.Key == "" && f.Stored.Key == "" && f.parse("", passphrase) != nil:
		return ErrKeyMissing
	case f.Key != "" && f.parse(f.Key, passphrase) != nil:
		return ErrKeyTwice
	}
	return nil
}

func (f PlaceForm) checkPassphrase() error {
	n := len(f.Passphrase)
	switch {
	case !TakesPassphrase(f.Address):
		return nil
	case f.takesPassword() && n == 0 && f.Stored.Passphrase == "":
		return ErrPasswordMissing
	case f.takesPassword() && n > maxKey:
		return ErrTooLong
	case !f.takesPassword() && f.parse("", f.Passphrase) != nil:
		return ErrPassphrase
	}
	return nil
}

// takesPassword says whether the passphrase is the password of a user.
func (f PlaceForm) takesPassword() bool {
	return TakesPassphrase(f.Address) && !strings.HasPrefix(strings.ToLower(f.Address), "srt:")
}

// checkBackup finds a backup server that the same key and the same codecs do not fit.
func (f PlaceForm) checkBackup() error {
	if f.Backup == "" {
		return nil
	}
	if len(f.Backup) > maxAddress {
		return ErrTooLong
	}
	other := PlaceForm{Address: f.Backup}
	if err := other.checkAddress(); err != nil {
		return err
	}
	_, key, passphrase := splitSecrets(f.Backup)
	if key != "" || passphrase != "" || !isPlain(f.Backup) || segments(f.Backup) > segments(f.Address) {
		return ErrBackupKey
	}
	if kind(f.Address) != kind(f.Backup) || TakesPassphrase(f.Address) != TakesPassphrase(f.Backup) {
		return ErrBackup
	}
	return nil
}

// isPlain says whether nothing in the query of an address can be a secret: it would stand in the profile.
func isPlain(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	for name := range u.Query() {
		if !slices.Contains([]string{"backup", "latency", "pbkeylen"}, name) {
			return false
		}
	}
	return true
}

// kind returns the protocol of an address, encrypted or not.
func kind(address string) string {
	scheme, _, _ := strings.Cut(strings.ToLower(address), "://")
	return strings.TrimSuffix(scheme, "s")
}

// segments returns how many parts the path of an address has.
func segments(address string) int {
	u, err := url.Parse(address)
	if err != nil {
		return 0
	}
	return len(strings.FieldsFunc(u.Path, func(r rune) bool { return r == '/' }))
}

func (f PlaceForm) checkName() error {
	switch {
	case utf8.RuneCountInString(f.Name) > maxName:
		return ErrTooLong
	case slices.Contains(f.Taken, f.called()):
		return ErrTwice
	}
	return nil
}

// Destination returns what was typed.
func (f PlaceForm) Destination() (profile.Destination, Secrets) {
	d := profile.Destination{Name: f.called(), URL: f.Address, Backup: f.Backup, Key: f.Stored.Key, Passphrase: f.Stored.Passphrase}
	if f.Opus && TakesOpus(f.Address) {
		d.AudioCodec = encoder.Opus
	}
	return d, Secrets{secret.New(f.Key), secret.New(f.Passphrase)}
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
