package testrig

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"syscall"
)

// bt709 makes RGB of pictures that are BT.709 in limited range, exactly rather than fast.
const bt709 = "scale=in_color_matrix=bt709:in_range=tv:out_range=pc:flags=accurate_rnd+full_chroma_int+full_chroma_inp+bicubic"

// Picture decodes picture n of a video, counted from 0, taking it for BT.709 in limited range.
func Picture(ctx context.Context, file string, n int) (*image.RGBA, error) {
	m, err := Probe(ctx, file)
	if err != nil {
		return nil, err
	}
	v := m.First("video")
	img := image.NewRGBA(image.Rect(0, 0, v.Width, v.Height))
	out, err := output(ctx, "ffmpeg", "-nostdin", "-v", "error", "-i", file, "-map", "v:0",
		"-vf", fmt.Sprintf(`select=eq(n\,%d),%s`, n, bt709), "-frames:v", "1", "-pix_fmt", "rgba", "-f", "rawvideo", "-")
	if err != nil {
		return nil, err
	}
	if len(out) == 0 || len(out) != len(img.Pix) {
		return nil, fmt.Errorf("%s: picture %d is not there, or not of %dx%d", file, n, v.Width, v.Height)
	}
	copy(img.Pix, out)
	return img, nil
}

// Mean returns the mean colour of the middle of a rectangle: half its width and height, which coding did not blur.
func Mean(img *image.RGBA, r image.Rectangle) (red, green, blue float64) {
	r = r.Inset(min(r.Dx(), r.Dy()) / 4).Intersect(img.Rect)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			px := img.Pix[img.PixOffset(x, y):]
			red, green, blue = red+float64(px[0]), green+float64(px[1]), blue+float64(px[2])
		}
	}
	n := float64(max(1, r.Dx()*r.Dy()))
	return red / n, green / n, blue / n
}

// A Luma is the brightness of one picture: its Y plane as it was coded.
type Luma struct {
	Pix           []byte
	Width, Height int
}

// At returns the brightness of a pixel.
func (l Luma) At(x, y int) uint8 { return l.Pix[y*l.Width+x] }

// EachLuma decodes all pictures of a video and calls fn with each, numbered from 0. The Luma is valid during the call.
func EachLuma(ctx context.Context, file string, fn func(n int, l Luma) error) error {
	m, err := Probe(ctx, file)
	if err != nil {
		return err
	}
	v := m.First("video")
	cmd, err := tool("ffmpeg", "-nostdin", "-v", "error", "-i", file, "-map", "v:0", "-vsync", "passthrough",
		"-vf", "extractplanes=y", "-f", "rawvideo", "-")
	if err != nil {
		return err
	}
	read, write, err := os.Pipe()
	if err != nil {
		return err
	}
	defer read.Close()
	cmd.Stdout = write
	c, err := startChild(cmd)
	write.Close()
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { c.signal(syscall.SIGKILL) })()
	err = eachPlane(bufio.NewReader(read), Luma{make([]byte, v.Width*v.Height), v.Width, v.Height}, fn)
	if err != nil {
		c.stop(syscall.SIGKILL, 0)
		return err
	}
	<-c.done
	if c.err != nil {
		return c.explain(errors.Join(c.err, ctx.Err()))
	}
	return nil
}

// eachPlane reads planes of l's size until r ends.
func eachPlane(r io.Reader, l Luma, fn func(int, Luma) error) error {
	for n := 0; ; n++ {
		if _, err := io.ReadFull(r, l.Pix); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if err := fn(n, l); err != nil {
			return err
		}
	}
}
