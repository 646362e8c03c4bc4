package publish

import (
	"bytes"
	"context"
	"image"
	"log/slog"
	"time"

	"golive/capture"
	"golive/encoder"
)

const (
	// trialTime is how long a trial sends, and warmTime how much of that is not measured: connections begin slowly.
	trialTime = 5 * time.Second
	warmTime  = time.Second
	// fillerNAL is the type of a NAL unit that decoders throw away (H.264, 7.4.2.7).
	fillerNAL = 12
)

// A Trial is what a trial of the upload has found.
type Trial struct {
	Offered int // bit/s that were to be sent
	Acked   int // bit/s that came through
}

// Enough says whether the way carries what was offered.
func (t Trial) Enough() bool { return float64(t.Acked) >= 0.9*float64(t.Offered) }

// TryUpload sends the test card, filled up to a bit rate in bit/s, for five seconds, and measures what comes through. The
// place should be one where nobody sees it. It is not tried again. Errors: those of Dial and of the connection.
func TryUpload(ctx context.Context, place Destination, bps int) (Trial, error) {
	rate := capture.Rational{Num: 30, Den: 1}
	size := image.Pt(640, 360)
	video, err := encoder.NewVideo(encoder.VideoConfig{
		Encoder: encoder.Software(encoder.Trial{Codec: encoder.H264}), Preset: "ultrafast", Codec: encoder.H264,
		Width: size.X, Height: size.Y, FrameRate: rate, BitRate: max(encoder.MinBitRate, min(bps, 500_000)), KeyInterval: 2 * time.Second,
		Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return Trial{}, err
	}
	defer video.Close()
	feedback := &link{keyframe: func() {}, lost: make(chan struct{})}
	dialing, cancel := context.WithTimeout(ctx, attemptTime)
	defer cancel()
	out, err := place.Dial(dialing, []*encoder.Stream{video.Stream()}, feedback)
	if err != nil {
		return Trial{}, err
	}
	defer out.Close()
	card, err := capture.OpenVideo("pattern", capture.VideoOptions{Clock: capture.NewClock(), Size: size, FrameRate: rate})
	if err != nil {
		return Trial{}, err
	}
	defer card.Close()
	trying, end := context.WithTimeout(ctx, trialTime)
	defer end()
	defer context.AfterFunc(trying, func() { _ = out.Close() })() // a way that is full must not hold it up
	t := &trial{video: video, card: card, out: out, share: bps / 8 * rate.Den / rate.Num}
	err = t.run(trying)
	if err == nil {
		err = ctx.Err() // the caller has given up
	}
	return Trial{bps, t.acked()}, err
}

// A trial is one in progress.
type trial struct {
	video *encoder.Video
	card  capture.VideoSource
	out   Output
	share int // bytes of each picture

	warm, end   time.Time // what is measured between
	bytes, came int64     // that had come through then
}

// run sends until ctx ends.
func (t *trial) run(ctx context.Context) error {
	begin := time.Now()
	for ctx.Err() == nil {
		f, err := t.card.ReadVideo()
		if err != nil {
			return err
		}
		packets, err := t.video.Encode(f)
		f.Release()
		for _, p := range packets {
			if err == nil {
				err = t.out.WritePacket(filled(p, t.share))
			}
		}
		if ctx.Err() != nil {
			return nil // its end may have cut the last one short
		}
		if err != nil {
			return err
		}
		t.look(time.Since(begin) >= warmTime)
	}
	return nil
}

// look notes what has come through.
func (t *trial) look(warm bool) {
	l := t.out.Link()
	came := l.AckedBytes
	if came == 0 {
		came = l.SentBytes
	}
	if warm && t.warm.IsZero() {
		t.warm, t.bytes = time.Now(), came
	}
	t.end, t.came = time.Now(), came
}

// acked returns the bit/s that came through.
func (t *trial) acked() int {
	passed := t.end.Sub(t.warm)
	if t.warm.IsZero() || passed <= 0 {
		return 0
	}
	return int(float64(t.came-t.bytes) * 8 / passed.Seconds())
}

// filled returns a picture that is at least so many bytes long.
func filled(p *encoder.Packet, size int) *encoder.Packet {
	missing := size - p.Size()
	if missing < 8 {
		return p
	}
	filler := bytes.Repeat([]byte{0xff}, missing)
	filler[0], filler[missing-1] = fillerNAL, 0x80
	longer := *p
	longer.Data = append(longer.Data[:len(longer.Data):len(longer.Data)], filler)
	return &longer
}
