package gui

import (
	"errors"
	"strconv"

	"fyne.io/fyne/v2/lang"

	"golive/encoder"
	"golive/gui/model"
	"golive/profile"
)

// sections returns the pages of the settings, with their names.
func sections() []model.Choice {
	return []model.Choice{
		{Label: lang.L("General"), Spec: string(sectionGeneral)},
		{Label: lang.L("Video"), Spec: string(sectionVideo)},
		{Label: lang.L("Sound"), Spec: string(sectionSound)},
		{Label: lang.L("Encoder"), Spec: string(sectionEncoder)},
		{Label: lang.L("Recording"), Spec: string(sectionRecording)},
		{Label: lang.L("Network"), Spec: string(sectionNetwork)},
		{Label: lang.L("Server"), Spec: string(sectionServer)},
		{Label: lang.L("Keys"), Spec: string(sectionHotkeys)},
		{Label: lang.L("Advanced"), Spec: string(sectionAdvanced)},
	}
}

// same returns choices that are called what they are.
func same(values ...string) []model.Choice {
	var all []model.Choice
	for _, v := range values {
		all = append(all, model.Choice{Label: v, Spec: v})
	}
	return all
}

// automatic returns values with one in front that leaves the choice to the computer.
func automatic(values ...string) []model.Choice {
	return append([]model.Choice{{Label: lang.L("Automatic"), Spec: "auto"}}, same(values...)...)
}

// text makes a setting of something in the profile that reads and writes itself.
func text[T interface {
	*V
	UnmarshalText([]byte) error
}, V interface{ MarshalText() ([]byte, error) }](s setting, at func(*profile.Profile) T) setting {
	s.get = func(p *profile.Profile, _ *profile.Settings) string {
		b, err := (*at(p)).MarshalText()
		if err != nil {
			return ""
		}
		return string(b)
	}
	s.set = func(p *profile.Profile, _ *profile.Settings, v string) error { return at(p).UnmarshalText([]byte(v)) }
	return s
}

// word makes a setting of a word.
func word(s setting, at func(*profile.Profile, *profile.Settings) *string) setting {
	s.get = func(p *profile.Profile, c *profile.Settings) string { return *at(p, c) }
	s.set = func(p *profile.Profile, c *profile.Settings, v string) error {
		*at(p, c) = model.CleanName(model.Narrow(v))
		return nil
	}
	return s
}

// toggle makes a setting of a switch.
func toggle(s setting, at func(*profile.Profile, *profile.Settings) *bool) setting {
	s.onOff = true
	s.get = func(p *profile.Profile, c *profile.Settings) string { return onOff(*at(p, c)) }
	s.set = func(p *profile.Profile, c *profile.Settings, v string) error {
		*at(p, c) = v == "on"
		return nil
	}
	return s
}

// whole makes a setting of a whole number.
func whole(s setting, at func(*profile.Profile, *profile.Settings) *int) setting {
	s.get = func(p *profile.Profile, c *profile.Settings) string { return strconv.Itoa(*at(p, c)) }
	s.set = func(p *profile.Profile, c *profile.Settings, v string) error {
		n, err := strconv.Atoi(v)
		if err != nil {
			return errors.New(lang.L("This is not a whole number."))
		}
		*at(p, c) = n
		return nil
	}
	return s
}

// settings returns all settings, section by section.
func (w *window) settings() []setting {
	all := generalSettings()
	all = append(all, videoSettings()...)
	all = append(all, encoderSettings()...)
	all = append(all, recordingSettings()...)
	all = append(all, networkSettings()...)
	all = append(all, serverSettings()...)
	return append(all, w.hotkeySettings()...)
}

func generalSettings() []setting {
	in := func(name, help string, options []model.Choice) setting {
		return setting{section: sectionGeneral, name: name, help: help, options: options}
	}
	return []setting{
		word(in(lang.L("Language"), lang.L("What the window speaks. It changes at once."), []model.Choice{
			{Label: lang.L("As the system"), Spec: "auto"}, {Label: "English", Spec: "en"}, {Label: "简体中文", Spec: "zh_Hans"},
		}), func(_ *profile.Profile, c *profile.Settings) *string { return &c.Language }),
		word(in(lang.L("Look"), lang.L("Dark is easy on the eyes at night, light in the sun; high contrast is easiest to read."), []model.Choice{
			{Label: lang.L("Dark"), Spec: "dark"}, {Label: lang.L("Light"), Spec: "light"}, {Label: lang.L("High contrast"), Spec: "contrast"},
		}), func(_ *profile.Profile, c *profile.Settings) *string { return &c.Theme }),
		whole(in(lang.L("Size of the window's text, in percent"), lang.L("From 100 to 250. It changes at once."), same("100", "125", "150", "175", "200", "250")),
			func(_ *profile.Profile, c *profile.Settings) *int { return &c.Scale }),
		toggle(in(lang.L("Stay live when the window is closed"), lang.L("Closing the window while live leaves Golive running; the icon in the tray brings it back."), nil),
			func(_ *profile.Profile, c *profile.Settings) *bool { return &c.StayInTray }),
		toggle(in(lang.L("Notifications"), lang.L("The desktop tells you when something goes wrong while the window is not in front."), nil),
			func(_ *profile.Profile, c *profile.Settings) *bool { return &c.Notify }),
		toggle(in(lang.L("Open golive:// links and .golive files"), lang.L("The desktop opens them with Golive. A link never does more than open what you then decide on."), nil),
			func(_ *profile.Profile, c *profile.Settings) *bool { return &c.Links }),
		whole(in(lang.L("Pictures a second in the preview"), lang.L("At most. Fewer leave more of the computer to the broadcast; what others see does not change."), same("5", "10", "15", "30", "60")),
			func(_ *profile.Profile, c *profile.Settings) *int { return &c.PreviewRate }),
	}
}

