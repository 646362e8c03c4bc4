package capture

import (
	"encoding/binary"
	"fmt"
	"math"
	"sync"

	"github.com/gen2brain/malgo"
)

// maxWaiting is how much sound may wait to be played, in values: 100 ms of stereo. When the loudspeakers' clock is the
// slower one, what is new is lost.
const maxWaiting = SampleRate / 10 * Channels

// Speakers play sound on this computer's default output until Close.
type Speakers struct {
	ctx    *malgo.AllocatedContext
	device *malgo.Device
	once   sync.Once

	mu      sync.Mutex
	waiting []float32
}

// OpenSpeakers opens the default output. The error is ErrNoDevice.
func OpenSpeakers() (*Speakers, error) {
	return answered(connectSpeakers, func(s *Speakers) { s.Close() })
}

func connectSpeakers() (*Speakers, error) {
	ctx, err := soundContext()
	if err != nil {
		return nil, err
	}
	s := &Speakers{ctx: ctx, waiting: make([]float32, 0, maxWaiting)}
	c := malgo.DefaultDeviceConfig(malgo.Playback)
	c.SampleRate, c.PeriodSizeInFrames, c.Periods = SampleRate, block, 3
	c.Playback.Format, c.Playback.Channels = malgo.FormatF32, Channels
	c.Pulse.StreamNamePlayback = "Golive"
	if s.device, err = malgo.InitDevice(ctx.Context, c, malgo.DeviceCallbacks{Data: s.data}); err == nil {
		if err = s.device.Start(); err == nil {
			return s, nil
		}
		s.device.Uninit()
	}
	freeContext(ctx)
	return nil, fmt.Errorf("%w: the loudspeakers cannot be opened: %w", ErrNoDevice, err)
}

// data runs on the sound thread: it copies and returns. Silence fills what is missing.
func (s *Speakers) data(output, _ []byte, _ uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := min(len(output)/4, len(s.waiting))
	for i, v := range s.waiting[:n] {
		binary.LittleEndian.PutUint32(output[4*i:], math.Float32bits(max(-1, min(1, v))))
	}
	clear(output[4*n:])
	s.waiting = s.waiting[:copy(s.waiting, s.waiting[n:])]
}

// Play plays stereo samples at SampleRate after what waits already; it never blocks.
func (s *Speakers) Play(samples []float32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting = append(s.waiting, samples[:min(len(samples), maxWaiting-len(s.waiting))]...)
}

// Close stops playing. It may be called twice.
func (s *Speakers) Close() {
	s.once.Do(func() {
		closeDevice(s.device, s.ctx)
	})
}
