// Package yuv converts, scales and blends pictures: libyuv for everything but one conversion, BGRA to I420 in BT.709,
// which libyuv knows in BT.601 only. It also owns the C memory that pictures live in.
package yuv

/*
#cgo CFLAGS: -O3
#cgo LDFLAGS: -lyuv
#include <stdlib.h>
#include <stdint.h>
#include "bt709.h"

// The few functions of libyuv that are used, so that its C++ headers need not be parsed.
int I420Scale(const uint8_t *sy, int ssy, const uint8_t *su, int ssu, const uint8_t *sv, int ssv, int sw, int sh,
              uint8_t *dy, int dsy, uint8_t *du, int dsu, uint8_t *dv, int dsv, int dw, int dh, int filter);
int H420ToABGR(const uint8_t *sy, int ssy, const uint8_t *su, int ssu, const uint8_t *sv, int ssv,
               uint8_t *dst, int ds, int w, int h);
int I420Rect(uint8_t *dy, int dsy, uint8_t *du, int dsu, uint8_t *dv, int dsv, int x, int y, int w, int h, int vy, int vu,
             int vv);
int I420ToNV12(const uint8_t *sy, int ssy, const uint8_t *su, int ssu, const uint8_t *sv, int ssv,
               uint8_t *dy, int dsy, uint8_t *duv, int dsuv, int w, int h);
int ABGRToARGB(const uint8_t *src, int ss, uint8_t *dst, int ds, int w, int h);
int ARGBBlend(const uint8_t *s0, int ss0, const uint8_t *s1, int ss1, uint8_t *d, int ds, int w, int h);
*/
import "C"

import (
	"image"
	"unsafe"
)

// An Image is an I420 picture. Width and Height are even.
type Image struct {
	Planes        [3][]byte // Y, U, V
	Strides       [3]int    // bytes
	Width, Height int       // pixels
}

// align is what vector loads and stores like best.
const align = 64

// New allocates an Image in C memory, with strides that are multiples of 64. It must be freed.
func New(width, height int) Image {
	stride := (width + align - 1) / align * align
	half := (width/2 + align - 1) / align * align
	size := stride*height + 2*half*(height/2)
	p := C.aligned_alloc(align, C.size_t((size+align-1)/align*align))
	if p == nil {
		panic("yuv: out of memory")
	}
	b := unsafe.Slice((*byte)(p), size)
	y, c := stride*height, half*(height/2)
	return Image{
		Planes:  [3][]byte{b[:y:y], b[y : y+c : y+c], b[y+c:]},
		Strides: [3]int{stride, half, half},
		Width:   width, Height: height,
	}
}

// Free gives the memory of an Image made by New back.
func (m Image) Free() { C.free(unsafe.Pointer(unsafe.SliceData(m.Planes[0]))) }

// Sub returns the part of the picture within r, which must lie inside and have even coordinates.
func (m Image) Sub(r image.Rectangle) Image {
	m.Planes[0] = m.Planes[0][r.Min.Y*m.Strides[0]+r.Min.X:]
	for i := 1; i < 3; i++ {
		m.Planes[i] = m.Planes[i][r.Min.Y/2*m.Strides[i]+r.Min.X/2:]
	}
	m.Width, m.Height = r.Dx(), r.Dy()
	return m
}

// FromBGRA converts B, G, R, A bytes of m's size, stride bytes a line, into m (BT.709, limited range).
func (m Image) FromBGRA(src []byte, stride int) {
	_ = src[(m.Height-1)*stride+4*m.Width-1]
	C.golive_bgra_to_i420(ptr(src), C.int(stride), m.ptr(0), m.stride(0), m.ptr(1), m.stride(1), m.ptr(2), m.stride(2),
		C.int(m.Width), C.int(m.Height))
}

func (m Image) fromBGRAPlain(src []byte, stride int) {
	C.golive_bgra_to_i420_c(ptr(src), C.int(stride), m.ptr(0), m.stride(0), m.ptr(1), m.stride(1), m.ptr(2), m.stride(2),
		C.int(m.Width), C.int(m.Height))
}

// kFilterBox of libyuv: averages when making smaller, bilinear when making larger.
const filterBox = 3

