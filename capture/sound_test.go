package capture_test

import (
	"errors"
	"image"
	"math"
	"strings"
	"testing"
	"time"

	"golive/capture"
	"golive/internal/testrig"
)

// startSound starts a sound server for this process.
func startSound(t *testing.T) *testrig.Sound {
	t.Helper()
	s, err := testrig.StartSound(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	for _, v := range s.Env() {
		name, value, _ := strings.Cut(v, "=")
		t.Setenv(name, value)
	}
	return s
}

// level returns how much of a frequency is in stereo samples, in dB of full scale RMS (Goertzel), left channel.
func level(samples []float32, hz float64) float64 {
	var re, im float64
	n := len(samples) / 2
	for i := range n {
		phase := 2 * math.Pi * hz * float64(i) / capture.SampleRate
		re += float64(samples[2*i]) * math.Cos(phase)
		im += float64(samples[2*i]) * math.Sin(phase)
	}
	return 20 * math.Log10(math.Hypot(re, im)*math.Sqrt2/float64(n)+1e-9)
}

func listen(t *testing.T, spec string) *capture.Mixer {
	t.Helper()
	clock := capture.NewClock()
	s, err := capture.OpenAudio(spec, clock)
	if err != nil {
		t.Fatal(err)
	}
	m := capture.NewMixer(clock, nil)
	m.Add(spec, s)
	t.Cleanup(func() { m.Close() })
	return m
}

// second reads a second of sound and checks that its time runs without a gap.
func second(t *testing.T, m *capture.Mixer) []float32 {
	t.Helper()
	var samples []float32
	last := time.Duration(-1)
	for len(samples) < 2*capture.SampleRate {
		f, err := m.ReadAudio()
		if err != nil {
			t.Fatal(err)
		}
		if last >= 0 && f.PTS != last+10*time.Millisecond {
			t.Fatalf("sound at %v after %v", f.PTS, last)
		}
		last = f.PTS
		samples = append(samples, f.Samples...)
	}
	return samples
}

// hears waits until a second of sound is a clean tone.
func hears(t *testing.T, m *capture.Mixer, hz, db float64) {
	t.Helper()
	var got, other float64
	for range 8 {
		s := second(t, m)
		got, other = level(s, hz), level(s, hz*1.5)
		if math.Abs(got-db) < 1 && other < got-40 {
			return
		}
	}
	t.Fatalf("%.0f Hz at %.1f dB (want %.1f), beside it %.1f dB", hz, got, db, other)
}

func TestTone(t *testing.T) { hears(t, listen(t, "tone"), 440, -23) }

func TestDesktopAndMic(t *testing.T) {
	s := startSound(t)
	if err := s.PlayTone(1000, -20); err != nil {
		t.Fatal(err)
	}
	if err := s.Play(testrig.MicFeed, testrig.Tone(300, -30)); err != nil {
		t.Fatal(err)
	}
	desktop, mic := listen(t, "desktop"), listen(t, "mic")
	hears(t, desktop, 1000, -20)
	hears(t, mic, 300, -30)
	if l := desktop.Mix(); math.Abs(l.RMS[0]+20) > 2 || math.Abs(l.Peak[1]+17) > 2 {
		t.Errorf("the meter shows %+v of a tone of -20 dB", l)
	}
	desktop.SetMuted(0, true)
	second(t, desktop)
	if got := level(second(t, desktop), 1000); got > -80 {
		t.Errorf("muted, the tone is still there at %.1f dB", got)
	}
	if l := desktop.Levels()[0]; l.RMS[0] < -25 {
		t.Errorf("muted, the source's meter stands still at %.1f dB", l.RMS[0])
	}
}

func TestSoundDevices(t *testing.T) {
	startSound(t)
	t.Setenv("DISPLAY", "")
	devices, err := capture.Devices()
	if !errors.Is(err, capture.ErrNoDevice) {
		t.Errorf("without a display: %v", err)
	}
	kinds := map[capture.Kind]int{}
	for _, d := range devices {
		kinds[d.Kind]++
		if d.ID == "" || d.Name == "" || d.Bounds != (image.Rectangle{}) {
			t.Errorf("%+v", d)
		}
		s, err := capture.OpenAudio(string(d.Kind)+":"+d.ID, capture.NewClock())
		if err != nil {
			t.Errorf("%+v cannot be opened: %v", d, err)
			continue
		}
		s.Close()
	}
	if kinds[capture.Mic] < 1 || kinds[capture.Desktop] < 1 {
		t.Errorf("found %v", devices)
	}
}

func TestSoundServerThatDiesAndReturns(t *testing.T) {
	s := startSound(t)
	m := listen(t, "desktop")
	second(t, m)
	s.Close()
	second(t, m) // silence, but no gap and no end
	if _, err := capture.OpenAudio("desktop", capture.NewClock()); !errors.Is(err, capture.ErrNoDevice) {
		t.Errorf("without a sound server: %v", err)
	}
}

func TestAudioSpecs(t *testing.T) {
	for spec, want := range map[string]error{
		"mic": nil, "mic:USB": nil, "desktop": nil, "desktop:HDMI": nil, "desktop:": capture.ErrBadSpec, "tone": nil, "none": nil,
		"": capture.ErrBadSpec, "mic:": capture.ErrBadSpec, "tone:5": capture.ErrBadSpec, "horn": capture.ErrBadSpec,
		"mic:" + strings.Repeat("x", 5000): capture.ErrBadSpec,
	} {
		if err := capture.CheckAudio(spec); !errors.Is(err, want) {
			t.Errorf("%.20q: %v", spec, err)
		}
	}
}
