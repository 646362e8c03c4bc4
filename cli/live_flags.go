package cli

import (
	"errors"
	"flag"
	"fmt"
	"image"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"

	"golive/capture"
	"golive/encoder"
	"golive/profile"
	"golive/publish"
	"golive/secret"
	"golive/server"
)

// A request is what the flags of golive live ask for.
type request struct {
	profile  profile.Profile
	to       []target // in place of the profile's destinations, if any
	keep     keeping
	videos   int
	duration time.Duration
	json     bool // stats lines
	server   server.Config
}

// A target is a --to with what follows it.
type target struct {
	url        string
	key        secret.Secret
	passphrase secret.Secret
	backup     string // URL
	sound      encoder.Codec
}

// readRequest reads the flags of golive live: those that are given override the profile.
func readRequest(t *terminal, args []string) (request, error) {
	var r request
	base, err := baseProfile(args)
	if err != nil {
		return r, err
	}
	r.profile = base
	fs := flag.NewFlagSet("live", flag.ContinueOnError)
	r.pictureFlags(fs)
	r.destinationFlags(fs)
	addresses(fs, &r.server)
	fs.String("profile", "", "start from the saved profile `NAME`; other flags override it")
	r.keepFlags(fs)
	if err := parse(t, fs, args); err != nil {
		return r, err
	}
	return r, r.check()
}

// baseProfile loads the profile that --profile names, ahead of all other flags, or the default one.
func baseProfile(args []string) (profile.Profile, error) {
	name := ""
	for i, a := range args {
		flagName, value, joined := strings.Cut(strings.TrimLeft(a, "-"), "=")
		if !strings.HasPrefix(a, "-") || flagName != "profile" {
			continue
		}
		if !joined && i+1 < len(args) {
			value = args[i+1]
		}
		name = value
	}
	if name == "" {
		return profile.Default(), nil
	}
	return loadProfile(name)
}

func loadProfile(name string) (profile.Profile, error) {
	home, err := profile.Home()
	if err != nil {
		return profile.Profile{}, err
	}
	p, err := profile.OpenFolder(home).Load(name)
	if err != nil {
		return p, exit{exitUsage, err}
	}
	return p, nil
}

// set declares a flag that a parser of package profile reads.
func set[T any](fs *flag.FlagSet, name, usage string, parse func(string) (T, error), store func(T)) {
	fs.Func(name, usage, func(s string) error {
		v, err := parse(s)
		if err == nil {
			store(v)
		}
		return err
	})
}

func sizeFlag(fs *flag.FlagSet, p *profile.Profile) {
	set(fs, "size", "picture size, such as `1280x720`, or auto: what this computer sustains", profile.ParseSize, func(v image.Point) { p.Size = profile.Size(v) })
}

func word(s string) (string, error) { return s, nil }

