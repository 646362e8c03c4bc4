package encoder

import (
	"errors"
	"fmt"
	"image"
	"slices"
	"strconv"

	"github.com/asticode/go-astiav"

	"golive/encoder/internal/av"
)

// maxDecoded bounds the pictures that are decoded, in pixels: 8K. A few bytes can announce far more.
const maxDecoded = 8192 * 4608

// A Picture is one that was decoded: planes of 8 bits.
type Picture struct {
	*image.YCbCr
	FullRange bool // else luma is 16 to 235, and chroma 16 to 240
	BT709     bool // else the colours are those of BT.601
}

// DecodeKeyframe decodes the picture of a key frame of H.264, which may come from anybody.
func DecodeKeyframe(p *Packet) (*Picture, error) {
	if p.Stream.Codec != H264 || !p.Keyframe {
		return nil, fmt.Errorf("no picture of %s is decoded: it must be a key frame of h264", p.Stream.Codec)
	}
	codec := astiav.FindDecoderByName("h264")
	if codec == nil {
		return nil, errors.New("there is no decoder for h264")
	}
	ctx := astiav.AllocCodecContext(codec)
	if ctx == nil {
		return nil, errors.New("out of memory")
	}
	defer ctx.Free()
	packet, frame := astiav.AllocPacket(), astiav.AllocFrame()
	defer packet.Free()
	defer frame.Free()
	ctx.SetThreadCount(1)
	err := av.SetOption(ctx, "max_pixels", strconv.Itoa(maxDecoded))
	if err == nil {
		err = ctx.Open(codec, nil)
	}
	if err == nil {
		err = decodeOne(ctx, packet, frame, slices.Concat(p.Stream.Extradata, p.AnnexB()))
	}
	if err != nil {
		return nil, fmt.Errorf("decode a key frame: %w", err)
	}
	return pictureOf(frame)
}

// decodeOne gets the one frame of data.
func decodeOne(ctx *astiav.CodecContext, packet *astiav.Packet, frame *astiav.Frame, data []byte) error {
	if err := packet.FromData(data); err != nil {
		return err
	}
	if err := ctx.SendPacket(packet); err != nil {
		return err
	}
	if err := ctx.SendPacket(nil); err != nil { // there is no more
		return err
	}
	return ctx.ReceiveFrame(frame)
}

func pictureOf(frame *astiav.Frame) (*Picture, error) {
	data := frame.Data()
	img, err := data.GuessImageFormat()
	if err == nil {
		err = data.ToImage(img)
	}
	if err != nil {
		return nil, fmt.Errorf("decode a key frame: %w", err)
	}
	planes, ok := img.(*image.YCbCr)
	if !ok {
		return nil, fmt.Errorf("decode a key frame: its pixels are %s", frame.PixelFormat())
	}
	space := frame.ColorSpace()
	return &Picture{
		YCbCr:     planes,
		FullRange: frame.ColorRange() == astiav.ColorRangeJpeg,
		BT709:     space == astiav.ColorSpaceBt709 || space == astiav.ColorSpaceUnspecified && frame.Height() >= 720,
	}, nil
}
