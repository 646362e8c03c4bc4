package gui

import (
	"errors"
	"net/url"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"golive/gui/model"
	"golive/profile"
	"golive/secret"
)

// askPlace asks for a destination: old is what is changed, the zero one for a new one. done is called unless the person
// cancels. The key is empty when the old one is to stay.
func askPlace(w fyne.Window, k *keys, old profile.Destination, done func(profile.Destination, secret.Secret)) {
	name, address, key := newEntry(k, nil), newEntry(k, nil), newEntry(k, nil)
	key.Password = true
	name.SetText(old.Name)
	name.SetPlaceHolder(lang.L("such as Twitch"))
	address.SetText(old.URL)
	address.SetPlaceHolder("rtmp://live.example.com/app")
	address.Validator = checkAddress
	address.OnChanged = func(string) { _ = key.Validate() }
	key.Validator = func(text string) error { return checkKey(address.Text, text, old.Key) }
	key.SetPlaceHolder(lang.L("from the website you stream to"))
	if old.Key != "" {
		key.SetPlaceHolder(lang.L("stays as it is"))
	}
	title, confirm := lang.L("Add a destination"), lang.L("Add")
	if old.Name != "" {
		title, confirm = lang.L("Change the destination"), lang.L("Change")
	}
	items := []*widget.FormItem{
		widget.NewFormItem(lang.L("Address"), address),
		widget.NewFormItem(lang.L("Stream key"), key),
		widget.NewFormItem(lang.L("Name"), name),
	}
	d := dialog.NewForm(title, confirm, lang.L("Cancel"), items, func(ok bool) {
		if ok {
			place := profile.Destination{Name: placeName(name.Text, address.Text), URL: address.Text, Key: old.Key}
			done(place, secret.New(key.Text))
		}
		key.SetText("")
	}, w)
	submitOnEnter(d, name, address, key)
	d.Resize(fyne.NewSize(520, 0))
	d.Show()
	w.Canvas().Focus(address)
}

// submitOnEnter makes Enter in any of the fields confirm the dialog, if what they hold is right.
func submitOnEnter(d *dialog.FormDialog, fields ...*entry) {
	for _, e := range fields {
		e.OnSubmitted = func(string) { d.Submit() }
	}
}

// checkAddress returns nil or a sentence on what is wrong with an address. A key may follow.
func checkAddress(text string) error {
	if err := model.CheckPlace(text, secret.New("key"), ""); err != nil {
		return errors.New(sentence(err))
	}
	return nil
}

// checkKey returns nil, or a sentence when address needs a key and there is none: neither typed, nor in the address,
// nor stored under ref.
func checkKey(address, typed, ref string) error {
	if checkAddress(address) == nil && model.CheckPlace(address, secret.New(typed), ref) != nil {
		return errors.New(lang.L("Enter the stream key. The website you stream to shows it to you."))
	}
	return nil
}

// placeName returns what the person called the destination, or else the name of its server.
func placeName(name, address string) string {
	if name != "" {
		return name
	}
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		return u.Hostname()
	}
	return address
}
