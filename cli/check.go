package cli

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golive/capture"
	"golive/encoder"
	"golive/profile"
	"golive/publish"
	"golive/recording"
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

// enoughMinutes is for how long a recording should fit on the disk.
const enoughMinutes = 10

func checkDisk(p profile.Profile) finding {
	if p.Record == "" {
		return judge("disk", nil, "nothing is recorded")
	}
	folder, err := profile.RecordFolder(p.Record)
	if err != nil {
		return judge("disk", err, "")
	}
	free, err := recording.Free(existing(folder))
	if err != nil {
		return judge("disk", err, "")
	}
	minutes := free * 8 / int64(p.BitRate+p.AudioBitRate) / 60
	f := finding{"disk", ok, fmt.Sprintf("there is room for %d minutes in %s", minutes, folder)}
	if minutes < enoughMinutes {
		f.Level = warn
	}
	return f
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

func checkDestinations(p profile.Profile) []finding {
	home, err := profile.Home()
	if err != nil {
		return []finding{judge("destinations", err, "")}
	}
	store := secret.Open(home)
	var findings []finding
	for _, d := range p.Destinations {
		if d.URL == profile.LocalURL {
			findings = append(findings, judge(d.Name, nil, "the embedded server starts with the broadcast"))
			continue
		}
		one := p.Clone()
		one.Destinations = []profile.Destination{d}
		outputs, err := one.Outputs(store, nil)
		if err == nil {
			err = reach(outputs[0].Destination)
		}
		f := judge(d.Name, err, "it answers")
		if err == nil && d.Key == "" {
			f.Message += "; it has no stream key, which most services want"
		}
		findings = append(findings, f)
		findings = append(findings, checkService(d, p)...)
	}
	return findings
}

// checkService warns of what the service of a destination does not take.
func checkService(d profile.Destination, p profile.Profile) []finding {
	var findings []finding
	for _, problem := range publish.ServiceAt(d.URL).Check(p.Capture()) {
		findings = append(findings, finding{d.Name + " " + problem.Setting, warn, problem.Text})
	}
	return findings
}

func reach(d publish.Destination) error {
	ctx, cancel := context.WithTimeout(context.Background(), reachLimit)
	defer cancel()
	err := publish.Reach(ctx, d)
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) {
		return fmt.Errorf("it does not answer within %v: check the address, and that the server is up", reachLimit)
	}
	return err
}
