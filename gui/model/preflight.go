package model

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"golive/capture"
	"golive/profile"
	"golive/publish"
	"golive/recording"
)

// preflightTime is how long the last look before going live may take.
const preflightTime = 1500 * time.Millisecond

// What the last look can find, beside errors that say themselves what is wrong.
var (
	ErrBlack    = errors.New("the picture is black")
	ErrSilent   = errors.New("nothing is heard")
	ErrMuted    = errors.New("all sound is muted")
	ErrClipping = errors.New("the sound is too loud")
	ErrSlow     = errors.New("the encoder has no head-room with this picture")
	ErrNoRoom   = errors.New("the disk of the recording is nearly full")
	ErrClock    = errors.New("the clock of this computer is wrong")
	ErrDelay    = errors.New("look-ahead makes pictures that the watch page and WebRTC cannot show")
)

// A ServiceLimit is a setting that a service does not take.
type ServiceLimit struct {
	Service string
	publish.ServiceProblem
}

// Error returns the sentence.
func (l ServiceLimit) Error() string { return l.Text }

// A Finding is something that stands in the way of a broadcast, or beside it.
type Finding struct {
	Stops bool // the broadcast cannot begin with it
	Err   error
}

// A Preflight is what the last look before going live has found.
type Preflight []Finding

// Error returns all of it.
func (p Preflight) Error() string {
	var all []string
	for _, f := range p {
		all = append(all, f.Err.Error())
	}
	return strings.Join(all, "; ")
}

// Stops says whether the broadcast cannot begin.
func (p Preflight) Stops() bool {
	return slices.ContainsFunc(p, func(f Finding) bool { return f.Stops })
}

// preflight looks at all that a broadcast of p needs, beside each other, for preflightTime at most.
func (m *Model) preflight(ctx context.Context, b Broadcast, p profile.Profile) Preflight {
	ctx, cancel := context.WithTimeout(ctx, preflightTime)
	defer cancel()
	looks := []func() []Finding{
		func() []Finding { return m.lookAtPicture(b) },
		func() []Finding { return m.lookAtSound(b) },
		func() []Finding { return m.lookAtEncoder(ctx, p) },
		func() []Finding { return m.lookAtPlaces(ctx, p) },
		func() []Finding { return lookAtDisk(p) },
		func() []Finding { return lookAtClock(m.world.now()) },
	}
	found := make([][]Finding, len(looks))
	var done sync.WaitGroup
	for i, look := range looks {
		done.Go(func() { found[i] = look() })
	}
	done.Wait()
	return slices.Concat(found...)
}

// lookAtPicture finds a picture that is lost, or black all over.
func (m *Model) lookAtPicture(b Broadcast) []Finding {
	if lost := b.Stats().Video.Error; lost != "" {
		return []Finding{{Err: StillPicture{lost}}}
	}
	f := b.Frame()
	if f == nil {
		return nil
	}
	defer f.Release()
	if black(f) {
		return []Finding{{Err: ErrBlack}}
	}
	return nil
}

// black says whether no pixel of a sample is brighter than near black (BT.709 limited range begins at 16).
func black(f *capture.VideoFrame) bool {
	const nearBlack, step = 20, 7
	for y := 0; y < f.Height; y += step {
		line := f.Planes[0][y*f.Strides[0]:][:f.Width]
		for x := 0; x < len(line); x += step {
			if line[x] > nearBlack {
				return false
			}
		}
	}
	return true
}

// lookAtSound finds sources that are missing, silent or too loud, and that all are muted.
func (m *Model) lookAtSound(b Broadcast) []Finding {
	const quiet = -60 // dBFS
	sources := b.Stats().Audio.Sources
	if len(sources) == 0 {
		return nil
	}
	var all []Finding
	muted, heard := true, false
	for _, s := range sources {
		muted = muted && s.Muted
		heard = heard || !s.Muted && max(s.PeakDB[0], s.PeakDB[1]) > quiet
		if !s.Muted && max(s.PeakDB[0], s.PeakDB[1]) >= clipped {
			all = append(all, Finding{Err: ErrClipping})
		}
	}
	switch {
	case muted:
		all = append(all, Finding{Err: ErrMuted})
	case !heard:
		all = append(all, Finding{Err: ErrSilent})
	}
	return all
}