func (r *request) pictureFlags(fs *flag.FlagSet) {
	p := &r.profile
	audios := 0
	set(fs, "video", "picture `SPEC`: screen:0, window:ID, window:TITLE, region:1280x720+100+50, pattern", word, func(s string) {
		p.Video = s
		r.videos++
	})
	set(fs, "audio", "sound `SPEC`, repeatable: desktop, mic, mic:NAME, tone, none", word, func(s string) {
		if audios == 0 {
			p.Audio = nil
		}
		p.Audio = append(p.Audio, s)
		audios++
	})
	sizeFlag(fs, p)
	set(fs, "fps", "pictures a second, such as `30` or 29.97, or auto", profile.ParseFrameRate, func(v capture.Rational) { p.FPS = profile.FrameRate(v) })
	set(fs, "codec", "`NAME`: h264; hevc and av1 for --record alone", word, func(s string) { p.Codec = encoder.Codec(s) })
	set(fs, "encoder", "`NAME` by FFmpeg, or auto", word, func(s string) { p.Encoder = s })
	set(fs, "preset", "`NAME` of the encoder's preset, such as veryfast, or auto", word, func(s string) { p.Preset = s })
	set(fs, "bitrate", "of the pictures, such as `3000k`", profile.ParseBitRate, func(v int) { p.BitRate = profile.BitRate(v) })
	set(fs, "audio-bitrate", "of the sound, such as `160k`", profile.ParseAudioBitRate, func(v int) { p.AudioBitRate = profile.BitRate(v) })
	fs.IntVar(&p.AudioRate, "audio-rate", p.AudioRate, "of AAC in `Hz`: 44100 or 48000")
	fs.BoolVar(&p.AudioMono, "audio-mono", p.AudioMono, "AAC in one channel")
	set(fs, "keyint", "time between key frames, such as `2s`", profile.ParseKeyInterval, func(v time.Duration) { p.KeyInterval.Duration = v })
	fs.BoolVar(&p.LowLatency, "low-latency", p.LowLatency, "a VBV of one frame")
	fs.BoolVar(&p.LookAhead, "look-ahead", p.LookAhead, "quality over delay: look-ahead and B-frames")
	fs.BoolFunc("timing", "key frames tell when they were taken, and what was lost (Broadcast Performance Metrics); --timing=all: each picture does", func(s string) (err error) {
		if s == "true" { // the flag alone
			s = string(encoder.TimingKey)
		}
		p.Timing, err = profile.ParseTiming(s)
		return err
	})
}

func (r *request) destinationFlags(fs *flag.FlagSet) {
	set(fs, "to", "destination `URL`, repeatable: rtmp://, rtmps://, srt://, whip+https://, local (the default)", word, func(s string) {
		r.to = append(r.to, target{url: s})
	})
	r.secretFlag(fs, "key-env", "stream key", func(to *target) *secret.Secret { return &to.key })
	r.secretFlag(fs, "passphrase-env", "passphrase of SRT, or the password of an RTMP user,", func(to *target) *secret.Secret { return &to.passphrase })
	fs.Func("backup", "another `URL` for the --to before it, with the same key, taken when that has failed for ten seconds", func(s string) error {
		if len(r.to) == 0 {
			return errors.New("it belongs after a --to")
		}
		r.to[len(r.to)-1].backup = s
		return nil
	})
	fs.Func("audio-codec", "`NAME`, aac or opus, of the sound for the --to before it: opus is for RTMP servers that take it", func(s string) error {
		if len(r.to) == 0 {
			return errors.New("it belongs after a --to")
		}
		r.to[len(r.to)-1].sound = encoder.Codec(s)
		return nil
	})
	r.wayFlags(fs)
	fs.DurationVar(&r.duration, "duration", 0, "stop after this `TIME`, such as 10s, counted from the first picture")
	fs.Func("stats", "`json`: one object a second on stdout", func(s string) error {
		r.json = s == "json"
		if !r.json {
			return errors.New("only json is known")
		}
		return nil
	})
}

// wayFlags declares the flags about what becomes of the stream on its way.
func (r *request) wayFlags(fs *flag.FlagSet) {
	p := &r.profile
	set(fs, "delay", "show everything so `TIME` later, up to 2m; the bit rate does not adapt then", profile.ParseDelay, func(v time.Duration) { p.Delay.Duration = v })
	fs.BoolVar(&p.DelayLocal, "delay-local", p.DelayLocal, "delay the watch page of this computer, too")
	set(fs, "adapt", "whose way the bit rate follows: `main` (the first --to, the default), slowest, or none", profile.ParseAdapt, func(v publish.Adapt) { p.Adapt = v })
	set(fs, "min-bitrate", "the least that the bit rate adapts to, such as `500k`", profile.ParseBitRate, func(v int) { p.MinBitRate = profile.BitRate(v) })
	set(fs, "slate", "PNG or JPEG `FILE` to show while the picture source is lost", word, func(s string) { p.Slate = s })
}

