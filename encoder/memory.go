package encoder

import (
	"fmt"

	"github.com/asticode/go-astiav"
)

// poolSize is how many pictures a graphics card holds: more than an encoder that looks ahead keeps at once.
const poolSize = 32

// A memory is where a graphics card has its pictures, in NV12.
type memory struct {
	device *astiav.HardwareDeviceContext
	frames *astiav.HardwareFramesContext
	frame  *astiav.Frame
}

// openMemory opens the first device of a kind, by FFmpeg's name of it.
func openMemory(kind string, width, height int) (*memory, error) {
	m := &memory{}
	var err error
	m.device, err = astiav.CreateHardwareDeviceContext(astiav.FindHardwareDeviceTypeByName(kind), "", nil, 0)
	if err != nil {
		return nil, fmt.Errorf("there is no graphics card that speaks %s here: %w", kind, err)
	}
	m.frames = astiav.AllocHardwareFramesContext(m.device)
	m.frames.SetHardwarePixelFormat(astiav.FindPixelFormatByName(kind))
	m.frames.SetSoftwarePixelFormat(astiav.PixelFormatNv12)
	m.frames.SetWidth(width)
	m.frames.SetHeight(height)
	m.frames.SetInitialPoolSize(poolSize)
	if err := m.frames.Initialize(); err != nil {
		m.close()
		return nil, fmt.Errorf("the graphics card has no room for pictures of %dx%d: %w", width, height, err)
	}
	m.frame = astiav.AllocFrame()
	return m, nil
}

// upload copies a picture to the card. The frame it returns is to be unreferenced after use.
func (m *memory) upload(f *astiav.Frame) (*astiav.Frame, error) {
	if err := m.frame.AllocHardwareBuffer(m.frames); err != nil {
		return nil, err
	}
	if err := f.TransferHardwareData(m.frame); err != nil {
		m.frame.Unref()
		return nil, err
	}
	return m.frame, nil
}

func (m *memory) close() {
	if m.frame != nil {
		m.frame.Free()
	}
	if m.frames != nil {
		m.frames.Free()
	}
	m.device.Free()
}

// pixelFormat returns the format of the pictures that an encoder is given.
func (r Row) pixelFormat() astiav.PixelFormat {
	switch {
	case r.device != "":
		return astiav.FindPixelFormatByName(r.device) // it has the name of its kind of device
	case r.input == biplanar:
		return astiav.PixelFormatNv12
	}
	return astiav.PixelFormatYuv420P
}
