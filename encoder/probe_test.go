package encoder_test

import (
	"context"
	"errors"
	"image"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golive/encoder"
)

// TestMain lets the test program be the process of a trial, too.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == encoder.ProbeCommand {
		os.Exit(encoder.RunProbe(os.Stdin, os.Stdout, slices.Concat(broken(), slow(), encoder.Table())))
	}
	os.Exit(m.Run())
}

// row returns the row of the table with that name.
func row(name string) encoder.Row {
	table := encoder.Table()
	return table[slices.IndexFunc(table, func(r encoder.Row) bool { return r.Name == name })]
}

// broken returns encoders with the faults that drivers have, and one that works.
func broken() []encoder.Row {
	x264 := row("libx264")
	return []encoder.Row{
		x264.Failing("h264_refusing", func(int64) error { return errors.New("out of sessions") }),
		x264.Failing("h264_breaking", func(n int64) error {
			if n == 20 {
				return errors.New("the card is gone")
			}
			return nil
		}),
		x264.Failing("h264_crashing", func(int64) error { return syscall.Kill(os.Getpid(), syscall.SIGSEGV) }),
		x264.Failing("h264_hanging", func(int64) error {
			<-context.Background().Done()
			return nil
		}),
		x264,
	}
}

// slow returns encoders that take so long for a picture, of whatever size.
func slow() []encoder.Row {
	takes := func(d time.Duration) func(int64) error {
		return func(int64) error {
			<-time.After(d)
			return nil
		}
	}
	return []encoder.Row{
		row("libx264").Failing("h264_slow", takes(38*time.Millisecond)),
		row("libx264").Failing("h264_slower", takes(70*time.Millisecond)),
	}
}

// TestSustain: 25 ms are what a picture may take at 30 a second, and 50 at 15.
func TestSustain(t *testing.T) {
	tr := trial(t)
	tr.FrameRate.Num, tr.Preset, tr.Codec = 30, "ultrafast", encoder.H264
	for _, test := range []struct {
		name               string
		rate               int
		sustained, lighter bool
	}{
		{"libx264", 30, true, false},
		{"h264_slow", 15, true, true},
		{"h264_slower", 15, false, true},
	} {
		tr.Table = append(slow(), row("libx264"))
		a, reports := encoder.Sustain(t.Context(), tr, test.name)
		if !a.Report.Works || a.Sustained != test.sustained || a.Lighter != test.lighter || a.FrameRate.Num != test.rate || len(reports) != 1 {
			t.Errorf("%s: %+v, %+v", test.name, a, reports)
		}
		t.Logf("%v: %.1f ms", a, a.Report.MSPerFrame)
	}
}

// TestAuto fills in what is left open, and remembers it.
func TestAuto(t *testing.T) {
	tr := trial(t)
	tr.Table, tr.Codec = []encoder.Row{row("libx264")}, encoder.H264
	tr.Size, tr.FrameRate, tr.Preset, tr.BitRate = image.Point{}, encoder.Rational{}, "auto", 900_000
	begin := time.Now()
	a, _ := encoder.Sustain(t.Context(), tr, "auto")
	t.Logf("%v: %.1f ms, after %v", a, a.Report.MSPerFrame, time.Since(begin))
	if !a.Report.Works || a.Size != image.Pt(640, 360) || a.Preset == "" || a.Lighter {
		t.Errorf("%+v", a)
	}
	begin = time.Now()
	if again, _ := encoder.Sustain(t.Context(), tr, "auto"); again != a || time.Since(begin) > time.Second {
		t.Errorf("then %+v, after %v", again, time.Since(begin))
	}
}

func trial(t *testing.T) encoder.Trial {
	return encoder.Trial{
		Size: image.Pt(320, 180), FrameRate: encoder.Rational{Num: 60, Den: 1}, BitRate: 1_000_000,
		Cache: filepath.Join(t.TempDir(), "sub", "encoders.json"), Table: broken(),
	}
}

func TestProbeRefusesBrokenDrivers(t *testing.T) {
	tr := trial(t)
	auto, reports := encoder.Probe(t.Context(), tr)
	if auto != "libx264" || len(reports) != 5 {
		t.Fatalf("auto %q of %+v", auto, reports)
	}
	for i, want := range []string{"out of sessions", "the card is gone", "crashed", "did not answer"} {
		if r := reports[i]; r.Works || !strings.Contains(r.Reason, want) {
			t.Errorf("%s: works %v, %q", r.Name, r.Works, r.Reason)
		}
	}
	if r := reports[4]; !r.Works || r.MSPerFrame <= 0 || r.HeldFrames != 0 {
		t.Errorf("libx264: %+v", r)
	}
	begin := time.Now()
	_, again := encoder.Probe(t.Context(), tr)
	if !slices.Equal(again, reports) || time.Since(begin) > time.Second {
		t.Errorf("the cache gives %+v after %v", again, time.Since(begin))
	}
	if got := encoder.Choose(t.Context(), withCodec(tr)); got != "libx264" {
		t.Errorf("auto takes %s", got)
	}
}

func withCodec(tr encoder.Trial) encoder.Trial {
	tr.Codec = encoder.H264
	return tr
}

func TestProbeSurvivesDamagedCache(t *testing.T) {
	tr := trial(t)
	tr.Table = tr.Table[4:]
	if err := os.MkdirAll(filepath.Dir(tr.Cache), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", "null", "{", `{"x":{"at":"yesterday"}}`} {
		if err := os.WriteFile(tr.Cache, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if auto, reports := encoder.Probe(t.Context(), tr); auto != "libx264" {
			t.Errorf("%q: auto %q of %+v", text, auto, reports)
		}
	}
}

// TestProbeTable tries the real table: what needs a graphics card says what it needs.
func TestProbeTable(t *testing.T) {
	tr := trial(t)
	tr.Table = nil
	_, reports := encoder.Probe(t.Context(), tr)
	for _, r := range reports {
		t.Logf("%-18s %-5s works=%-5v %6.2f ms, holds %d  %s", r.Name, r.Codec, r.Works, r.MSPerFrame, r.HeldFrames, r.Reason)
		if !r.Works && r.Reason == "" {
			t.Errorf("%s does not work and does not say why", r.Name)
		}
	}
}
