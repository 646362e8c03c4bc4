package profile

import (
	"errors"
	"fmt"
	"image"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golive/capture"
	"golive/publish"
	"golive/secret"
)

// Config returns what publish.Start wants. store has the keys; local is the embedded server as a destination, and may
// be nil when no destination is LocalURL. Log is left to the caller, and Record to RecordPath.
func (p Profile) Config(store *secret.Store, local publish.Destination) (publish.Config, error) {
	c := p.Capture()
	var err error
	if c.Outputs, err = p.Outputs(store, local); err != nil {
		return publish.Config{}, err
	}
	c.Record, err = RecordPath(p.Record, time.Now())
	return c, err
}

// Capture returns the Config without Outputs and Record: what a preview needs.
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
		KeyInterval:  p.KeyInterval.Duration,
		LowLatency:   p.LowLatency,
		LookAhead:    p.LookAhead,
	}
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
		outputs = append(outputs, publish.OutputConfig{Name: d.Name, Destination: place})
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
	key, err := d.key(store)
	if err != nil {
		return nil, err
	}
	return publish.ParseDestination(d.URL, key)
}

func (d Destination) key(store *secret.Store) (secret.Secret, error) {
	if d.Key == "" {
		return secret.Secret{}, nil
	}
	key, err := store.Get(d.Key)
	if errors.Is(err, secret.ErrNotFound) {
		return key, fmt.Errorf("its stream key is not on this computer: enter it again in the window: %w", err)
	}
	return key, err
}

// RecordPath returns the file that a recording begun at now goes to: record itself when it ends in .mp4, else a file
// named by the time in that folder, which is made. "" stays "". A leading ~/ is the home of the user.
func RecordPath(record string, now time.Time) (string, error) {
	if record == "" {
		return "", nil
	}
	if rest, ok := strings.CutPrefix(record, "~/"); ok {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("the folder of the recording %s cannot be found: %w", record, err)
		}
		record = filepath.Join(home, rest)
	}
	if strings.EqualFold(filepath.Ext(record), ".mp4") {
		return record, free(record)
	}
	if err := os.MkdirAll(record, 0o755); err != nil {
		return "", fmt.Errorf("the folder of the recording cannot be made; choose another one: %w", err)
	}
	path := filepath.Join(record, now.Format("Golive 2006-01-02 15.04.05")+".mp4")
	return path, free(path)
}

func free(path string) error {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the recording %s exists already: move it away, or choose another name", path)
	}
	return nil
}

func (p Profile) point() image.Point { return image.Point(p.Size) }

func (p Profile) rate() capture.Rational { return capture.Rational(p.FPS) }
