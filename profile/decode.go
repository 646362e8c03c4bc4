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
// error which names its line. file is what the errors call the source.
func decode(file string, data []byte) (Profile, error) {
	p := Default()
	p.Version, p.Audio, p.Destinations = 0, nil, nil
	err := toml.NewDecoder(bytes.NewReader(data)).DisallowUnknownFields().Decode(&p)
	if err != nil {
		return Profile{}, explain(file, err)
	}
	if p.Audio == nil {
		p.Audio = Default().Audio
	}
	if p.Destinations == nil {
		p.Destinations = Default().Destinations
	}
	if err := p.Validate(); err != nil {
		return Profile{}, fmt.Errorf("%s: %w", file, err)
	}
	return p, nil
}

// explain says where in file an error is, which word is wrong and what would be right.
func explain(file string, err error) error {
	var unknown *toml.StrictMissingError
	if errors.As(err, &unknown) && len(unknown.Errors) > 0 {
		first := unknown.Errors[0]
		line, _ := first.Position()
		key := first.Key()
		allowed := settings(reflect.TypeFor[Profile]())
		if len(key) > 1 && key[0] == "destinations" {
			allowed = settings(reflect.TypeFor[Destination]())
		}
		return fmt.Errorf("%s, line %d: there is no setting %q; the settings are: %s",
			file, line, strings.Join(key, "."), strings.Join(allowed, ", "))
	}
	var bad *toml.DecodeError
	if !errors.As(err, &bad) {
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
