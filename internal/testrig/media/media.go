// Package media makes what an encoder gives, for tests of what comes behind it: in go a number of pictures, out come a
// test card in H.264 and a tone in AAC, in step.
package media

import (
	"image"
	"math"
	"testing"
	"time"

	"golive/capture"
	"golive/encoder"
)

// Encode encodes so many pictures of 320x180 at 30 a second, with a key frame every 2 s, and as much sound (48 kHz,
// stereo). The streams are the video and the audio; the packets come in the order an encoder gives them.
func Encode(t testing.TB, pictures int) (streams []*encoder.Stream, packets []*encoder.Packet) {
	t.Helper()
	return EncodeAs(t, pictures, encoder.H264, encoder.AAC)
}

// EncodeAs is Encode with other codecs.
func EncodeAs(t testing.TB, pictures int, pictured, audio encoder.Codec) (streams []*encoder.Stream, packets []*encoder.Packet) {
	t.Helper()
	const width, height = 320, 180
	thirty := capture.Rational{Num: 30, Den: 1}
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
	video, err := encoder.NewVideo(encoder.VideoConfig{Codec: pictured, Width: width, Height: height, FrameRate: thirty, BitRate: 500_000, KeyInterval: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer video.Close()
	sound, err := encoder.NewAudio(encoder.AudioConfig{Codec: audio, SampleRate: capture.SampleRate, Channels: capture.Channels, BitRate: 96_000})
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
	f := &capture.AudioFrame{PTS: time.Duration(n) * 10 * time.Millisecond, SampleRate: capture.SampleRate, Channels: capture.Channels}
	for i := range 480 {
		v := float32(math.Sin(2*math.Pi*440*float64(n*480+int64(i))/48000)) / 4
		f.Samples = append(f.Samples, v, v)
	}
	return f
}
