// Package profile is what a person saves: what to show, how to encode it, where to send it. Profiles are TOML files, one
// each, that a person can read and write; out of them comes a publish.Config. The values of the command line are read by
// the same parsers. A profile never holds a key, only the reference under which package secret keeps it.
package profile

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"golive/capture"
	"golive/encoder"
)

// Version is the version of the file format.
const Version = 1

// LocalURL is the URL of the embedded server as a destination.
const LocalURL = "local"

// The bounds of a profile.
const (
	maxSources      = 16
	maxDestinations = 16
	maxText         = 512 // bytes of a name, SPEC, path
	maxURL          = 2048
)

// A Profile is a broadcast as a person describes it.
type Profile struct {
	Version      int           `toml:"version"`
	Video        string        `toml:"video"` // SPEC
	Audio        []string      `toml:"audio"` // SPECs
	Size         Size          `toml:"size"`
	FPS          FrameRate     `toml:"fps"`
	Codec        encoder.Codec `toml:"codec"`
	Encoder      string        `toml:"encoder"` // "auto" or FFmpeg's name
	Preset       string        `toml:"preset"`
	BitRate      BitRate       `toml:"bitrate"`
	AudioBitRate BitRate       `toml:"audio_bitrate"`
	KeyInterval  KeyInterval   `toml:"keyint"`
	LowLatency   bool          `toml:"low_latency"`
	LookAhead    bool          `toml:"look_ahead"`
	Record       string        `toml:"record"` // a folder, or an .mp4 file; "" for no recording
	Destinations []Destination `toml:"destinations"`
}

// A Destination is a place to send to.
type Destination struct {
	Name string `toml:"name"`
	URL  string `toml:"url"`           // LocalURL or rtmp(s)://
	Key  string `toml:"key,omitempty"` // the reference of the stream key in a secret.Store; "" for none
}

// Default returns what a newcomer starts with: the main screen and all sound to this computer's own watch page.
func Default() Profile {
	return Profile{
		Version:      Version,
		Video:        "screen:0",
		Audio:        []string{"desktop", "mic"},
		Size:         Size{X: 1280, Y: 720},
		FPS:          FrameRate{Num: 30, Den: 1},
		Codec:        encoder.H264,
		Encoder:      "auto",
		Preset:       "veryfast",
		BitRate:      3_000_000,
		AudioBitRate: 160_000,
		KeyInterval:  KeyInterval{2 * time.Second},
		Destinations: []Destination{{Name: "This computer", URL: LocalURL}},
	}
}

// Clone returns a copy that shares nothing with p.
func (p Profile) Clone() Profile {
	p.Audio = slices.Clone(p.Audio)
	p.Destinations = slices.Clone(p.Destinations)
	return p
}

// Validate returns all that is wrong with p, joined, or nil.
func (p Profile) Validate() error {
	errs := []error{
		p.checkVersion(),
		text("video", p.Video, 1, maxText),
		named("video", capture.CheckVideo(p.Video)),
		named("size", checkSize(p.point())),
		named("fps", checkFrameRate(p.rate())),
		p.checkCodec(),
		word("encoder", p.Encoder),
		word("preset", p.Preset),
		named("bitrate", checkBitRate(int(p.BitRate), minBitRate)),
		named("audio_bitrate", checkBitRate(int(p.AudioBitRate), minAudioBitRate)),
		named("keyint", checkKeyInterval(p.KeyInterval.Duration)),
		text("record", p.Record, 0, maxText),
		p.checkAudio(),
		p.checkDestinations(),
	}
	return errors.Join(errs...)
}

func (p Profile) checkVersion() error {
	if p.Version != Version {
		return fmt.Errorf("version: %d is not known; this Golive reads version %d", p.Version, Version)
	}
	return nil
}

func (p Profile) checkCodec() error {
	if !p.Codec.Video() {
		return fmt.Errorf("codec: %q is none for pictures: h264 is", string(p.Codec))
	}
	return nil
}

func (p Profile) checkAudio() error {
	if len(p.Audio) > maxSources {
		return fmt.Errorf("audio: %d sources are too many: at most %d can be mixed", len(p.Audio), maxSources)
	}
	for _, spec := range p.Audio {
		if err := errors.Join(text("audio", spec, 1, maxText), named("audio", capture.CheckAudio(spec))); err != nil {
			return err
		}
	}
	return nil
}

func (p Profile) checkDestinations() error {
	if len(p.Destinations) > maxDestinations {
		return fmt.Errorf("destinations: %d are too many: at most %d work at once", len(p.Destinations), maxDestinations)
	}
	names := map[string]bool{}
	for _, d := range p.Destinations {
		if err := d.validate(); err != nil {
			return fmt.Errorf("destinations: %w", err)
		}
		if names[d.Name] {
			return fmt.Errorf("destinations: two are named %q: give each a name of its own", d.Name)
		}
		names[d.Name] = true
	}
	return nil
}

func (d Destination) validate() error {
	if err := errors.Join(text("name", d.Name, 1, maxText), text("key", d.Key, 0, maxText), text("url", d.URL, 1, maxURL)); err != nil {
		return err
	}
	if u, err := url.Parse(d.URL); err == nil && u.User != nil {
		if _, has := u.User.Password(); has {
			return fmt.Errorf("the address of %q has a password in it: move it to the stream key", d.Name)
		}
	}
	return nil
}

func named(setting string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", setting, err)
	}
	return nil
}

// text checks that s is one printable line of least to most bytes.
func text(setting, s string, least, most int) error {
	switch {
	case len(s) < least:
		return fmt.Errorf("%s: it is empty", setting)
	case len(s) > most:
		return fmt.Errorf("%s: it is longer than %d characters", setting, most)
	case strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return fmt.Errorf("%s: it has control characters in it", setting)
	}
	return nil
}

// word checks that s is a name of FFmpeg's.
func word(setting, s string) error {
	if s == "" || len(s) > 32 || strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_-") != "" {
		return fmt.Errorf("%s: %q is no name of one: such names are made of small letters and digits", setting, s)
	}
	return nil
}
