package model

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"golive/capture"
	"golive/profile"
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
	ErrClock    = errors.New("the clock of this computer is wrong")
)

// An UploadShort says that the upload did not carry as much, when it was last seen, as the destinations need together.
type UploadShort struct{ CarriedKbps, NeededKbps int }

// Error returns the sentence.
func (u UploadShort) Error() string {
	return fmt.Sprintf("the upload carried %d kbit/s of late, and %d are needed", u.CarriedKbps, u.NeededKbps)
}

// A Preflight is what the last look before going live has found.
type Preflight []profile.Finding

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
	return slices.ContainsFunc(p, func(f profile.Finding) bool { return f.Stops })
}

// preflight looks at all that a broadcast of p needs, beside each other, for preflightTime at most.
func (m *Model) preflight(ctx context.Context, b Broadcast, p profile.Profile) Preflight {
	ctx, cancel := context.WithTimeout(ctx, preflightTime)
	defer cancel()
	looks := []func() []profile.Finding{
		func() []profile.Finding { return m.lookAtPicture(b) },
		func() []profile.Finding { return m.lookAtSound(b) },
		func() []profile.Finding { return m.lookAtEncoder(ctx, p) },
		func() []profile.Finding { return m.lookAtPlaces(ctx, p) },
		func() []profile.Finding { return m.lookAtUpload(p) },
		func() []profile.Finding { return lookAtDisk(p) },
		func() []profile.Finding { return lookAtClock(m.world.now()) },
	}
	found := make([][]profile.Finding, len(looks))
	var done sync.WaitGroup
	for i, look := range looks {
		done.Go(func() { found[i] = look() })
	}
	done.Wait()
	return slices.Concat(found...)
}

// lookAtPicture finds a picture that is lost, or black all over.
func (m *Model) lookAtPicture(b Broadcast) []profile.Finding {
	if lost := b.Stats().Video.Error; lost != "" {
		return []profile.Finding{{Err: StillPicture{lost}}}
	}
	f := b.Frame()
	if f == nil {
		return nil
	}
	defer f.Release()
	if black(f) {
		return []profile.Finding{{Err: ErrBlack}}
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
func (m *Model) lookAtSound(b Broadcast) []profile.Finding {
	const quiet = -60 // dBFS
	sources := b.Stats().Audio.Sources
	if len(sources) == 0 {
		return nil
	}
	var all []profile.Finding
	muted, heard := true, false
	for _, s := range sources {
		muted = muted && s.Muted
		heard = heard || !s.Muted && max(s.PeakDB[0], s.PeakDB[1]) > quiet
		if !s.Muted && max(s.PeakDB[0], s.PeakDB[1]) >= clipped {
			all = append(all, profile.Finding{Err: ErrClipping})
		}
	}
	switch {
	case muted:
		all = append(all, profile.Finding{Err: ErrMuted})
	case !heard:
		all = append(all, profile.Finding{Err: ErrSilent})
	}
	return all
}

// lookAtEncoder finds an encoder that is too slow, as far as that was measured already or can be in the time.
func (m *Model) lookAtEncoder(ctx context.Context, p profile.Profile) []profile.Finding {
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
		return []profile.Finding{{Err: ErrSlow}}
	}
	return nil
}

// lookAtPlaces finds destinations that cannot be used, or do not answer.
func (m *Model) lookAtPlaces(ctx context.Context, p profile.Profile) []profile.Finding {
	all := make([][]profile.Finding, len(p.Destinations))
	var done sync.WaitGroup
	for i := range p.Destinations {
		done.Go(func() { all[i] = p.CheckDestination(ctx, i, m.world.Secrets, m.world.local()) })
	}
	done.Wait()
	return slices.Concat(all...)
}

// lookAtUpload finds a way that was too narrow when something was last sent.
func (m *Model) lookAtUpload(p profile.Profile) []profile.Finding {
	m.mu.Lock()
	carried := m.upload
	m.mu.Unlock()
	if needed := p.Upload() / 1000; carried.Limited && carried.Kbps < needed {
		return []profile.Finding{{Err: UploadShort{carried.Kbps, needed}}}
	}
	return nil
}

func lookAtDisk(p profile.Profile) []profile.Finding {
	_, _, err := p.CheckDisk()
	if err == nil {
		return nil
	}
	return []profile.Finding{{Stops: !errors.Is(err, profile.ErrNoRoom), Err: err}}
}

// lookAtClock finds a clock that is before the time that this program was made at: no certificate holds then.
func lookAtClock(now time.Time) []profile.Finding {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil
	}
	for _, s := range info.Settings {
		if made, err := time.Parse(time.RFC3339, s.Value); s.Key == "vcs.time" && err == nil && now.Before(made) {
			return []profile.Finding{{Err: ErrClock}}
		}
	}
	return nil
}
