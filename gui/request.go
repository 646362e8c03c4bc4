package gui

import (
	"net/url"
	"path/filepath"
	"strings"

	"golive/gui/model"
	"golive/profile"
)

// scheme begins the links that open Golive.
const scheme = "golive://"

// Opens says whether an argument of the command line is for the window: a link to Golive, or the file of a profile.
func Opens(argument string) bool {
	return strings.HasPrefix(argument, scheme) || strings.EqualFold(filepath.Ext(argument), ".toml")
}

// request does what a link or a file asks for. Links come from anywhere, so none does more than open what a person then
// decides on: golive://profile/NAME opens a profile, golive://destination?url=ADDRESS&name=NAME the dialog to add one.
func (w *window) request(what string) {
	w.window.Show()
	w.window.RequestFocus()
	switch {
	case what == "":
	case strings.HasPrefix(what, scheme):
		w.follow(what)
	case Opens(what):
		w.model.Import(what)
	}
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
