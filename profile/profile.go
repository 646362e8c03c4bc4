// Package profile is what a person saves: what to show, how to encode it, where to send it. Profiles are TOML files, one
// each, that a person can read and write; out of them comes a publish.Config. The values of the command line are read by
// the same parsers. A profile never holds a key, only the reference under which package secret keeps it.
package profile

import (
	"maps"
	"slices"
	"time"

	"golive/encoder"
	"golive/publish"
)

// Version is the version of the file format.
const Version = 1

// LocalURL is the URL of the embedded server as a destination.
const LocalURL = "local"

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
	AudioRate    int           `toml:"audio_rate"` // Hz, 44100 or 48000
	AudioMono    bool          `toml:"audio_mono"`
	KeyInterval  KeyInterval   `toml:"keyint"`
	LowLatency   bool          `toml:"low_latency"`
	LookAhead    bool          `toml:"look_ahead"`
	// Timing is off by default: it tells everybody who gets the stream, to the millisecond, when it was made, and how
	// many pictures were lost.
	Timing     encoder.Timings `toml:"timing"` // "off", "key" or "all"
	Delay      Duration        `toml:"delay"`  // how old is what viewers see
	DelayLocal bool            `toml:"delay_local"`
	Adapt      publish.Adapt   `toml:"adapt"`       // "main", "slowest" or "none"
	MinBitRate BitRate         `toml:"min_bitrate"` // adaptation goes no lower; 0 is a tenth of bitrate
	Slate      string          `toml:"slate"`       // a picture file; "" is drawn
	Record     string          `toml:"record"`      // see RecordFolder; "" for no recording
	Replay     Duration        `toml:"replay"`      // how much the replay buffer keeps; 0 for none
	// Gain is how much louder sound sources are made, in dB by their SPEC; those that are not in it are left as they are.
	Gain         map[string]float64 `toml:"gain,omitempty"`
	Destinations []Destination      `toml:"destinations"`
}

// A Destination is a place to send to.
type Destination struct {
	Name string `toml:"name"`
	URL  string `toml:"url"`           // LocalURL, rtmp(s)://, srt:// or whip+http(s)://
	Key  string `toml:"key,omitempty"` // the reference of what Hide made, in a secret.Store; "" for none
	// Backup is another URL of the same service, with the same key; "" for none.
	Backup string `toml:"backup,omitempty"`
	// Passphrase is the reference of the passphrase of SRT in a secret.Store; "" for none.
	Passphrase string `toml:"passphrase,omitempty"`
	// AudioCodec is what the sound is sent in: "opus" over RTMP, where the service takes it; "" is as ever.
	AudioCodec encoder.Codec `toml:"audio_codec,omitempty"`
}

// Secrets returns the references of what is in a secret.Store for d.
func (d Destination) Secrets() []string {
	return slices.DeleteFunc([]string{d.Key, d.Passphrase}, func(ref string) bool { return ref == "" })
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
		AudioRate:    48_000,
		KeyInterval:  KeyInterval{2 * time.Second},
		Timing:       encoder.TimingOff,
		Adapt:        publish.AdaptMain,
		Destinations: []Destination{{Name: "This computer", URL: LocalURL}},
	}
}

// Clone returns a copy that shares nothing with p.
func (p Profile) Clone() Profile {
	p.Audio = slices.Clone(p.Audio)
	p.Gain = maps.Clone(p.Gain)
	p.Destinations = slices.Clone(p.Destinations)
	return p
}