// lookAtEncoder finds an encoder that is too slow, as far as that was measured already or can be in the time.
func (m *Model) lookAtEncoder(ctx context.Context, p profile.Profile) []Finding {
	m.mu.Lock()
	reports := m.encoders
	m.mu.Unlock()
	if reports == nil && m.world.Encoders != nil {
		reports = m.world.Encoders(ctx, p)
	}
	if len(reports) == 0 || ctx.Err() != nil || p.FPS.Num == 0 || p.Size.X == 0 {
		return nil
	}
	if _, _, enough := (State{Profile: p, Encoders: reports}).Fit(); !enough {
		return []Finding{{Err: ErrSlow}}
	}
	return nil
}

// lookAtPlaces finds destinations that cannot be used, or do not answer.
func (m *Model) lookAtPlaces(ctx context.Context, p profile.Profile) []Finding {
	all := make([][]Finding, len(p.Destinations))
	var done sync.WaitGroup
	for i, d := range p.Destinations {
		one := p.Clone()
		one.Destinations = []profile.Destination{d}
		done.Go(func() { all[i] = m.lookAtPlace(ctx, one) })
	}
	done.Wait()
	return slices.Concat(all...)
}

// lookAtPlace looks at the only destination of p.
func (m *Model) lookAtPlace(ctx context.Context, p profile.Profile) []Finding {
	outputs, err := p.Outputs(m.world.Secrets, m.world.local())
	if err != nil {
		return []Finding{{Stops: true, Err: err}}
	}
	place, name := outputs[0].Destination, outputs[0].Name
	if protocol := place.Protocol(); p.LookAhead && (protocol == "local" || strings.HasPrefix(protocol, "whip")) {
		return []Finding{{Stops: true, Err: &profile.DestinationError{Name: name, Err: ErrDelay}}}
	}
	if codecs, _ := place.Codecs(); codecs != nil && !slices.Contains(codecs, p.Codec) {
		return []Finding{{Stops: true, Err: &profile.DestinationError{Name: name, Err: publish.ErrCodec}}}
	}
	var all []Finding
	service := publish.ServiceAt(p.Destinations[0].URL)
	for _, problem := range service.Check(p.Capture()) {
		all = append(all, Finding{Err: ServiceLimit{name, problem}})
	}
	if err := publish.Reach(ctx, place); err != nil {
		all = append(all, Finding{Err: &profile.DestinationError{Name: name, Err: err}})
	}
	return all
}

// enoughMinutes is for how long a recording should fit on the disk.
const enoughMinutes = 10

func lookAtDisk(p profile.Profile) []Finding {
	folder, err := profile.RecordFolder(p.Record)
	if err != nil {
		return []Finding{{Stops: true, Err: err}}
	}
	if folder == "" {
		return nil
	}
	for _, err := os.Stat(folder); err != nil && folder != filepath.Dir(folder); _, err = os.Stat(folder) {
		folder = filepath.Dir(folder) // it is made when it is needed
	}
	free, err := recording.Free(folder)
	if err != nil {
		return []Finding{{Stops: true, Err: err}}
	}
	if minutes := free * 8 / max(1, int64(p.BitRate+p.AudioBitRate)) / 60; minutes < enoughMinutes {
		return []Finding{{Err: fmt.Errorf("%w: there is room for %d minutes", ErrNoRoom, minutes)}}
	}
	return nil
}

// lookAtClock finds a clock that is before the time that this program was made at: no certificate holds then.
func lookAtClock(now time.Time) []Finding {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil
	}
	for _, s := range info.Settings {
		if made, err := time.Parse(time.RFC3339, s.Value); s.Key == "vcs.time" && err == nil && now.Before(made) {
			return []Finding{{Err: ErrClock}}
		}
	}
	return nil
}
