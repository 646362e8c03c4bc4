package testrig

import (
	"encoding/binary"
	"io"
	"math"
	"time"

	"golive/capture/testcard"
)

// SampleRate is the rate of all sound of the rigs, in Hz.
const SampleRate = 48000

// BeepHz is the pitch of Sound.PlayBeeps.
const BeepHz = 1000

// beepBuffer is how long the player's buffers are, and playAhead how long before it is heard it reads sound then. That
// was measured: the beeps come within 3 ms of the test card's flashes in what FFmpeg records of both.
const (
	beepBuffer = 80 * time.Millisecond
	playAhead  = 59 * time.Millisecond
)

// A generator is endless sound, the same on both channels: value returns the sample n, 1.0 full scale.
type generator struct {
	next  int64
	value func(n int64) float64
	begin func(n int64) // called before each stretch; may be nil
}

// Read implements io.Reader. It fills whole instants of four bytes and never fails.
func (g *generator) Read(p []byte) (int, error) {
	if g.begin != nil {
		g.begin(g.next)
	}
	n := len(p) / 4
	for i := range n {
		sample := uint16(int16(math.Round(g.value(g.next) * math.MaxInt16)))
		binary.LittleEndian.PutUint16(p[4*i:], sample)
		binary.LittleEndian.PutUint16(p[4*i+2:], sample)
		g.next++
	}
	return 4 * n, nil
}

// Tone returns an endless sine of hz at a level of db dBFS RMS, for Sound.Play.
func Tone(hz, db float64) io.Reader {
	amplitude := min(1, math.Sqrt2*math.Pow(10, db/20))
	return &generator{value: func(n int64) float64 { return amplitude * sine(hz, n) }}
}

// beeps returns endless silence with the beeps of Sound.PlayBeeps.
func beeps() io.Reader {
	var zero time.Time // when sample 0 is heard
	begin := func(n int64) {
		now := time.Now().Add(playAhead - samples(n))
		if n < SampleRate { // the buffers are filling
			zero = now
			return
		}
		// Reads come in bursts, so the clock is taken from many of them.
		zero = zero.Add(now.Sub(zero) / 64)
	}
	return &generator{begin: begin, value: func(n int64) float64 {
		if n < 2*SampleRate || !testcard.Flashing(zero.Add(samples(n))) {
			return 0
		}
		return 0.5 * sine(BeepHz, n)
	}}
}

func sine(hz float64, n int64) float64 {
	return math.Sin(2 * math.Pi * math.Mod(hz*float64(n)/SampleRate, 1))
}

// samples returns how long n samples last.
func samples(n int64) time.Duration {
	return time.Duration(n/SampleRate)*time.Second + time.Duration(n%SampleRate)*time.Second/SampleRate
}