func videoSettings() []setting {
	in := func(s section, name, help string, options []model.Choice) setting {
		return setting{section: s, name: name, help: help, options: options, idle: true}
	}
	return []setting{
		text(in(sectionVideo, lang.L("Picture size"), lang.L("1280x720 suits most viewers. Larger pictures take more of the computer and of the network."),
			automatic("2560x1440", "1920x1080", "1600x900", "1280x720", "854x480", "640x360")),
			func(p *profile.Profile) *profile.Size { return &p.Size }),
		text(in(sectionVideo, lang.L("Pictures a second"), lang.L("30 is right for most things, 60 for fast games."), automatic("60", "50", "30", "25", "24")),
			func(p *profile.Profile) *profile.FrameRate { return &p.FPS }),
		text(in(sectionVideo, lang.L("Bitrate of the picture"), lang.L("How much is sent each second: 3000k for 1280x720, 6000k for 1920x1080. Your upload must be higher."),
			same("9000k", "6000k", "4500k", "3000k", "1500k", "800k")),
			func(p *profile.Profile) *profile.BitRate { return &p.BitRate }),
		text(in(sectionVideo, lang.L("Time between key frames"), lang.L("2s is what services ask for. A shorter one lets viewers in sooner and costs quality."), same("1s", "2s", "4s")),
			func(p *profile.Profile) *profile.KeyInterval { return &p.KeyInterval }),
		text(in(sectionSound, lang.L("Bitrate of the sound"), lang.L("160k is good for speech and music alike."), same("64k", "96k", "128k", "160k", "192k", "256k", "320k")),
			func(p *profile.Profile) *profile.BitRate { return &p.AudioBitRate }),
		whole(in(sectionSound, lang.L("Sample rate"), lang.L("In Hz. 48000 is right unless a service asks for 44100."), same("48000", "44100")),
			func(p *profile.Profile, _ *profile.Settings) *int { return &p.AudioRate }),
		toggle(in(sectionSound, lang.L("One channel"), lang.L("Mono: left and right are mixed into one. The watch page stays in stereo."), nil),
			func(p *profile.Profile, _ *profile.Settings) *bool { return &p.AudioMono }),
	}
}

func encoderSettings() []setting {
	in := func(name, help string, options []model.Choice) setting {
		return setting{section: sectionEncoder, name: name, help: help, options: options, idle: true}
	}
	var names []string
	for _, row := range encoder.Table() {
		if row.Codec == encoder.H264 {
			names = append(names, row.Name)
		}
	}
	return []setting{
		word(in(lang.L("Encoder"), lang.L("Automatic takes one of your graphics card when it has proved to work, else the processor."), automatic(names...)),
			func(p *profile.Profile, _ *profile.Settings) *string { return &p.Encoder }),
		word(in(lang.L("Preset"), lang.L("How hard the encoder tries: a slower one looks better and takes more of the computer."),
			automatic("ultrafast", "superfast", "veryfast", "faster", "fast", "medium")),
			func(p *profile.Profile, _ *profile.Settings) *string { return &p.Preset }),
		toggle(in(lang.L("Lowest delay"), lang.L("Every picture takes the same room on the way. It costs some quality."), nil),
			func(p *profile.Profile, _ *profile.Settings) *bool { return &p.LowLatency }),
		toggle(in(lang.L("Quality over delay"), lang.L("The encoder looks ahead, which looks better and comes up to a second later. The watch page cannot show it live."), nil),
			func(p *profile.Profile, _ *profile.Settings) *bool { return &p.LookAhead }),
	}
}

func recordingSettings() []setting {
	in := func(name, help string, options []model.Choice) setting {
		return setting{section: sectionRecording, name: name, help: help, options: options, idle: true}
	}
	replay := text(in(lang.L("Replay buffer"), lang.L("How much of what was just live can be saved as a replay. It is kept in memory."), []model.Choice{
		{Label: lang.L("Off"), Spec: "0s"}, {Label: "15 s", Spec: "15s"}, {Label: "30 s", Spec: "30s"}, {Label: "1 min", Spec: "1m0s"}, {Label: "5 min", Spec: "5m0s"},
	}), func(p *profile.Profile) *profile.Duration { return &p.Replay })
	return []setting{
		word(in(lang.L("Record into"), lang.L("A folder, or a file that ends in .mp4, .mkv or .ts. Empty: nothing is recorded."), nil),
			func(p *profile.Profile, _ *profile.Settings) *string { return &p.Record }),
		replay,
		{
			section: sectionAdvanced, name: lang.L("Time marks in the picture"), idle: true,
			help:    lang.L("Pictures tell when they were taken, so that delays can be measured. Everybody who gets the stream can read it."),
			options: []model.Choice{{Label: lang.L("Off"), Spec: "off"}, {Label: lang.L("Key frames"), Spec: "key"}, {Label: lang.L("Every picture"), Spec: "all"}},
			get:     func(p *profile.Profile, _ *profile.Settings) string { return string(p.Timing) },
			set: func(p *profile.Profile, _ *profile.Settings, v string) error {
				p.Timing = encoder.Timings(v)
				return nil
			},
		},
	}
}
