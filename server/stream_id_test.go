package server

import (
	"errors"
	"strings"
	"testing"
)

func TestStreamID(t *testing.T) {
	for id, want := range map[string]streamID{
		"publish:live":                        {name: "live", publish: true},
		"read:live":                           {name: "live"},
		"publish:live:hush":                   {"live", true, "hush"},
		"read:live:me:hush":                   {"live", false, "me:hush"},
		"#!::r=live,m=publish,s=hush":         {"live", true, "hush"},
		"#!::r=live,m=publish":                {name: "live", publish: true},
		"#!::m=publish,r=live":                {name: "live", publish: true},
		"#!::r=live":                          {name: "live"},
		"#!::r=live,m=request":                {name: "live"},
		"#!::u=me,r=live,m=publish,t=stream,": {name: "live", publish: true},
	} {
		if got, err := parseStreamID(id); got != want || err != nil {
			t.Errorf("%q is %+v, %v", id, got, err)
		}
	}
	for id, want := range map[string]error{
		"":                         errStreamID,
		"live":                     errStreamID,
		"publish:":                 ErrBadName,
		"publish:../x":             ErrBadName,
		"publish::hush":            ErrBadName,
		"#!::":                     ErrBadName,
		"#!::r=,m=publish":         ErrBadName,
		"#!::r=live,m=bidi":        errMode,
		"play:live":                errMode,
		strings.Repeat("x", 1<<16): errStreamID,
	} {
		if _, err := parseStreamID(id); !errors.Is(err, want) {
			t.Errorf("%.40q: %v, want %v", id, err, want)
		}
	}
}

// FuzzStreamID looks for names that could do harm, and for errors that tell what was said.
func FuzzStreamID(f *testing.F) {
	for _, id := range []string{"publish:live", "read:live", "#!::r=live,m=publish", "#!::h=a,r=x/y,m=request,s=1", ":", "#!:"} {
		f.Add(id)
	}
	f.Fuzz(func(t *testing.T, id string) {
		got, err := parseStreamID(id)
		if err == nil && !validName(got.name) {
			t.Fatalf("%q names %q", id, got.name)
		}
		if err != nil && len(id) > 20 && strings.Contains(err.Error(), id) {
			t.Fatalf("%q is quoted", id)
		}
	})
}
