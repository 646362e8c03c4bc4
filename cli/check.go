package cli

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"golive/capture"
	"golive/encoder"
	"golive/profile"
	"golive/secret"
)

// A level says how bad a finding is.
type level string

const (
	ok   level = "ok"
	warn level = "warn" // it works, but not as one would wish
	bad  level = "fail" // a broadcast would not work
)

// A finding is the result of one check.
type finding struct {
	Name    string `json:"name"`
	Level   level  `json:"level"`
	Message string `json:"message"`
}

// reachLimit is how long a destination may take to answer.
const reachLimit = 3 * time.Second

// check carries out golive check: it tries what a broadcast of a profile needs, without broadcasting.
func check(t *terminal, args []string) error {
	fs := flag.NewFlagSet("check", flag.ContinueOnError)
	asJSON := fs.Bool("json", false, "print a JSON object")
	name := fs.String("profile", "", "check the saved profile `NAME`")
	if err := parse(t, fs, args); err != nil {
		return err
	}
	p := profile.Default()
	if *name != "" {
		var err error
		if p, err = loadProfile(*name); err != nil {
			return err
		}
	}
	findings := examine(t, p)
	failed := 0
	for _, f := range findings {
		if f.Level == bad {
			failed++
		}
		if !*asJSON {
			fmt.Fprintf(t.out, "%-5s %-22s %s\n", f.Level, f.Name, f.Message)
		}
	}
	if *asJSON {
		if err := t.json(struct {
			OK     bool      `json:"ok"`
			Checks []finding `json:"checks"`
		}{failed == 0, findings}); err != nil {
			return err
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d checks failed; each says what to do", failed, len(findings))
	}
	return nil
}

func examine(t *terminal, p profile.Profile) []finding {
	findings := []finding{checkPicture(p)}
	source := findings[0].Level == ok
	findings = append(findings, checkSound(p)...)
	findings = append(findings, checkEncoder(t, p, source), checkDisk(p))
	return append(findings, checkDestinations(p)...)
}

// judge is a finding that is ok, or fails with err.
func judge(name string, err error, message string) finding {
	if err != nil {
		return finding{name, bad, err.Error()}
	}
	return finding{name, ok, message}
}

func checkPicture(p profile.Profile) finding {
	c := p.Capture()
	usual := profile.Default().Capture()
	size, rate := cmp.Or(c.Size, usual.Size), cmp.Or(c.FrameRate, usual.FrameRate)
	s, err := capture.OpenVideo(c.Video, capture.VideoOptions{Clock: capture.NewClock(), Size: size, FrameRate: rate})
	if err != nil {
		return judge("display", err, "")
	}
	defer s.Close()
	f, err := s.ReadVideo()
	if err != nil {
		return judge("display", err, "")
	}
	defer f.Release()
	return judge("display", nil, fmt.Sprintf("%s gives pictures, in %.1f ms each", c.Video, f.Took.Seconds()*1000))
}

func checkSound(p profile.Profile) []finding {
	var findings []finding
	for _, spec := range p.Audio {
		if spec == "none" {
			continue
		}
		f := finding{"sound " + spec, ok, "it can be heard"}
		s, err := capture.OpenAudio(spec, capture.NewClock())
		if err == nil {
			_, err = s.ReadAudio()
			_ = s.Close()
		}
		if err != nil { // a broadcast does without
			f.Level, f.Message = warn, err.Error()
		}
		findings = append(findings, f)
	}
	return findings
}

// checkEncoder finds out what this computer sustains, on the pictures of the profile's own source if they can be had.
func checkEncoder(t *terminal, p profile.Profile, source bool) finding {
	c := p.Capture()
	if c.Encoder != "auto" && encoder.Presets(c.Encoder) == nil {
		return judge("encoder", fmt.Errorf("%w: there is no %q; golive encoders lists them", encoder.ErrNoEncoder, c.Encoder), "")
	}
	trial := c.Trial()
	trial.Log = t.log
	if !source {
		trial.Video = ""
	}
	a, reports := encoder.Sustain(context.Background(), trial, c.Encoder)
	if !a.Report.Works {
		return judge("encoder", encoder.Failed(a, reports), "")
	}
	said := fmt.Sprintf("%s takes %.1f ms a picture of %dx%d", a.Report.Name, a.Report.MSPerFrame, a.Size.X, a.Size.Y)
	switch {
	case !a.Sustained:
		return finding{"encoder", bad, said + ": this computer is too slow to broadcast"}
	case a.Lighter:
		return finding{"encoder", warn, said + "; what is asked for is too much for it, and this is what it sustains: " + a.String()}
	}
	return finding{"encoder", ok, said + "; it sustains " + a.String()}
}

func checkDisk(p profile.Profile) finding {
	folder, minutes, err := p.CheckDisk()
	switch {
	case folder == "" && err == nil:
		return judge("disk", nil, "nothing is recorded")
	case errors.Is(err, profile.ErrNoRoom):
		return finding{"disk", warn, err.Error()}
	}
	return judge("disk", err, fmt.Sprintf("there is room for %d minutes in %s", minutes, folder))
}

func checkDestinations(p profile.Profile) []finding {
	home, err := profile.Home()
	if err != nil {
		return []finding{judge("destinations", err, "")}
	}
	store := secret.Open(home)
	var findings []finding
	for i := range p.Destinations {
		findings = append(findings, checkDestination(p, i, store)...)
	}
	return append(findings, checkUpload(p))
}

// checkDestination says whether a destination can be used, and warns of what its service does not take.
func checkDestination(p profile.Profile, i int, store *secret.Store) []finding {
	d := p.Destinations[i]
	if d.URL == profile.LocalURL {
		return []finding{judge(d.Name, nil, "the embedded server starts with the broadcast")}
	}
	ctx, cancel := context.WithTimeout(context.Background(), reachLimit)
	defer cancel()
	found := []finding{judge(d.Name, nil, "it answers")}
	if d.Key == "" {
		found[0].Message += "; it has no stream key, which most services want"
	}
	for _, f := range p.CheckDestination(ctx, i, store, nil) {
		var limit profile.ServiceLimit
		if errors.As(f.Err, &limit) {
			found = append(found, finding{d.Name + " " + limit.Setting, warn, limit.Text})
		} else {
			found[0] = judge(d.Name, patient(f.Err), "")
		}
	}
	return found
}

// patient says how long was waited for an answer that did not come.
func patient(err error) error {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) {
		return fmt.Errorf("it does not answer within %v: check the address, and that the server is up", reachLimit)
	}
	var of *profile.DestinationError
	if errors.As(err, &of) {
		return of.Err // the finding has the name
	}
	return err
}

// checkUpload says what the destinations need together. What the way carries shows when something is sent.
func checkUpload(p profile.Profile) finding {
	needed := p.Upload()
	if needed == 0 {
		return judge("upload", nil, "nothing leaves this computer's network")
	}
	return judge("upload", nil, fmt.Sprintf("%.1f Mbit/s are needed; what the way carries is unknown before something is sent", float64(needed)/1e6))
}
