package gui

import (
	"errors"
	"net/url"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"golive/gui/model"
	"golive/profile"
	"golive/publish"
	"golive/secret"
)

// A placeForm asks for a destination, and says beside each field what is wrong with it.
type placeForm struct {
	content            fyne.CanvasObject
	service            *selection
	page               *button // opens where the key is to be found
	address, key, name *entry
	wrong              [3]*widget.Label // of address, key and name
	ok                 *button
	old                profile.Destination
	taken              []string
	touched            bool // OK was tried: also what is only missing is said
}

func newPlaceForm(k *keys, old profile.Destination, begin model.PlaceForm) *placeForm {
	f := &placeForm{old: old, taken: begin.Taken}
	f.address, f.key, f.name = newEntry(k, nil), newEntry(k, nil), newEntry(k, nil)
	f.key.Password = true
	f.address.SetPlaceHolder("rtmp://live.example.com/app")
	f.key.SetPlaceHolder(lang.L("from the website you stream to"))
	if old.Key != "" {
		f.key.SetPlaceHolder(lang.L("stays as it is"))
	}
	f.name.SetPlaceHolder(lang.L("such as Twitch"))
	f.address.SetText(begin.Address)
	f.name.SetText(begin.Name)
	f.page = quiet("", theme.HelpIcon(), nil)
	f.page.Hide()
	f.service = newSelection(nil, f.choose)
	f.service.PlaceHolder = lang.L("Choose a service, or type the address")
	for _, s := range publish.Services() {
		f.service.Options = append(f.service.Options, s.Title(language()))
	}
	rows := container.NewVBox()
	if old.Name == "" {
		rows.Add(tight(caption(lang.L("Service")), pad(container.NewVBox(f.service, f.page), 4, 6, 4, 4)))
	}
	for i, field := range []struct {
		name  string
		entry *entry
	}{{lang.L("Address"), f.address}, {lang.L("Stream key"), f.key}, {lang.L("Name"), f.name}} {
		f.wrong[i] = wrapped("")
		f.wrong[i].Importance = widget.DangerImportance
		f.wrong[i].Hide()
		field.entry.OnChanged = func(string) { f.changed() }
		field.entry.OnDone = func(string) { f.tidy() }
		rows.Add(tight(caption(field.name), pad(container.NewVBox(field.entry, f.wrong[i]), 4, 6, 4, 4)))
	}
	f.content = rows
	f.ok = newButton(lang.L("Add"), nil, nil)
	if old.Name != "" {
		f.ok.SetText(lang.L("Change"))
	}
	f.ok.Importance = widget.HighImportance
	f.changed()
	return f
}

// choose fills in what a service is reached by.
func (f *placeForm) choose(string) {
	s := publish.Services()[f.service.SelectedIndex()]
	f.address.SetText("")
	f.address.SetPlaceHolder(lang.L("paste the server address that the service gives you"))
	if len(s.Addresses) > 0 {
		f.address.SetText(s.Addresses[0].URL)
	}
	f.name.SetText(s.Title(language()))
	show(f.page, s.KeyPage != "")
	f.page.SetText(lang.L("Where to find the stream key"))
	f.page.OnTapped = func() {
		if u, err := url.Parse(s.KeyPage); err == nil {
			_ = fyne.CurrentApp().OpenURL(u) // without a browser there is nothing to see
		}
	}
	f.changed()
}

// typed returns what is in the fields.
func (f *placeForm) typed() model.PlaceForm {
	return model.PlaceForm{Address: f.address.Text, Key: f.key.Text, Name: f.name.Text, Ref: f.old.Key, Taken: f.taken}
}

// tidy shows what is meant by what was typed or pasted.
func (f *placeForm) tidy() {
	t := f.typed()
	t.Tidy()
	for _, field := range []struct {
		entry *entry
		text  string
	}{{f.address, t.Address}, {f.key, t.Key}, {f.name, t.Name}} {
		if field.entry.Text != field.text {
			field.entry.SetText(field.text)
		}
	}
}

// changed says what is wrong now. A field that nothing was typed into is not blamed until it has to be filled.
func (f *placeForm) changed() {
	t := f.typed()
	t.Tidy()
	address, key, name := t.Problems()
	f.blame(0, address, t.Address != "" || f.touched)
	f.blame(1, key, t.Key != "" || f.touched || t.Address != "")
	f.blame(2, name, true)
	enable(f.ok, address == nil && key == nil && name == nil)
}

func (f *placeForm) blame(field int, err error, now bool) {
	if err != nil && now {
		setText(f.wrong[field], sentence(err))
	}
	show(f.wrong[field], err != nil && now)
}

// done returns the destination when all fields are right.
func (f *placeForm) done() (profile.Destination, secret.Secret, error) {
	f.touched = true
	f.tidy()
	f.changed()
	t := f.typed()
	address, key, name := t.Problems()
	if err := errors.Join(address, key, name); err != nil {
		return profile.Destination{}, secret.Secret{}, err
	}
	d, k := t.Destination()
	return d, k, nil
}

// askPlace asks for a destination: old is what is changed, the zero one for a new one, and begin is in the fields. done is called unless the person
// cancels. The key is empty when the old one is to stay.
func (w *window) askPlace(old profile.Destination, begin model.PlaceForm, done func(profile.Destination, secret.Secret)) {
	for _, d := range w.model.State().Profile.Destinations {
		if d.Name != old.Name {
			begin.Taken = append(begin.Taken, d.Name)
		}
	}
	f := newPlaceForm(w.keys, old, begin)
	title := lang.L("Add a destination")
	if old.Name != "" {
		title = lang.L("Change the destination")
	}
	d := dialog.NewCustomWithoutButtons(title, f.content, w.window)
	submit := func() {
		if place, key, err := f.done(); err == nil {
			d.Hide()
			done(place, key)
		}
	}
	f.ok.OnTapped = submit
	for _, e := range []*entry{f.address, f.key, f.name} {
		e.OnSubmitted = func(string) { submit() }
	}
	d.SetButtons([]fyne.CanvasObject{newButton(lang.L("Cancel"), nil, d.Hide), f.ok})
	d.Resize(w.fitting(520, 0))
	w.present(d, func() { f.key.SetText("") })
	w.window.Canvas().Focus(f.address)
}
