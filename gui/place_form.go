package gui

import (
	"net/url"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"golive/encoder"
	"golive/gui/model"
	"golive/profile"
	"golive/publish"
)

// A placeForm asks for a destination, and says beside each field what is wrong with it.
type placeForm struct {
	content fyne.CanvasObject
	service *selection
	page    *button // opens where the key is to be found

	address, key, passphrase, backup, name *placeField

	sound *selection // AAC or Opus
	codec fyne.CanvasObject

	ok      *button
	old     profile.Destination
	taken   []string
	touched bool // OK was tried: also what is only missing is said
}

// A placeField is a field with what is wrong with it.
type placeField struct {
	*entry
	content fyne.CanvasObject
	title   *widget.Label
	wrong   *widget.Label
}

func newPlaceField(k *keys, title, example, text string) *placeField {
	f := &placeField{entry: newEntry(k, nil), title: caption(title), wrong: wrapped("")}
	f.SetPlaceHolder(example)
	f.SetText(text)
	f.wrong.Importance = widget.DangerImportance
	f.wrong.Hide()
	f.content = tight(f.title, pad(container.NewVBox(f.entry, f.wrong), 4, 6, 4, 4))
	return f
}

// blame says what is wrong with the field, if now is the time.
func (f *placeField) blame(err error, now bool) {
	if err != nil && now {
		setText(f.wrong, sentence(err))
	}
	show(f.wrong, err != nil && now)
}

func newPlaceForm(k *keys, old profile.Destination, begin model.PlaceForm) *placeForm {
	f := &placeForm{old: old, taken: begin.Taken}
	stays := func(example, ref string) string {
		if ref != "" {
			return lang.L("stays as it is")
		}
		return example
	}
	f.address = newPlaceField(k, lang.L("Address"), "rtmp://live.example.com/app", begin.Address)
	f.key = newPlaceField(k, lang.L("Stream key"), stays(lang.L("from the website you stream to"), old.Key), begin.Key)
	f.passphrase = newPlaceField(k, lang.L("Passphrase"), stays("", old.Passphrase), begin.Passphrase)
	f.backup = newPlaceField(k, lang.L("Backup server"), lang.L("none; taken when the first one is lost"), begin.Backup)
	f.name = newPlaceField(k, lang.L("Name"), lang.L("such as Twitch"), begin.Name)
	f.key.Password, f.passphrase.Password = true, true
	rows := container.NewVBox()
	if old.Name == "" {
		rows.Add(f.newServices())
	}
	for _, field := range f.fields() {
		field.OnChanged = func(string) { f.changed() }
		field.OnDone = func(string) { f.tidy() }
		rows.Add(field.content)
	}
	rows.Add(f.newSound())
	f.content = rows
	f.ok = newButton(lang.L("Add"), nil, nil)
	if old.Name != "" {
		f.ok.SetText(lang.L("Change"))
	}
	f.ok.Importance = widget.HighImportance
	f.changed()
	return f
}

func (f *placeForm) fields() []*placeField {
	return []*placeField{f.address, f.key, f.passphrase, f.backup, f.name}
}

// newServices returns the list of services, and the link to where one of them shows the stream key.
func (f *placeForm) newServices() fyne.CanvasObject {
	f.page = quiet("", theme.HelpIcon(), nil)
	f.page.Hide()
	f.service = newSelection(nil, f.choose)
	f.service.PlaceHolder = lang.L("Choose a service, or type the address")
	for _, s := range publish.Services() {
		f.service.Options = append(f.service.Options, s.Title(language()))
	}
	return tight(caption(lang.L("Service")), pad(container.NewVBox(f.service, f.page), 4, 6, 4, 4))
}

// newSound returns the choice of what the sound is sent in.
func (f *placeForm) newSound() fyne.CanvasObject {
	f.sound = newSelection([]string{lang.L("AAC, as usual"), lang.L("Opus, if the server takes it")}, nil)
	f.sound.SetSelectedIndex(0)
	if f.old.AudioCodec == encoder.Opus {
		f.sound.SetSelectedIndex(1)
	}
	f.codec = tight(caption(lang.L("Sound")), pad(f.sound, 4, 6, 4, 4))
	return f.codec
}

