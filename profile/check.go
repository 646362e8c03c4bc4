package profile

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golive/publish"
	"golive/recording"
	"golive/secret"
)

// ErrDelay: look-ahead is on, and a destination shows what is live without B-frames.
var ErrDelay = errors.New("look-ahead makes pictures that the watch page and WebRTC cannot show; switch it off, or leave the destination out")

// A ServiceLimit is a setting that the service of a destination does not take.
type ServiceLimit struct {
	Name string // of the destination
	publish.ServiceProblem
}

// Error returns the sentence.
func (l ServiceLimit) Error() string { return l.Text }

// A Finding is something that stands in the way of a broadcast, or beside it.
type Finding struct {
	Stops bool // the broadcast cannot begin with it
	Err   error
}

// CheckDestination looks at the destination i without sending anything: whether it can be made, carries what is encoded,
// takes the settings, and answers before ctx ends.
func (p Profile) CheckDestination(ctx context.Context, i int, store *secret.Store, local publish.Destination) []Finding {
	d := p.Destinations[i]
	p.Destinations = []Destination{d}
	outputs, err := p.Outputs(store, local)
	if err != nil {
		return []Finding{{Stops: true, Err: err}}
	}
	place := outputs[0].Destination
	if err := p.carried(place); err != nil {
		return []Finding{{Stops: true, Err: &DestinationError{d.Name, err}}}
	}
	var found []Finding
	for _, problem := range publish.ServiceAt(d.URL).Check(p.Capture()) {
		found = append(found, Finding{Err: ServiceLimit{d.Name, problem}})
	}
	if err := publish.Reach(ctx, place); err != nil {
		found = append(found, Finding{Err: &DestinationError{d.Name, err}})
	}
	return found
}

// carried says why a place cannot carry what is encoded, nil when it can.
func (p Profile) carried(place publish.Destination) error {
	if protocol := place.Protocol(); p.LookAhead && (protocol == LocalURL || strings.HasPrefix(protocol, "whip")) {
		return ErrDelay
	}
	if codecs, _ := place.Codecs(); codecs != nil && !slices.Contains(codecs, p.Codec) {
		return publish.ErrCodec
	}
	return nil
}

// enoughMinutes is for how long a recording should fit on the disk.
const enoughMinutes = 10

// ErrNoRoom: the disk of the recording is nearly full.
var ErrNoRoom = errors.New("the disk of the recording is nearly full")

// CheckDisk returns the folder of the recording, "" when nothing is recorded, and for how many minutes there is room in
// it. It makes nothing. Errors: ErrNoRoom for few, those of RecordFolder and of the disk.
func (p Profile) CheckDisk() (folder string, minutes int64, err error) {
	if folder, err = RecordFolder(p.Record); err != nil || folder == "" {
		return folder, 0, err
	}
	free, err := recording.Free(existing(folder))
	if err != nil {
		return folder, 0, err
	}
	minutes = free * 8 / max(1, int64(p.BitRate+p.AudioBitRate)) / 60
	if minutes < enoughMinutes {
		return folder, minutes, fmt.Errorf("%w: there is room for %d minutes in %s", ErrNoRoom, minutes, folder)
	}
	return folder, minutes, nil
}

// existing returns the folder, or the nearest one above it that is there already.
func existing(folder string) string {
	for {
		if _, err := os.Stat(folder); err == nil || folder == filepath.Dir(folder) {
			return folder
		}
		folder = filepath.Dir(folder)
	}
}

// Upload returns what the destinations together need of the upload, in bit/s, with what the protocols add.
func (p Profile) Upload() int {
	c, sum := p.Capture(), 0
	for _, d := range p.Destinations {
		scheme, _, _ := strings.Cut(strings.ToLower(d.URL), "://")
		sum += c.UploadBy(strings.SplitN(scheme, "+", 2)[0])
	}
	return sum
}

// Trial returns the first destination whose service takes a stream that nobody sees, to try the upload with, and what it
// is called; nil when there is none.
func (p Profile) Trial(store *secret.Store) (string, publish.Destination, error) {
	for _, d := range p.Destinations {
		mark := publish.ServiceAt(d.URL).Trial
		if mark == "" || d.Key == "" {
			continue
		}
		address, key, _, err := d.reveal(store)
		if err != nil {
			return d.Name, nil, &DestinationError{d.Name, err}
		}
		if !strings.Contains(key.Reveal(), mark) {
			joint := "?"
			if strings.Contains(key.Reveal(), joint) {
				joint = "&"
			}
			key = secret.New(key.Reveal() + joint + mark)
		}
		place, err := publish.ParseDestination(address, key, secret.Secret{})
		if err != nil {
			return d.Name, nil, &DestinationError{d.Name, err}
		}
		return d.Name, place, nil
	}
	return "", nil, nil
}
