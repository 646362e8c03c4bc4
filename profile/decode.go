package profile

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// decode reads a profile from TOML. Settings that are not there have their default; one that does not exist is an
// error which names its line, and so does a value that cannot be. file is what the errors call the source.
func decode(file string, data []byte) (Profile, error) {
	p := Default()
	p.Version, p.Audio, p.Destinations = 0, nil, nil
	if err := strict(file, data, &p); err != nil {
		return Profile{}, err
	}
	if p.Audio == nil {
		p.Audio = Default().Audio
	}
	if p.Destinations == nil {
		p.Destinations = Default().Destinations
	}
	if err := locate(file, data, p.problems()); err != nil {
		return Profile{}, err
	}
	return p, nil
}

// ErrNewer is returned for a file that a newer Golive has written.
var ErrNewer = errors.New("it is from a newer Golive")

// strict reads TOML into a struct with a field version; a setting that does not exist is an error which names its line.
// A file of a newer version may have any, so that is looked at first.
func strict[T any](file string, data []byte, into *T) error {
	var about struct {
		Version int `toml:"version"`
	}
	if toml.Unmarshal(data, &about) == nil && about.Version > Version {
		return fmt.Errorf("%s: %w: it has version %d and this Golive reads up to %d; install the newer one to open it", file, ErrNewer, about.Version, Version)
	}
	if err := toml.NewDecoder(bytes.NewReader(data)).DisallowUnknownFields().Decode(into); err != nil {
		return explain(file, data, err, reflect.TypeFor[T]())
	}
	return nil
}

// locate says on which lines of file the problems are, as far as it has lines for them. It returns nil when there are
// none.
func locate(file string, data []byte, problems []problem) error {
	found := lines(data)
	var errs []error
	for _, p := range problems {
		if line := lineOf(found, p.setting); line > 0 {
			errs = append(errs, fmt.Errorf("%s, line %d: %w", file, line, p))
		} else {
			errs = append(errs, fmt.Errorf("%s: %w", file, p))
		}
	}
	return errors.Join(errs...)
}

// explain says where in file an error is, which word is wrong and what would be right. root is what was to be read.
func explain(file string, data []byte, err error, root reflect.Type) error {
	var unknown *toml.StrictMissingError
	if errors.As(err, &unknown) && len(unknown.Errors) > 0 {
		first := unknown.Errors[0]
		line, _ := first.Position()
		key := first.Key()
		allowed := settings(root)
		if len(key) > 1 && key[0] == "destinations" {
			allowed = settings(reflect.TypeFor[Destination]())
		}
		return fmt.Errorf("%s, line %d: there is no setting %q; the settings are: %s",
			file, line, strings.Join(key, "."), strings.Join(allowed, ", "))
	}
	var bad *toml.DecodeError
	if !errors.As(err, &bad) {
		if setting, line := misfit(data, root); line > 0 {
			return fmt.Errorf("%s, line %d: %s: %w", file, line, setting, err)
		}
		return fmt.Errorf("%s: %w", file, err)
	}
	line, _ := bad.Position()
	setting := strings.Join(bad.Key(), ".")
	message := strings.TrimPrefix(bad.Error(), "toml: ")
	if kind, ok := strings.CutPrefix(message, "cannot decode TOML "); ok {
		kind, _, _ = strings.Cut(kind, " into ")
		return fmt.Errorf("%s, line %d: %s cannot be of the kind %s; look at a saved profile for how it is written",
			file, line, setting, kind)
	}
	if setting != "" {
		return fmt.Errorf("%s, line %d: %s: %s", file, line, setting, message)
	}
	return fmt.Errorf("%s, line %d: %s", file, line, message)
}

// settings returns the names that the fields of a struct have in TOML.
func settings(t reflect.Type) []string {
	var names []string
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("toml"), ",")
		names = append(names, name)
	}
	return names
}
