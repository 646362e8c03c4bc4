package cli

import (
	"context"
	"flag"
	"fmt"
	"text/tabwriter"

	"golive/capture"
	"golive/encoder"
	"golive/profile"
)

// devices carries out golive devices.
func devices(t *terminal, args []string) error {
	fs := flag.NewFlagSet("devices", flag.ContinueOnError)
	asJSON := fs.Bool("json", false, "print a JSON array")
	if err := parse(t, fs, args); err != nil {
		return err
	}
	found, err := capture.Devices()
	if err != nil && len(found) == 0 {
		return err
	}
	if err != nil {
		t.log.Warn("the list is not complete", "error", err)
	}
	if *asJSON {
		return t.json(describe(found))
	}
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	for _, d := range found {
		fmt.Fprintf(w, "%s:%s\t%s", d.Kind, d.ID, d.Name)
		if !d.Bounds.Empty() {
			fmt.Fprintf(w, "\t%dx%d+%d+%d", d.Bounds.Dx(), d.Bounds.Dy(), d.Bounds.Min.X, d.Bounds.Min.Y)
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}

// A device is what devices --json says of one.
type device struct {
	Kind   capture.Kind `json:"kind"`
	ID     string       `json:"id"`
	Name   string       `json:"name"`
	Bounds [4]int       `json:"bounds"` // x, y, width, height in pixels
}

func describe(found []capture.Device) []device {
	list := make([]device, len(found))
	for i, d := range found {
		b := d.Bounds
		list[i] = device{d.Kind, d.ID, d.Name, [4]int{b.Min.X, b.Min.Y, b.Dx(), b.Dy()}}
	}
	return list
}

// encoders carries out golive encoders.
func encoders(t *terminal, args []string) error {
	p := profile.Default()
	fs := flag.NewFlagSet("encoders", flag.ContinueOnError)
	asJSON := fs.Bool("json", false, "print a JSON object")
	sizeFlag(fs, &p)
	fs.BoolVar(&p.LowLatency, "low-latency", p.LowLatency, "with a VBV of one frame")
	if err := parse(t, fs, args); err != nil {
		return err
	}
	if p.Size == (profile.Size{}) {
		return usageError("--size auto: encoders are tried at one size; golive check finds the best one")
	}
	trial := p.Capture().Trial()
	trial.Video, trial.Codec, trial.Log = "", "", t.log // the test card, so that the results can be kept
	auto, reports := encoder.Probe(context.Background(), trial)
	if *asJSON {
		return t.json(struct {
			Auto     string           `json:"auto"`
			Encoders []encoder.Report `json:"encoders"`
		}{auto, reports})
	}
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	for _, r := range reports {
		verdict := fmt.Sprintf("works, %.1f ms a picture of %v, holds %d", r.MSPerFrame, p.Size, r.HeldFrames)
		if !r.Works {
			verdict = "does not work: " + r.Reason
		} else if r.Name == auto {
			verdict += " (auto takes it)"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", r.Name, r.Codec, verdict)
	}
	return w.Flush()
}
