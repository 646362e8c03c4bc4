package profile

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golive/capture"
	"golive/encoder"
)

// The bounds of a profile.
const (
	maxSources      = 16
	maxDestinations = 16
	maxText         = 512 // bytes of a name, SPEC, path
	maxURL          = 2048
)

// A problem is what is wrong with a setting, whose key is as in lines.
type problem struct {
	setting string
	err     error
}

// Error names the setting as a person does, who does not count destinations.
func (p problem) Error() string {
	parts := strings.Split(p.setting, ".")
	parts = slices.DeleteFunc(parts, func(s string) bool { return strings.Trim(s, "0123456789") == "" })
	return strings.Join(parts, ".") + ": " + p.err.Error()
}

// Unwrap returns what is wrong.
func (p problem) Unwrap() error { return p.err }

// Validate returns all that is wrong with p, joined, or nil.
func (p Profile) Validate() error {
	var errs []error
	for _, problem := range p.problems() {
		errs = append(errs, problem)
	}
	return errors.Join(errs...)
}

func (p Profile) problems() []problem {
	all := []problem{
		{"version", checkVersion(p.Version)},
		{"video", cmp.Or(text(p.Video, 1, maxText), capture.CheckVideo(p.Video))},
		{"audio", p.checkAudio()},
		{"size", p.checkSize()},
		{"fps", p.checkFrameRate()},
		{"codec", p.checkCodec()},
		{"encoder", word(p.Encoder)},
		{"preset", p.checkPreset()},
		{"bitrate", checkBitRate(int(p.BitRate), minBitRate, maxBitRate)},
		{"audio_bitrate", checkBitRate(int(p.AudioBitRate), encoder.MinAudioBitRate, encoder.MaxAudioBitRate)},
		{"audio_rate", p.checkAudioRate()},
		{"keyint", checkKeyInterval(p.KeyInterval.Duration)},
		{"look_ahead", p.checkDelay()},
		{"timing", checkTiming(p.Timing)},
		{"replay", checkReplay(p.Replay.Duration)},
		{"gain", p.checkGain()},
		{"delay", checkDelay(p.Delay.Duration)},
		{"adapt", checkAdapt(p.Adapt)},
		{"min_bitrate", p.checkMinBitRate()},
		{"slate", text(p.Slate, 0, maxText)},
		{"record", cmp.Or(text(p.Record, 0, maxText), checkRecord(p.Record))},
	}
	all = append(all, p.destinationProblems()...)
	return slices.DeleteFunc(all, func(p problem) bool { return p.err == nil })
}

func checkVersion(version int) error {
	if version != Version {
		return fmt.Errorf("%d is not known; this Golive reads version %d", version, Version)
	}
	return nil
}

func (p Profile) checkSize() error {
	if p.Size.String() == auto {
		return nil
	}
	return checkSize(p.point())
}

func (p Profile) checkFrameRate() error {
	if p.FPS.String() == auto {
		return nil
	}
	return checkFrameRate(p.rate())
}

func (p Profile) checkCodec() error {
	if !p.Codec.Video() {
		return fmt.Errorf("%q is none for pictures: h264, hevc and av1 are", string(p.Codec))
	}
	return nil
}

// checkPreset leaves the presets of an encoder that Golive does not know to that encoder.
func (p Profile) checkPreset() error {
	if p.Preset == auto {
		return nil
	}
	presets := encoder.Presets(p.Encoder)
	if presets == nil {
		return word(p.Preset)
	}
	if !slices.Contains(presets, p.Preset) {
		return fmt.Errorf("there is no preset %q; there are: %s", clip(p.Preset), strings.Join(presets, ", "))
	}
	return nil
}

func (p Profile) checkDelay() error {
	if p.LowLatency && p.LookAhead {
		return errors.New("low latency and look-ahead exclude each other: choose one of the two")
	}
	for _, d := range p.Destinations {
		if p.LookAhead && strings.HasPrefix(strings.ToLower(d.URL), "whip+") {
			return fmt.Errorf("it makes B-frames, which WebRTC does not carry: leave it out, or the destination %q", d.Name)
		}
	}
	return nil
}

func checkTiming(t encoder.Timings) error {
	switch t {
	case encoder.TimingOff, encoder.TimingKey, encoder.TimingAll:
		return nil
	}
	return fmt.Errorf("%q is none of: off, key (key frames), all (each picture)", clip(string(t)))
}