// ScaleTo scales m to the size of dst.
func (m Image) ScaleTo(dst Image) {
	C.I420Scale(m.ptr(0), m.stride(0), m.ptr(1), m.stride(1), m.ptr(2), m.stride(2), C.int(m.Width), C.int(m.Height),
		dst.ptr(0), dst.stride(0), dst.ptr(1), dst.stride(1), dst.ptr(2), dst.stride(2), C.int(dst.Width), C.int(dst.Height),
		filterBox)
}

// ToNV12 copies src into Y, and U and V side by side. Strides are in bytes.
func ToNV12(planes [2][]byte, strides [2]int, src Image) {
	C.I420ToNV12(src.ptr(0), src.stride(0), src.ptr(1), src.stride(1), src.ptr(2), src.stride(2),
		ptr(planes[0]), C.int(strides[0]), ptr(planes[1]), C.int(strides[1]), C.int(src.Width), C.int(src.Height))
}

// Black paints the whole picture black.
func (m Image) Black() {
	C.I420Rect(m.ptr(0), m.stride(0), m.ptr(1), m.stride(1), m.ptr(2), m.stride(2), 0, 0, C.int(m.Width), C.int(m.Height),
		16, 128, 128)
}

// Fit returns the largest rectangle with the shape of src that fits in the middle of dst, in even coordinates.
func Fit(src, dst image.Point) image.Rectangle {
	w, h := dst.X, dst.X*src.Y/src.X
	if h > dst.Y {
		w, h = dst.Y*src.X/src.Y, dst.Y
	}
	w, h = max(w&^1, 2), max(h&^1, 2)
	at := image.Pt((dst.X-w)/2&^1, (dst.Y-h)/2&^1)
	return image.Rectangle{at, at.Add(image.Pt(w, h))}
}

// ToRGBA scales the picture into dst, keeping its shape; what is left over becomes black.
func ToRGBA(dst *image.RGBA, src Image) {
	size := dst.Rect.Size()
	if size.X < 2 || size.Y < 2 {
		return
	}
	fit := Fit(image.Pt(src.Width, src.Height), size)
	if fit.Size() != size {
		for i := range dst.Pix {
			dst.Pix[i] = []byte{0, 0, 0, 255}[i&3]
		}
	}
	scaled := src
	if fit.Dx() != src.Width || fit.Dy() != src.Height {
		scaled = New(fit.Dx(), fit.Dy())
		defer scaled.Free()
		src.ScaleTo(scaled)
	}
	out := dst.Pix[fit.Min.Y*dst.Stride+4*fit.Min.X:]
	_ = out[(fit.Dy()-1)*dst.Stride+4*fit.Dx()-1]
	C.H420ToABGR(scaled.ptr(0), scaled.stride(0), scaled.ptr(1), scaled.stride(1), scaled.ptr(2), scaled.stride(2),
		ptr(out), C.int(dst.Stride), C.int(fit.Dx()), C.int(fit.Dy()))
}

// Blend lays over, premultiplied B, G, R, A of width x height pixels, onto dst in place. Strides are in bytes.
func Blend(dst []byte, dstStride int, over []byte, overStride, width, height int) {
	if width <= 0 || height <= 0 {
		return
	}
	_ = dst[(height-1)*dstStride+4*width-1]
	_ = over[(height-1)*overStride+4*width-1]
	C.ARGBBlend(ptr(over), C.int(overStride), ptr(dst), C.int(dstStride), ptr(dst), C.int(dstStride), C.int(width), C.int(height))
}

// SwapRedBlue turns R, G, B, A into B, G, R, A in place, or back.
func SwapRedBlue(pix []byte, stride, width, height int) {
	_ = pix[(height-1)*stride+4*width-1]
	C.ABGRToARGB(ptr(pix), C.int(stride), ptr(pix), C.int(stride), C.int(width), C.int(height))
}

func ptr(b []byte) *C.uint8_t        { return (*C.uint8_t)(unsafe.SliceData(b)) }
func (m Image) ptr(i int) *C.uint8_t { return ptr(m.Planes[i]) }
func (m Image) stride(i int) C.int   { return C.int(m.Strides[i]) }
