package encoder

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/asticode/go-astiav"

	"golive/capture"
	"golive/encoder/internal/av"
)

// A session is one of FFmpeg's encoders, open with settings most of which cannot change any more.
type session struct {
	row    Row
	config VideoConfig
	ctx    *astiav.CodecContext
	frame  *astiav.Frame
	packet *astiav.Packet
	memory *memory // on a graphics card; nil for an encoder that takes pictures as they are
	stream *Stream
	sets   [][]byte // what a key frame begins with
	taken  int64    // pictures so far
	ended  bool     // it was told that there are no more
}

// openSession opens an encoder. Its error says what is wrong in FFmpeg's words.
func openSession(row Row, codec *astiav.Codec, c VideoConfig) (*session, error) {
	s := &session{row: row, config: c}
	err := s.open(codec)
	if err == nil && row.lateSets {
		var sets []byte
		if sets, err = s.try(); err == nil {
			s.close()
			err = errors.Join(s.open(codec), s.describe(sets))
		}
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// try encodes a picture and returns the key frame: after it, the session is of no more use.
func (s *session) try() ([]byte, error) {
	s.frame.SetWidth(s.config.Width)
	s.frame.SetHeight(s.config.Height)
	s.frame.SetPixelFormat(s.row.pixelFormat())
	if err := s.frame.AllocBuffer(0); err != nil {
		return nil, err
	}
	s.frame.SetPts(0)
	if err := errors.Join(s.ctx.SendFrame(s.frame), s.ctx.SendFrame(nil), s.ctx.ReceivePacket(s.packet)); err != nil {
		return nil, err
	}
	return s.packet.Data(), nil
}

func (s *session) open(codec *astiav.Codec) error {
	c := s.config
	if s.ctx = astiav.AllocCodecContext(codec); s.ctx == nil {
		return errors.New("out of memory")
	}
	s.frame, s.packet = astiav.AllocFrame(), astiav.AllocPacket()
	s.ctx.SetWidth(c.Width)
	s.ctx.SetHeight(c.Height)
	s.ctx.SetPixelFormat(s.row.pixelFormat())
	s.ctx.SetTimeBase(astiav.NewRational(c.FrameRate.Den, c.FrameRate.Num))
	s.ctx.SetFramerate(astiav.NewRational(c.FrameRate.Num, c.FrameRate.Den))
	s.ctx.SetGopSize(max(1, int(capture.Ticks(c.KeyInterval, c.FrameRate))))
	s.ctx.SetFlags(astiav.NewCodecContextFlags(astiav.CodecContextFlagGlobalHeader, astiav.CodecContextFlagClosedGop))
	s.ctx.SetColorRange(astiav.ColorRangeMpeg)
	s.ctx.SetColorSpace(astiav.ColorSpaceBt709)
	s.ctx.SetColorPrimaries(astiav.ColorPrimariesBt709)
	s.ctx.SetColorTransferCharacteristic(astiav.ColorTransferCharacteristicBt709)
	s.setRate(c.BitRate, c.buffer())
	if s.row.device != "" {
		var err error
		if s.memory, err = openMemory(s.row.device, c.Width, c.Height); err != nil {
			return err
		}
		s.ctx.SetHardwareFramesContext(s.memory.frames)
	}
	if err := s.openWith(codec, s.row.options(c)); err != nil {
		return err
	}
	return s.describe(s.ctx.ExtraData())
}

// describe takes the parameter sets for a decoder from what has them in it.
func (s *session) describe(b []byte) error {
	c := s.config
	extradata, sets, err := parameters(c.Codec, b)
	if err != nil {
		return err
	}
	s.sets = sets
	s.stream = &Stream{
		Codec: c.Codec, Extradata: extradata,
		Width: c.Width, Height: c.Height, FrameRate: c.FrameRate, BitRate: c.BitRate,
	}
	return nil
}

func (s *session) openWith(codec *astiav.Codec, options map[string]string) error {
	dict := astiav.NewDictionary()
	defer dict.Free()
	for k, value := range options {
		if err := dict.Set(k, value, 0); err != nil {
			return fmt.Errorf("option %s: %w", k, err)
		}
	}
	if err := s.ctx.Open(codec, dict); err != nil {
		return err
	}
	if unknown := dict.Get("", nil, astiav.NewDictionaryFlags(astiav.DictionaryFlagIgnoreSuffix)); unknown != nil {
		return fmt.Errorf("it does not know the option %s", unknown.Key())
	}
	return nil
}

// setRate sets the bit rate and how much the buffer (VBV) holds, in time.
func (s *session) setRate(bps int, buffer time.Duration) {
	s.ctx.SetBitRate(int64(bps))
	s.ctx.SetRateControlMaxRate(int64(bps))
	s.ctx.SetRateControlBufferSize(int(float64(bps) * buffer.Seconds()))
}

// send gives a picture to the encoder, which keeps a reference to it as long as it needs it.
func (s *session) send(f *capture.VideoFrame, tick int64, key bool) error {
	if s.row.fault != nil {
		if err := s.row.fault(s.taken); err != nil {
			return err
		}
	}
	s.taken++
	s.frame.SetWidth(f.Width)
	s.frame.SetHeight(f.Height)
	frame, err := s.load(f)
	if err != nil {
		return err
	}
	frame.SetPts(tick)
	frame.SetColorRange(astiav.ColorRangeMpeg)
	frame.SetColorSpace(astiav.ColorSpaceBt709)
	frame.SetPictureType(astiav.PictureTypeNone)
	if key {
		frame.SetPictureType(astiav.PictureTypeI)
	}
	err = s.ctx.SendFrame(frame)
	frame.Unref()
	return err
}

// load returns f as a frame of FFmpeg's in the format, and in the memory, that the encoder takes.
func (s *session) load(f *capture.VideoFrame) (*astiav.Frame, error) {
	if s.row.input == planar {
		s.frame.SetPixelFormat(astiav.PixelFormatYuv420P)
		if err := av.Wrap(s.frame, f.Planes, f.Strides, f.Retain().Release); err != nil {
			f.Release()
			return nil, err
		}
	} else {
		s.frame.SetPixelFormat(astiav.PixelFormatNv12)
		if err := s.frame.AllocBuffer(0); err != nil {
			return nil, err
		}
		planes, strides := av.Biplanar(s.frame)
		f.NV12(planes, strides)
	}
	if s.memory == nil {
		return s.frame, nil
	}
	defer s.frame.Unref()
	return s.memory.upload(s.frame)
}

// receive returns what the encoder has finished.
func (s *session) receive() ([]coded, error) {
	var list []coded
	for {
		err := s.ctx.ReceivePacket(s.packet)
		if errors.Is(err, astiav.ErrEagain) || errors.Is(err, astiav.ErrEof) {
			return list, nil
		}
		if err != nil {
			return list, err
		}
		c, err := s.take()
		s.packet.Unref()
		if err != nil {
			return list, err
		}
		list = append(list, c)
	}
}

// coded is a packet in the encoder's own time.
type coded struct {
	pts, dts int64
	key      bool
	data     [][]byte
}

// take copies a packet out of FFmpeg's memory. A key frame gets the parameter sets, so that any of them is a start.
func (s *session) take() (coded, error) {
	key := s.packet.Flags().Has(astiav.PacketFlagKey)
	data, err := split(s.config.Codec, s.packet.Data()) // Data is a copy
	if err != nil {
		return coded{}, fmt.Errorf("its packets are malformed: %w", err)
	}
	if key {
		data = slices.Concat(s.sets, data)
	}
	return coded{pts: s.packet.Pts(), dts: s.packet.Dts(), key: key, data: data}, nil
}

// flush returns what is still inside. SVT-AV1 that has seen no picture would wait for one for ever.
func (s *session) flush() ([]coded, error) {
	if s.row.lateSets && s.taken == 0 {
		return nil, nil
	}
	s.ended = true
	if err := s.ctx.SendFrame(nil); err != nil {
		return nil, err
	}
	return s.receive()
}

// closeLimit is how long SVT-AV1 may take to end.
const closeLimit = time.Second

// close frees the encoder. SVT-AV1 hangs when it is freed before it was told of the end, above all without having seen a
// picture: then it is left behind.
func (s *session) close() {
	if !s.row.lateSets || s.stream == nil || s.ended {
		s.free()
		return
	}
	freed := make(chan struct{})
	go func() { // waited for below, as long as there is hope
		s.free()
		close(freed)
	}()
	select {
	case <-freed:
	case <-time.After(closeLimit):
	}
}

func (s *session) free() {
	if s.packet != nil {
		s.packet.Free()
	}
	if s.frame != nil {
		s.frame.Free()
	}
	if s.ctx != nil {
		s.ctx.Free()
	}
	if s.memory != nil {
		s.memory.close()
	}
	s.packet, s.frame, s.ctx, s.memory = nil, nil, nil, nil
}