// choose fills in what a service is reached by.
func (f *placeForm) choose(string) {
	s := publish.Services()[f.service.SelectedIndex()]
	f.address.SetText("")
	f.address.SetPlaceHolder(lang.L("paste the server address that the service gives you"))
	f.backup.SetText("")
	if len(s.Addresses) > 0 {
		f.address.SetText(s.Addresses[0].URL)
		f.backup.SetText(s.Addresses[0].Backup)
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
	return model.PlaceForm{
		Address: f.address.Text, Key: f.key.Text, Passphrase: f.passphrase.Text, Backup: f.backup.Text, Name: f.name.Text,
		Opus: f.sound.SelectedIndex() == 1, Stored: f.old, Taken: f.taken,
	}
}

// tidy shows what is meant by what was typed or pasted.
func (f *placeForm) tidy() {
	t := f.typed()
	t.Tidy()
	for i, text := range []string{t.Address, t.Key, t.Passphrase, t.Backup, t.Name} {
		if field := f.fields()[i]; field.Text != text {
			field.SetText(text)
		}
	}
}

// changed says what is wrong now. A field that nothing was typed into is not blamed until it has to be filled.
func (f *placeForm) changed() {
	t := f.typed()
	t.Tidy()
	p := t.Problems()
	f.address.blame(p.Address, t.Address != "" || f.touched)
	f.key.blame(p.Key, t.Key != "" || f.touched || t.Address != "")
	f.passphrase.blame(p.Passphrase, true)
	f.backup.blame(p.Backup, true)
	f.name.blame(p.Name, true)
	show(f.passphrase.content, model.TakesPassphrase(t.Address))
	show(f.codec, model.TakesOpus(t.Address))
	setText(f.passphrase.title, passphraseTitle(t.Address))
	setText(f.key.title, keyTitle(t.Address))
	enable(f.ok, p.Any() == nil)
}

// keyTitle is what the key of an address is called by those who give it out.
func keyTitle(address string) string {
	switch {
	case strings.HasPrefix(address, "srt:"):
		return lang.L("Stream ID")
	case strings.HasPrefix(address, "whip"):
		return lang.L("Token")
	}
	return lang.L("Stream key")
}

func passphraseTitle(address string) string {
	if strings.HasPrefix(address, "srt:") {
		return lang.L("Passphrase, if the stream is encrypted")
	}
	return lang.L("Password of the user in the address")
}

// done returns the destination when all fields are right.
func (f *placeForm) done() (profile.Destination, model.Secrets, error) {
	f.touched = true
	f.tidy()
	f.changed()
	t := f.typed()
	if err := t.Problems().Any(); err != nil {
		return profile.Destination{}, model.Secrets{}, err
	}
	d, secrets := t.Destination()
	return d, secrets, nil
}

// clear forgets the secrets.
func (f *placeForm) clear() {
	f.key.SetText("")
	f.passphrase.SetText("")
}

// askPlace asks for a destination: old is what is changed, the zero one for a new one, and begin is in the fields. What
// the person confirms is put into the profile.
func (w *window) askPlace(old profile.Destination, begin model.PlaceForm) {
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
		if place, secrets, err := f.done(); err == nil {
			d.Hide()
			w.model.PutDestination(old.Name, place, secrets)
		}
	}
	f.ok.OnTapped = submit
	for _, e := range f.fields() {
		e.OnSubmitted = func(string) { submit() }
	}
	d.SetButtons([]fyne.CanvasObject{newButton(lang.L("Cancel"), nil, d.Hide), f.ok})
	d.Resize(w.fitting(520, 0))
	w.present(d, submit, f.clear)
	w.window.Canvas().Focus(f.address.entry)
}
