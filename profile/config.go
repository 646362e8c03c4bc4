package profile

import (
	"errors"
	"fmt"
	"image"
	"slices"

	"golive/capture"
	"golive/publish"
	"golive/secret"
)

// Capture returns what publish.Start wants. Outputs and Record, which GoLive is given, and Log are left to the caller.
func (p Profile) Capture() publish.Config {
	return publish.Config{
		Video:        p.Video,
		Audio:        slices.Clone(p.Audio),
		Size:         p.point(),
		FrameRate:    p.rate(),
		Codec:        p.Codec,
		Encoder:      p.Encoder,
		Preset:       p.Preset,
		BitRate:      int(p.BitRate),
		AudioBitRate: int(p.AudioBitRate),
		AudioRate:    p.AudioRate,
		AudioMono:    p.AudioMono,
		KeyInterval:  p.KeyInterval.Duration,
		LowLatency:   p.LowLatency,
		LookAhead:    p.LookAhead,
		Timing:       p.Timing,
		Replay:       p.Replay.Duration,
		ReplayFolder: p.replayFolder(),
		Gain:         p.gains(),
		Delay:        p.Delay.Duration,
		DelayLocal:   p.DelayLocal,
		Adapt:        p.Adapt,
		FloorBitRate: int(p.MinBitRate),
		Slate:        p.Slate,
	}
}

// gains returns the gain of each sound source, or nil when all are left as they are.
func (p Profile) gains() []float64 {
	if len(p.Gain) == 0 {
		return nil
	}
	var all []float64
	for _, spec := range p.Audio {
		all = append(all, p.Gain[spec])
	}
	return all
}

// replayFolder returns where replays go when nothing is recorded; "" when there is no home.
func (p Profile) replayFolder() string {
	if p.Replay.Duration == 0 {
		return ""
	}
	folder, err := VideoFolder()
	if err != nil {
		return ""
	}
	return folder
}

// A DestinationError says which destination cannot be used.
type DestinationError struct {
	Name string
	Err  error
}

// Error returns the name and what is wrong.
func (e *DestinationError) Error() string { return e.Name + ": " + e.Err.Error() }

// Unwrap returns what is wrong.
func (e *DestinationError) Unwrap() error { return e.Err }

// Outputs returns the destinations with their keys. Its error is a DestinationError.
func (p Profile) Outputs(store *secret.Store, local publish.Destination) ([]publish.OutputConfig, error) {
	var outputs []publish.OutputConfig
	for _, d := range p.Destinations {
		place, err := d.open(store, local)
		if err != nil {
			return nil, &DestinationError{d.Name, err}
		}
		output := publish.OutputConfig{Name: d.Name, Destination: place}
		if d.Backup != "" {
			d.URL = d.Backup
			if output.Backup, err = d.open(store, local); err != nil {
				return nil, &DestinationError{d.Name + " (backup)", err}
			}
		}
		outputs = append(outputs, output)
	}
	return outputs, nil
}

func (d Destination) open(store *secret.Store, local publish.Destination) (publish.Destination, error) {
	if d.URL == LocalURL {
		if local == nil {
			return nil, errors.New("the watch page of this computer is not running: start Golive again, or remove this destination")
		}
		return local, nil
	}
	address, key, passphrase, err := d.reveal(store)
	if err != nil {
		return nil, err
	}
	place, err := publish.ParseDestination(address, key, passphrase)
	if err != nil {
		return nil, err
	}
	return publish.WithAudio(place, d.AudioCodec)
}

// reveal returns the address of d with its secrets.
func (d Destination) reveal(store *secret.Store) (address string, key, passphrase secret.Secret, err error) {
	if key, err = stored(store, d.Key, "stream key"); err != nil {
		return "", key, passphrase, err
	}
	if passphrase, err = stored(store, d.Passphrase, "passphrase"); err != nil {
		return "", key, passphrase, err
	}
	address, key = Reveal(d.URL, key)
	return address, key, passphrase, nil
}

// stored returns the secret that a reference is of; "" is of none.
func stored(store *secret.Store, ref, what string) (secret.Secret, error) {
	if ref == "" {
		return secret.Secret{}, nil
	}
	s, err := store.Get(ref)
	if errors.Is(err, secret.ErrNotFound) {
		return s, fmt.Errorf("its %s is not on this computer: enter it again in the window: %w", what, err)
	}
	return s, err
}

func (p Profile) point() image.Point { return image.Point(p.Size) }

func (p Profile) rate() capture.Rational { return capture.Rational(p.FPS) }
