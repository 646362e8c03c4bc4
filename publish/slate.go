package publish

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	_ "image/jpeg" // what a picture file can be
	_ "image/png"
	"io"
	"math"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"golive/assets"
	"golive/capture"
)

const (
	// slateAfter is how long the last picture of a lost source stands before the slate takes its place: a window that is
	// made anew, or a screen that changes its size, is back sooner.
	slateAfter = time.Second
	// maxSlateSide and maxSlateFile bound a picture file, in pixels and bytes.
	maxSlateSide, maxSlateFile = 8192, 64 << 20
)

// A slate stands in for the pictures of a broadcast that has none to show, or whose person is away.
type slate struct {
	on      atomic.Bool // the person is away: sound is silent, too
	shown   atomic.Bool // it was sent last
	picture *capture.VideoFrame
}

// open draws the slate, or reads the picture file.
func (s *slate) open(file, language string, size image.Point) error {
	var m image.Image
	var err error
	if file != "" {
		m, err = readPicture(file)
	} else {
		m, err = drawSlate(language, size)
	}
	if err == nil {
		s.picture, err = capture.NewStill(m, size)
	}
	if err != nil {
		return fmt.Errorf("the slate: %w", err)
	}
	return nil
}

// replace returns the slate for the moment of f.
func (s *slate) replace(f *capture.VideoFrame) *capture.VideoFrame {
	return s.picture.Repeat(f.PTS, f.Captured)
}

func readPicture(file string) (image.Image, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	config, kind, err := image.DecodeConfig(io.LimitReader(f, maxSlateFile))
	if err != nil {
		return nil, fmt.Errorf("%s is no PNG or JPEG picture: %w", file, err)
	}
	if config.Width > maxSlateSide || config.Height > maxSlateSide {
		return nil, fmt.Errorf("%s has %dx%d pixels; at most %d on a side can be shown", file, config.Width, config.Height, maxSlateSide)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	m, _, err := image.Decode(io.LimitReader(f, maxSlateFile))
	if err != nil {
		return nil, fmt.Errorf("%s is a broken %s file: %w", file, kind, err)
	}
	return m, nil
}

// drawSlate draws the words on a dark ground that is a little brighter in the middle.
func drawSlate(language string, size image.Point) (image.Image, error) {
	words, err := assets.SlateWords(language)
	if err != nil {
		return nil, err
	}
	m := image.NewRGBA(image.Rectangle{Max: size})
	for y := range size.Y {
		glow := 1 - math.Abs(float64(2*y-size.Y))/float64(size.Y)
		line := color.RGBA{uint8(16 + 14*glow), uint8(18 + 16*glow), uint8(26 + 26*glow), 255}
		draw.Draw(m, image.Rect(0, y, size.X, y+1), image.NewUniform(line), image.Point{}, draw.Src)
	}
	write(m, words)
	return m, nil
}

// write puts bright words into the middle, half as wide as the picture.
func write(m *image.RGBA, words image.Image) {
	from := words.Bounds()
	width := m.Rect.Dx() / 2
	height := max(1, width*from.Dy()/from.Dx())
	at := image.Pt((m.Rect.Dx()-width)/2, (m.Rect.Dy()-height)/2)
	for y := range height {
		for x := range width {
			area := image.Rect(x*from.Dx()/width, y*from.Dy()/height, (x+1)*from.Dx()/width, (y+1)*from.Dy()/height)
			light := mean(words, area.Add(from.Min))
			c := m.RGBAAt(at.X+x, at.Y+y)
			blend := func(v uint8) uint8 { return uint8((int(v)*(255-light) + 235*light) / 255) }
			m.SetRGBA(at.X+x, at.Y+y, color.RGBA{blend(c.R), blend(c.G), blend(c.B), 255})
		}
	}
}

// mean returns the brightness of an area that has a pixel at least, 0 to 255.
func mean(m image.Image, r image.Rectangle) int {
	r.Max.X, r.Max.Y = max(r.Max.X, r.Min.X+1), max(r.Max.Y, r.Min.Y+1)
	sum := 0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			sum += int(color.GrayModel.Convert(m.At(x, y)).(color.Gray).Y)
		}
	}
	return sum / (r.Dx() * r.Dy())
}

// SetSlate shows the slate in place of the pictures, and silence in place of the sound ("be right back"), or ends that.
// The connections, the recording and the preview go on. When the picture source is lost, the slate comes and goes by
// itself; the sound is heard then.
func (b *Broadcast) SetSlate(on bool) { b.slate.on.Store(on) }

// stands says whether the slate is to be sent in place of a picture, which is fresh or repeats that of a lost source.
func (b *Broadcast) stands(fresh bool) bool {
	stands := b.slate.on.Load() || !fresh && b.video.lostFor() >= slateAfter
	b.slate.shown.Store(stands)
	return stands
}

// hushed returns a stretch of silence as long as f.
func hushed(f *capture.AudioFrame) *capture.AudioFrame {
	s := *f
	s.Samples = make([]float32, len(f.Samples))
	return &s
}

func hushedAll(frames []*capture.AudioFrame) []*capture.AudioFrame {
	all := slices.Clone(frames)
	for i, f := range all {
		all[i] = hushed(f)
	}
	return all
}
