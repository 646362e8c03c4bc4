package gui

import (
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"golive/gui/model"
	"golive/profile"
)

// scheme begins the links that open Golive.
const scheme = "golive://"

// Opens says whether an argument of the command line is for the window: a link to Golive, or the file of a profile.
func Opens(argument string) bool {
	return strings.HasPrefix(argument, scheme) || slices.Contains(profileEndings(), strings.ToLower(filepath.Ext(argument)))
}

// profileEndings are how the files of profiles end that are given away: the first one by what Golive writes.
func profileEndings() []string { return []string{".golive", ".toml"} }

// request does what a link or a file asks for. Links come from anywhere, so none does more than open what a person then
// decides on: golive://profile/NAME opens a profile, golive://destination?url=ADDRESS&name=NAME the dialog to add one.
func (w *window) request(what string) {
	w.show()
	switch {
	case what == "":
	case strings.HasPrefix(what, scheme):
		w.follow(what)
	case Opens(what):
		w.model.Import(local(what))
	}
}

// absolute returns what is to be opened as another Golive understands it, which may run in another folder.
func absolute(what string) string {
	if what == "" || strings.Contains(what, "://") {
		return what
	}
	path, err := filepath.Abs(what)
	if err != nil {
		return what
	}
	return path
}

// local returns the path of a file that a desktop may name by a URL (RFC 8089).
func local(file string) string {
	if u, err := url.Parse(file); err == nil && u.Scheme == "file" {
		return u.Path
	}
	return file
}

func (w *window) follow(link string) {
	u, err := url.Parse(link)
	if err != nil {
		w.model.Report(model.ErrBadLink)
		return
	}
	switch u.Host {
	case "":
	case "profile":
		w.model.Open(strings.Trim(u.Path, "/"))
	case "destination":
		q := u.Query()
		form := model.PlaceForm{Address: q.Get("url"), Name: q.Get("name")}
		form.Tidy()
		w.askPlace(profile.Destination{}, form)
	default:
		w.model.Report(model.ErrBadLink)
	}
}
