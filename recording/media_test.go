package recording

import (
	"image"
	"math"
	"testing"
	"time"

	"golive/capture"
	"golive/encoder"
)

var thirty = capture.Rational{Num: 30, Den: 1}

// media encodes so many pictures of a test card, and as much sound; the packets come in the order an encoder gives them.
func media(t *testing.T, pictures int) (streams []*encoder.Stream, packets []*encoder.Packet) {
	t.Helper()
	const width, height = 320, 180
	source, err := capture.OpenVideo("pattern", capture.VideoOptions{
		Clock: capture.NewClock(), Size: image.Pt(width, height), FrameRate: thirty,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	card, err := source.ReadVideo()
	if err != nil {
		t.Fatal(err)
	}
	defer card.Release()
	video, err := encoder.NewVideo(encoder.VideoConfig{Width: width, Height: height, FrameRate: thirty, BitRate: 500_000, KeyInterval: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer video.Close()
	sound, err := encoder.NewAudio(encoder.AudioConfig{Codec: encoder.AAC, SampleRate: 48000, Channels: 2, BitRate: 96_000})
	if err != nil {
		t.Fatal(err)
	}
	defer sound.Close()

	blocks := int64(0)
	for n := range int64(pictures) {
		f := card.Repeat(capture.Duration(n, thirty), time.Now())
		got, err := video.Encode(f)
		f.Release()
		if err != nil {
			t.Fatal(err)
		}
		packets = append(packets, got...)
		for ; blocks*10 < (n+1)*1000/30; blocks++ {
			got, err := sound.Encode(tone(blocks))
			if err != nil {
				t.Fatal(err)
			}
			packets = append(packets, got...)
		}
	}
	return []*encoder.Stream{video.Stream(), sound.Stream()}, packets
}

// tone returns the nth 10 ms of 440 Hz.
func tone(n int64) *capture.AudioFrame {
	f := &capture.AudioFrame{PTS: time.Duration(n) * 10 * time.Millisecond, SampleRate: 48000, Channels: 2}
	for i := range 480 {
		v := float32(math.Sin(2*math.Pi*440*float64(n*480+int64(i))/48000)) / 4
		f.Samples = append(f.Samples, v, v)
	}
	return f
}
