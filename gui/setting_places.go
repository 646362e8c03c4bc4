package gui

import (
	"errors"

	"fyne.io/fyne/v2/lang"

	"golive/gui/model"
	"golive/profile"
	"golive/publish"
)

func networkSettings() []setting {
	in := func(name, help string, options []model.Choice) setting {
		return setting{section: sectionNetwork, name: name, help: help, options: options, idle: true}
	}
	adapt := in(lang.L("When the network is slow"), lang.L("The picture is sent with fewer bits until the network is better, so that nothing stops."), []model.Choice{
		{Label: lang.L("The first destination decides"), Spec: string(publish.AdaptMain)},
		{Label: lang.L("The slowest destination decides"), Spec: string(publish.AdaptSlowest)},
		{Label: lang.L("Never change the picture"), Spec: string(publish.AdaptNone)},
	})
	adapt.get = func(p *profile.Profile, _ *profile.Settings) string { return string(p.Adapt) }
	adapt.set = func(p *profile.Profile, _ *profile.Settings, v string) error {
		p.Adapt = publish.Adapt(v)
		return nil
	}
	return []setting{
		adapt,
		text(in(lang.L("Lowest bitrate"), lang.L("The picture never gets fewer bits than that. 0k is a tenth of its usual bitrate."), same("0k", "500k", "1000k", "2000k")),
			func(p *profile.Profile) *profile.BitRate { return &p.MinBitRate }),
		text(in(lang.L("Delay"), lang.L("Viewers see everything so much later. The watch page of this computer does not wait, unless you say so."), []model.Choice{
			{Label: lang.L("None"), Spec: "0s"}, {Label: "5 s", Spec: "5s"}, {Label: "20 s", Spec: "20s"}, {Label: "60 s", Spec: "1m0s"}, {Label: "120 s", Spec: "2m0s"},
		}), func(p *profile.Profile) *profile.Duration { return &p.Delay }),
		toggle(in(lang.L("Delay the watch page, too"), lang.L("The page of this computer is as late as the other destinations."), nil),
			func(p *profile.Profile, _ *profile.Settings) *bool { return &p.DelayLocal }),
		word(in(lang.L("Picture of the break"), lang.L("A PNG or JPEG file that is shown while you are away. Empty: words are drawn."), nil),
			func(p *profile.Profile, _ *profile.Settings) *string { return &p.Slate }),
	}
}

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
	for _, a := range w.actions()[:mainActions] {
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
