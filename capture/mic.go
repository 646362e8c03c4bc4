package capture

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"runtime"
	"strings"
	"sync"
	"time"
	"unsafe"

	"github.com/gen2brain/malgo"
)

// defaultMonitor is PulseAudio's name of what the default sink plays.
const defaultMonitor = "@DEFAULT_MONITOR@"

const (
	// soundLost is how long a device may deliver nothing before it is taken to be gone: silence is delivered too.
	soundLost = 5 * time.Second
	// closeLimit is how long closing may take: it hangs for ever in miniaudio when the sound server has died.
	closeLimit = time.Second
)

// A mic reads a sound device: a microphone, or what the desktop plays.
type mic struct {
	clock  *Clock
	ctx    *malgo.AllocatedContext
	device *malgo.Device

	monitor bool // it is what the desktop plays
	ring    *ring
	gone    chan struct{} // closed when the device stops by itself
	stop    chan struct{}
	once    sync.Once
}

// openMic opens "mic", "mic:NAME", "desktop" or "desktop:NAME".
func openMic(s spec, clock *Clock) (AudioSource, error) {
	return answered(func() (AudioSource, error) { return connectMic(s, clock) }, func(a AudioSource) { a.Close() })
}

func connectMic(s spec, clock *Clock) (AudioSource, error) {
	ctx, err := soundContext()
	if err != nil {
		return nil, err
	}
	m := &mic{monitor: s.kind == "desktop", clock: clock, ctx: ctx, ring: newRing(), gone: make(chan struct{}), stop: make(chan struct{})}
	id, err := findMic(ctx, s)
	if err == nil {
		if err = m.start(id); err == nil {
			return m, nil
		}
	}
	freeContext(ctx)
	return nil, err
}

// findMic returns the ID that a SPEC means.
func findMic(ctx *malgo.AllocatedContext, s spec) (malgo.DeviceID, error) {
	infos, err := soundDevices(ctx)
	if err != nil {
		return malgo.DeviceID{}, err
	}
	monitors := false
	var names []string
	for _, d := range infos {
		id := deviceID(d.ID)
		if strings.HasSuffix(id, monitorSuffix) {
			monitors = true
			if s.kind == "desktop" && (s.arg == id || strings.EqualFold(s.arg, d.Name())) {
				return d.ID, nil
			}
			continue
		}
		if s.kind == "mic" && (s.arg == "" || s.arg == id || strings.EqualFold(s.arg, d.Name())) {
			return d.ID, nil
		}
		names = append(names, d.Name())
	}
	if s.kind == "desktop" && monitors && s.arg == "" {
		var id malgo.DeviceID
		copy(id[:], defaultMonitor)
		return id, nil
	}
	if s.kind == "desktop" && s.arg != "" {
		return malgo.DeviceID{}, fmt.Errorf("%w: there is no sound output %q; golive devices lists them", ErrNoDevice, s.arg)
	}
	if s.kind == "desktop" {
		return malgo.DeviceID{}, fmt.Errorf("%w: what the desktop plays cannot be heard: the sound server has no monitor; PulseAudio and PipeWire have", ErrNoDevice)
	}
	if len(names) == 0 {
		return malgo.DeviceID{}, fmt.Errorf("%w: there is no microphone", ErrNoDevice)
	}
	return malgo.DeviceID{}, fmt.Errorf("%w: there is no microphone %q; there are: %s", ErrNoDevice, s.arg, strings.Join(names, ", "))
}

func (m *mic) start(id malgo.DeviceID) error {
	c := malgo.DefaultDeviceConfig(malgo.Capture)
	c.SampleRate = SampleRate
	c.PeriodSizeInFrames = block
	c.Periods = 3
	c.Capture.Format = malgo.FormatF32
	c.Capture.Channels = Channels
	c.Pulse.StreamNameCapture = "Golive"
	device, err := initDevice(m.ctx, c, id, malgo.DeviceCallbacks{Data: m.data, Stop: sync.OnceFunc(func() { close(m.gone) })})
	if err != nil {
		return fmt.Errorf("%w: the sound device %s cannot be opened: %w", ErrNoDevice, deviceID(id), err)
	}
	if err := device.Start(); err != nil {
		device.Uninit()
		return fmt.Errorf("%w: the sound device %s does not start: %w", ErrNoDevice, deviceID(id), err)
	}
	m.device = device
	return nil
}

// initDevice opens a capture device; miniaudio copies the ID.
func initDevice(ctx *malgo.AllocatedContext, c malgo.DeviceConfig, id malgo.DeviceID, callbacks malgo.DeviceCallbacks) (*malgo.Device, error) {
	var pin runtime.Pinner
	defer pin.Unpin()
	pin.Pin(&id)
	c.Capture.DeviceID = unsafe.Pointer(&id)
	return malgo.InitDevice(ctx.Context, c, callbacks)
}

// data runs on the sound thread: it copies and returns.
func (m *mic) data(_, input []byte, frames uint32) {
	m.ring.write(m.clock.Now(), input, int(frames)*Channels)
}

// ReadAudio implements AudioSource. The device does not say when sound was heard. What a microphone hears has just ended
// when it arrives; what the desktop plays arrives when it is handed to the speakers, just before it is heard. The mixer
// takes the mean of many.
func (m *mic) ReadAudio() (*AudioFrame, error) {
	silent := time.NewTimer(soundLost)
	defer silent.Stop()
	for {
		if at, samples, ok := m.ring.read(); ok {
			if !m.monitor {
				at -= Duration(int64(len(samples)/Channels), Rational{SampleRate, 1})
			}
			return &AudioFrame{PTS: at, SampleRate: SampleRate, Channels: Channels, Samples: samples}, nil
		}
		select {
		case <-m.ring.ready:
		case <-m.stop:
			return nil, io.EOF
		case <-m.gone:
			return nil, m.lost()
		case <-silent.C:
			return nil, m.lost()
		}
	}
}

// lost is what ReadAudio says of a device that ended by itself; one that was closed ends it too.
func (m *mic) lost() error {
	select {
	case <-m.stop:
		return io.EOF
	default:
		return fmt.Errorf("%w: the sound device was unplugged or its server ended", ErrNoDevice)
	}
}

// Close implements AudioSource.
func (m *mic) Close() error {
	m.once.Do(func() {
		close(m.stop)
		closeDevice(m.device, m.ctx)
	})
	return nil
}

// closeDevice closes a sound device and its context, and waits as long as there is hope.
func closeDevice(device *malgo.Device, ctx *malgo.AllocatedContext) {
	closed := make(chan struct{})
	go func() { // waited for below
		device.Uninit()
		freeContext(ctx)
		close(closed)
	}()
	select {
	case <-closed:
	case <-time.After(closeLimit):
	}
}

// decodeF32 turns little-endian floats into dst and returns how many.
func decodeF32(dst []float32, src []byte) int {
	n := min(len(dst), len(src)/4)
	for i := range n {
		dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(src[4*i:]))
	}
	return n
}