// secretFlag declares a flag that takes a secret of the --to before it from the environment.
func (r *request) secretFlag(fs *flag.FlagSet, name, what string, of func(*target) *secret.Secret) {
	fs.Func(name, "take the "+what+" of the --to before it from the environment variable `VAR`", func(variable string) error {
		if len(r.to) == 0 {
			return errors.New("it belongs after a --to")
		}
		value := os.Getenv(variable)
		if value == "" {
			return fmt.Errorf("the environment variable %s is not set or empty", variable)
		}
		*of(&r.to[len(r.to)-1]) = secret.New(value)
		return nil
	})
}

// check finds what is wrong before anything is opened.
func (r *request) check() error {
	if r.duration < 0 {
		return usageError("--duration is negative; leave it out to broadcast until Ctrl-C")
	}
	recorded := r.profile.Record != ""
	if !recorded && (r.keep.splitTime > 0 || r.keep.splitSize > 0) {
		return usageError("--split: there is no recording to split; give a --record too")
	}
	if !recorded && r.profile.Replay.Duration == 0 && r.keep.bitRate > 0 {
		return usageError("--record-bitrate: there is no recording; give a --record or a --replay too")
	}
	if !recorded && r.profile.Replay.Duration == 0 && r.keep.sounds {
		return usageError("--record-sounds: there is no recording; give a --record or a --replay too")
	}
	if r.videos > 1 {
		return usageError("several --video, as layers, are not built yet; give one")
	}
	if c := r.profile.Codec; (c == encoder.HEVC || c == encoder.AV1) && len(r.to) == 0 {
		if r.profile.Record == "" {
			return usageError("--codec %s is for recordings: add --record, or take h264, which all destinations carry", c)
		}
		r.profile.Destinations = nil // the one by default does not carry it
	}
	if err := r.checkTargets(); err != nil {
		return err
	}
	if len(r.to) > 0 {
		r.profile.Destinations = nil
		for i, to := range r.to {
			r.profile.Destinations = append(r.profile.Destinations, profile.Destination{Name: to.name(i), URL: to.url, AudioCodec: to.sound})
		}
	}
	if err := r.profile.Validate(); err != nil {
		return exit{exitUsage, err}
	}
	if r.profile.LookAhead && r.local() {
		return usageError("--look-ahead makes B-frames, which the watch page cannot show live; leave it out, or the destination local")
	}
	if !reflect.ValueOf(r.server).IsZero() && !r.local() {
		return usageError("--http, --rtmp, --srt and --webrtc are for the destination local, which is not among the destinations; add --to local")
	}
	return nil
}

// checkTargets checks what the flags --to and --key-env say.
func (r *request) checkTargets() error {
	locals := 0
	for _, to := range r.to {
		if to.backup != "" {
			if _, err := to.open(to.backup); err != nil {
				return exit{exitUsage, fmt.Errorf("--backup: %w", err)}
			}
			if to.url == profile.LocalURL {
				return usageError("--backup: the destination local needs none")
			}
		}
		if to.url != profile.LocalURL {
			if _, err := to.open(to.url); err != nil {
				return exit{exitUsage, err}
			}
			continue
		}
		if locals++; locals > 1 {
			return usageError("--to local is given twice; once is enough")
		}
		if !to.key.Empty() || !to.passphrase.Empty() {
			return usageError("--key-env, --passphrase-env: the destination local has neither")
		}
	}
	return nil
}

// open returns the destination at the address of t, or at that of its backup.
func (t target) open(address string) (publish.Destination, error) {
	place, err := publish.ParseDestination(address, t.key, t.passphrase)
	if err != nil {
		return nil, err
	}
	return publish.WithAudio(place, t.sound)
}

// local says whether the embedded server is among the destinations.
func (r *request) local() bool {
	return slices.ContainsFunc(r.profile.Destinations, func(d profile.Destination) bool { return d.URL == profile.LocalURL })
}

// name is what the stats call the n-th destination. A key that stands in the address is not in it.
func (t target) name(n int) string {
	if t.url == profile.LocalURL {
		return profile.Default().Destinations[0].Name
	}
	if u, err := url.Parse(t.url); err == nil && u.Host != "" {
		return fmt.Sprintf("%d: %s", n+1, u.Host)
	}
	return fmt.Sprint(n + 1)
}
