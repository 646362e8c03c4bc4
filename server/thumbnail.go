package server

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"net/http"
	"sync"
	"time"

	"golive/encoder"
	"golive/internal/refusal"
)

const (
	thumbnailWidth   = 320 // pixels
	thumbnailQuality = 75
	// thumbnailAge is how old a thumbnail may be before another is made for who asks.
	thumbnailAge = 3 * time.Second
)

var errNoThumbnail = refusal.New(http.StatusNotFound, "there is no picture of this stream yet, or none that this server can decode")

// A thumbnail is a small picture of a stream. It is made of the newest key frame, when somebody asks.
type thumbnail struct {
	mu   sync.Mutex
	of   *encoder.Packet
	made time.Time
	jpeg []byte
	err  error
}

// get returns the JPEG of a key frame, or one that was made a moment ago.
func (t *thumbnail) get(key *encoder.Packet, turn *sync.Mutex) ([]byte, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if key == nil {
		return nil, errNoThumbnail
	}
	if t.of == key || time.Since(t.made) < thumbnailAge {
		return t.jpeg, t.err
	}
	turn.Lock()
	defer turn.Unlock()
	t.of, t.made = key, time.Now()
	t.jpeg, t.err = nil, nil
	picture, err := encoder.DecodeKeyframe(key)
	if err != nil {
		t.err = errNoThumbnail
		return nil, t.err
	}
	var out bytes.Buffer
	t.err = jpeg.Encode(&out, shrink(picture), &jpeg.Options{Quality: thumbnailQuality})
	t.jpeg = out.Bytes()
	return t.jpeg, t.err
}

// shrink returns a picture of thumbnailWidth, or its own size when that is less, each pixel of it the mean of those it is
// in the place of.
func shrink(p *encoder.Picture) *image.RGBA {
	b := p.Bounds()
	width := min(thumbnailWidth, b.Dx())
	height := max(1, b.Dy()*width/b.Dx())
	out := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		top, bottom := b.Min.Y+y*b.Dy()/height, b.Min.Y+(y+1)*b.Dy()/height
		for x := range width {
			left, right := b.Min.X+x*b.Dx()/width, b.Min.X+(x+1)*b.Dx()/width
			out.SetRGBA(x, y, mean(p, image.Rect(left, top, max(right, left+1), max(bottom, top+1))))
		}
	}
	return out
}

// mean returns the colour of an area.
func mean(p *encoder.Picture, area image.Rectangle) color.RGBA {
	var sum [3]int
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			c := p.COffset(x, y)
			sum[0] += int(p.Y[p.YOffset(x, y)])
			sum[1] += int(p.Cb[c])
			sum[2] += int(p.Cr[c])
		}
	}
	n := float64(area.Dx() * area.Dy())
	y, cb, cr := float64(sum[0])/n, float64(sum[1])/n-128, float64(sum[2])/n-128
	if !p.FullRange { // ITU-R BT.601 section 2.5.3, BT.709 section 4
		y, cb, cr = (y-16)*255/219, cb*255/224, cr*255/224
	}
	kr, kb := 0.299, 0.114
	if p.BT709 {
		kr, kb = 0.2126, 0.0722
	}
	red, blue := y+2*(1-kr)*cr, y+2*(1-kb)*cb
	green := (y - kr*red - kb*blue) / (1 - kr - kb)
	return color.RGBA{level(red), level(green), level(blue), 255}
}

func level(v float64) uint8 { return uint8(min(max(v+0.5, 0), 255)) }

// getThumbnail serves a small picture of what is on.
func (s *Server) getThumbnail(w http.ResponseWriter, r *http.Request) {
	p := s.streamOf(w, r)
	if p == nil {
		return
	}
	key, age := p.newestKey()
	if age > thumbnailAge {
		p.requestKeyframe() // for who asks next
	}
	picture, err := p.thumbnail.get(key, &s.decoding)
	if err != nil {
		refusal.Answer(w, err)
		return
	}
	w.Header().Set("Content-Type", "image/jpeg")
	w.Header().Set("Cache-Control", "private, max-age=3")
	_, _ = w.Write(picture)
}

// newestKey returns the newest key frame, and how long ago it came; nil before there is one.
func (p *Publication) newestKey() (*encoder.Packet, time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.key, time.Since(p.keyAt)
}
