package capture

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gen2brain/malgo"

	"golive/internal/answer"
)

// answerLimit is how long a sound server may take to answer.
const answerLimit = 5 * time.Second

// monitorSuffix ends the ID of a PulseAudio source that is what a sink plays.
const monitorSuffix = ".monitor"

// soundContext connects to the sound server. The null backend of malgo is left out: silence is not a device.
func soundContext() (*malgo.AllocatedContext, error) {
	backends := []malgo.Backend{malgo.BackendWasapi, malgo.BackendCoreaudio, malgo.BackendPulseaudio, malgo.BackendAlsa}
	ctx, err := malgo.InitContext(backends, malgo.ContextConfig{}, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: no sound server answers: %w; start PulseAudio or PipeWire, or use --audio none", ErrNoDevice, err)
	}
	return ctx, nil
}

func freeContext(ctx *malgo.AllocatedContext) {
	_ = ctx.Uninit()
	ctx.Free()
}

// answered returns what ask returns, but does not wait for a sound server that takes a connection and then says
// nothing: miniaudio has no limit of its own.
func answered[T any](ask func() (T, error), free func(T)) (T, error) {
	v, err := answer.Within(answerLimit, ask, free)
	if errors.Is(err, answer.ErrNone) {
		err = fmt.Errorf("%w: the sound server does not answer", ErrNoDevice)
	}
	return v, err
}

// alsaPlugins are what ALSA lists as devices although nothing can be heard there: converters and bridges of its own.
const alsaPlugins = " null lavrate samplerate speexrate jack oss pulse speex upmix vdownmix "

// soundDevices lists what the sound server can capture.
func soundDevices(ctx *malgo.AllocatedContext) ([]malgo.DeviceInfo, error) {
	infos, err := ctx.Devices(malgo.Capture)
	if err != nil {
		return nil, fmt.Errorf("%w: the sound devices cannot be listed: %w", ErrNoDevice, err)
	}
	return slices.DeleteFunc(infos, func(d malgo.DeviceInfo) bool {
		return strings.Contains(alsaPlugins, " "+deviceID(d.ID)+" ")
	}), nil
}

func deviceID(id malgo.DeviceID) string {
	b, _, _ := bytes.Cut(id[:], []byte{0})
	return string(b)
}

// microphones lists the sound devices that can be captured.
func microphones() ([]Device, error) { return answered(listMicrophones, func([]Device) {}) }

func listMicrophones() ([]Device, error) {
	ctx, err := soundContext()
	if err != nil {
		return nil, err
	}
	defer freeContext(ctx)
	infos, err := soundDevices(ctx)
	if err != nil {
		return nil, err
	}
	var devices []Device
	for _, d := range infos {
		kind, id := Mic, deviceID(d.ID)
		if strings.HasSuffix(id, monitorSuffix) {
			kind = Desktop
		}
		devices = append(devices, Device{Kind: kind, ID: id, Name: d.Name()})
	}
	return devices, nil
}
