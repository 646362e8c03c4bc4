package gui

import (
	"flag"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/software"

	"golive/capture"
	"golive/gui/model"
	"golive/profile"
	"golive/publish"
)

var update = flag.Bool("update", false, "write what the panels look like to testdata, instead of comparing")

// busyState is a broadcast with something to see in every panel.
func busyState() model.State {
	s := model.State{
		Name: "Default", Names: []string{"Default", "Games"}, Profile: profile.Default(), Settings: profile.DefaultSettings(),
		Phase: model.Live, LiveFor: 3725 * time.Second, WatchURL: "http://127.0.0.1:8080/watch/live", Shared: true,
		Devices: []capture.Device{
			{Kind: capture.Screen, ID: "0", Bounds: image.Rect(0, 0, 1920, 1080)},
			{Kind: capture.Window, ID: "0x7", Name: "Game", Bounds: image.Rect(0, 0, 640, 480)},
		},
		Notice:  model.StillPicture{Why: "window:0x7 is lost: device unavailable: the window \"Game\" was closed"},
		Figures: model.Figures{Kbps: 6012, Lost: model.Lost{Away: 7}, CPU: 0.83, EncoderLoad: 0.31, Viewers: 12, Stages: model.Stages{Total: 92, Capture: 3, Encode: 9, Network: 18, Player: 62}},
	}
	s.Settings.Window.Stats = true
	s.Profile.Video = "region:640x480+200+100"
	s.Profile.Gain = map[string]float64{"mic": 4.5}
	s.Profile.Destinations = append(s.Profile.Destinations,
		profile.Destination{Name: "Twitch", URL: "rtmp://live.example.com/app", Key: "ref"}, profile.Destination{Name: "Friends", URL: "rtmp://h/a", Key: "ref"})
	s.Stats.Outputs = []publish.OutputStats{
		{Name: "This computer", State: publish.Live, BitrateKbps: 3010},
		{Name: "Twitch", State: publish.Reconnecting, Error: "rtmp://h/a does not answer", Dropped: publish.Dropped{Away: 7}},
		{Name: "Friends", State: publish.Refused, Error: "rtmp://h/a refused the stream"},
	}
	s.Stats.Audio.Sources = []publish.SourceLevel{
		{Spec: "desktop", LevelDB: [2]float64{-20, -24}, PeakDB: [2]float64{-9, -12}}, {Spec: "mic", Error: "there is no microphone"},
	}
	s.Stats.Video.Encoder, s.Stats.RSSMB = "libx264", 210
	return s
}

// panelsAt returns what shows a state, by the names of the masters.
func panelsAt(s model.State) map[string]fyne.CanvasObject {
	k := &keys{}
	h, n, so, b, f := newHead(), newNotice(), newSource(k), newLiveBar(), newFigures()
	sd, p := newSound(), newPlaces(newLink())
	form := newPlaceForm(k, profile.Destination{}, model.PlaceForm{Address: "rtmp://live.example.com/app"})
	log := model.NewLog(slog.DiscardHandler)
	slog.New(log).Warn("sound is missing", "source", "mic")
	log.Records(slog.LevelInfo, "")
	settings := newSettingsView(k, append(generalSettings(), videoSettings()...), s)
	settings.open(sectionGeneral)
	for _, update := range []func(model.State){h.update, n.update, so.update, b.update, f.update, sd.update, p.update, settings.update} {
		update(s)
	}
	pick := newPicker(s)
	pick.tiles["window:0x7"].show(image.NewRGBA(image.Rect(0, 0, 16, 9)))
	return map[string]fyne.CanvasObject{
		"head": h.content, "notice": n.content, "source": so.content, "bar": b.content, "figures": f.content, "sound": sd.content,
		"places": p.content, "form": form.content, "settings": settings.content, "picker": pick.content,
	}
}

// sizes are how large the panels are drawn.
func panelSize(name string) fyne.Size {
	switch name {
	case "head", "notice", "bar", "figures", "settings":
		return fyne.NewSize(880, map[string]float32{"settings": 420}[name])
	case "picker":
		return fyne.NewSize(680, 200)
	}
	return fyne.NewSize(sideWidth, 0)
}

// TestMasters compares what every panel looks like with pictures that a person has looked at: in two languages, and at two
// scales. The Chinese ones need the font that they were drawn with, so there it is compared how much is drawn, and where.
func TestMasters(t *testing.T) {
	newTestApp(t)
	t.Cleanup(func() { _ = speak("en") })
	for _, language := range []string{"en", "zh_Hans"} {
		if err := speak(language); err != nil {
			t.Fatal(err)
		}
		for name, o := range panelsAt(busyState()) {
			for _, scale := range []float32{1, 2} {
				compareMaster(t, o, fmt.Sprintf("%s-%s-%v", name, language, scale), panelSize(name), scale)
			}
		}
	}
}

func compareMaster(t *testing.T, o fyne.CanvasObject, name string, size fyne.Size, scale float32) {
	t.Helper()
	c := software.NewCanvas()
	c.SetScale(scale)
	c.SetPadded(false)
	c.SetContent(o)
	c.Resize(size.Max(o.MinSize()))
	whole := c.Capture()
	if dir := os.Getenv("GOLIVE_SHOTS"); dir != "" {
		writePNG(t, filepath.Join(dir, name+".png"), whole)
	}
	thumb := shrink(whole, int(4*scale))
	path := filepath.Join("testdata", "masters", name+".png")
	if *update {
		writePNG(t, path, thumb)
		return
	}
	file, err := os.Open(path)
	if err != nil {
		t.Errorf("%v; go test -update writes it", err)
		return
	}
	defer file.Close()
	master, err := png.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	if off := difference(thumb, master); off > 6 {
		failed := filepath.Join(t.ArtifactDir(), name+".png")
		writePNG(t, failed, thumb)
		t.Errorf("%s looks different, by %.1f of 255; see %s, and go test -update when that is right", name, off, failed)
	}
}

// shrink returns a picture whose pixels are the means of n x n: enough to see what is where, and small enough to keep.
func shrink(m image.Image, n int) *image.Gray {
	rgba := image.NewRGBA(m.Bounds())
	draw.Draw(rgba, rgba.Rect, m, m.Bounds().Min, draw.Src)
	size := rgba.Rect.Size().Div(n)
	out := image.NewGray(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			sum := 0
			for dy := range n {
				row := rgba.Pix[(y*n+dy)*rgba.Stride+4*x*n:][:4*n]
				for i := 0; i < len(row); i += 4 {
					sum += (int(row[i]) + int(row[i+1]) + int(row[i+2])) / 3
				}
			}
			out.Pix[y*out.Stride+x] = uint8(sum / (n * n))
		}
	}
	return out
}

// difference returns the mean difference of two pictures where either has something, 255 for another size.
func difference(a *image.Gray, b image.Image) float64 {
	if a.Bounds() != b.Bounds() {
		return 255
	}
	sum, n := 0.0, 0
	for y := range a.Rect.Dy() {
		for x := range a.Rect.Dx() {
			r, _, _, _ := b.At(x, y).RGBA()
			d := int(a.GrayAt(x, y).Y) - int(r>>8)
			sum += float64(max(d, -d))
			n++
		}
	}
	return sum / float64(max(n, 1)) * 4
}

func writePNG(t *testing.T, path string, m image.Image) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := png.Encode(file, m); err != nil {
		t.Fatal(err)
	}
}
