package gui

import (
	"errors"

	"fyne.io/fyne/v2/lang"

	"golive/gui/model"
	"golive/profile"
)

func networkSettings() []setting { return nil }

func serverSettings() []setting {
	address := func(name, help string, at func(*profile.Addresses) *string) setting {
		return word(setting{section: sectionServer, name: name, help: help},
			func(_ *profile.Profile, c *profile.Settings) *string { return at(&c.Server) })
	}
	return []setting{
		address(lang.L("Watch page"), lang.L("Where it listens, such as 127.0.0.1:8080. Empty is that, or a free port. From the next start on."),
			func(a *profile.Addresses) *string { return &a.HTTP }),
		address(lang.L("WebRTC"), lang.L("Where viewers get the picture, such as 127.0.0.1:8189. From the next start on."),
			func(a *profile.Addresses) *string { return &a.WebRTC }),
		address(lang.L("RTMP"), lang.L("Where other programs can send to, such as 127.0.0.1:1935; off for nowhere. From the next start on."),
			func(a *profile.Addresses) *string { return &a.RTMP }),
		address(lang.L("SRT"), lang.L("The same by SRT, such as 127.0.0.1:8890; off for nowhere. From the next start on."),
			func(a *profile.Addresses) *string { return &a.SRT }),
	}
}

// hotkeySettings are the keys that work anywhere, one for each of the main actions.
func (w *window) hotkeySettings() []setting {
	var all []setting
	for _, a := range w.actions()[:5] {
		all = append(all, setting{
			section: sectionHotkeys, name: a.name,
			help: lang.L("A key that does it wherever you are, such as ctrl+shift+f9. Empty for none. In this window, Ctrl+{{.Key}} does it.", map[string]any{"Key": string(a.key)}),
			get:  func(_ *profile.Profile, c *profile.Settings) string { return c.Hotkeys[a.id] },
			set: func(_ *profile.Profile, c *profile.Settings, v string) error {
				v = model.CleanKey(v)
				if v == "" {
					delete(c.Hotkeys, a.id)
					return nil
				}
				if _, err := parseHotkey(v); err != nil {
					return errors.New(lang.L("This is no key. It looks like ctrl+shift+f9."))
				}
				c.Hotkeys[a.id] = v
				return nil
			},
		})
	}
	return all
}