// checkMinBitRate lets 0 pass, which leaves it to the broadcast.
func (p Profile) checkMinBitRate() error {
	if p.MinBitRate == 0 {
		return nil
	}
	if p.MinBitRate > p.BitRate {
		return fmt.Errorf("%v is more than the bit rate itself, %v", p.MinBitRate, p.BitRate)
	}
	return checkBitRate(int(p.MinBitRate), minBitRate, maxBitRate)
}

func (p Profile) checkAudio() error {
	if len(p.Audio) > maxSources {
		return fmt.Errorf("%d sources are too many: at most %d can be mixed", len(p.Audio), maxSources)
	}
	for _, spec := range p.Audio {
		if err := cmp.Or(text(spec, 1, maxText), capture.CheckAudio(spec)); err != nil {
			return err
		}
	}
	return nil
}

func (p Profile) checkGain() error {
	if len(p.Gain) > maxSources {
		return fmt.Errorf("%d sources are too many: at most %d can be mixed", len(p.Gain), maxSources)
	}
	for spec, db := range p.Gain {
		if err := cmp.Or(text(spec, 1, maxText), capture.CheckAudio(spec)); err != nil {
			return err
		}
		if !(math.Abs(db) <= MaxGain) { // nor is it no number
			return fmt.Errorf("%v dB for %s is out of range: it goes from %v to %v", db, clip(spec), -MaxGain, MaxGain)
		}
	}
	return nil
}

func (p Profile) checkAudioRate() error {
	if p.AudioRate != 44_100 && p.AudioRate != 48_000 {
		return fmt.Errorf("%d Hz is not 44100 or 48000", p.AudioRate)
	}
	return nil
}

func (p Profile) destinationProblems() []problem {
	if n := len(p.Destinations); n > maxDestinations {
		return []problem{{"destinations", fmt.Errorf("%d are too many: at most %d work at once", n, maxDestinations)}}
	}
	var all []problem
	names := map[string]bool{}
	for i, d := range p.Destinations {
		var twice error
		if names[d.Name] {
			twice = fmt.Errorf("two are named %q: give each a name of its own", d.Name)
		}
		names[d.Name] = true
		at := "destinations." + strconv.Itoa(i)
		all = append(all,
			problem{at + ".name", cmp.Or(text(d.Name, 1, maxText), twice)},
			problem{at + ".url", cmp.Or(text(d.URL, 1, maxURL), d.checkPassword())},
			problem{at + ".backup", cmp.Or(text(d.Backup, 0, maxURL), d.checkBackup())},
			problem{at + ".key", text(d.Key, 0, maxText)},
			problem{at + ".passphrase", text(d.Passphrase, 0, maxText)},
			problem{at + ".audio_codec", d.checkAudioCodec()})
	}
	return all
}

func (d Destination) checkBackup() error {
	if d.Backup == LocalURL || d.Backup != "" && d.URL == LocalURL {
		return errors.New("the watch page of this computer neither has a backup nor is one")
	}
	d.URL = d.Backup
	return d.checkPassword()
}

func (d Destination) checkAudioCodec() error {
	if d.AudioCodec != "" && d.AudioCodec != encoder.AAC && d.AudioCodec != encoder.Opus {
		return fmt.Errorf("%q is none for sound: aac and opus are", clip(string(d.AudioCodec)))
	}
	return nil
}

func (d Destination) checkPassword() error {
	if u, err := url.Parse(d.URL); err == nil && u.User != nil {
		if _, has := u.User.Password(); has {
			return fmt.Errorf("the address of %q has a password in it: make it the passphrase", d.Name)
		}
	}
	return nil
}

// text checks that s is one printable line of least to most bytes.
func text(s string, least, most int) error {
	switch {
	case len(s) < least:
		return errors.New("it is empty")
	case len(s) > most:
		return fmt.Errorf("it is longer than %d characters", most)
	case strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return errors.New("it has control characters in it")
	}
	return nil
}

// word checks that s is a name of FFmpeg's.
func word(s string) error {
	if s == "" || len(s) > 32 || strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_-") != "" {
		return fmt.Errorf("%q is no name of one: such names are made of small letters and digits", clip(s))
	}
	return nil
}
