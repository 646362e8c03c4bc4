// Package av adds to go-astiav what it lacks: a frame over memory of ours without a copy, sound into a frame, and a log
// callback that is safe with long lines.
package av

/*
#cgo pkg-config: libavutil libavcodec
#include <libavcodec/avcodec.h>
#include <libavutil/frame.h>
#include <libavutil/log.h>
#include <libavutil/opt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern void goliveRelease(uintptr_t handle);
extern void goliveLog(int level, char *line);

static void release(void *opaque, uint8_t *data) { (void)data; goliveRelease((uintptr_t)opaque); }

// wrap makes f refer to three planes that belong to somebody else; opaque is released when FFmpeg is done with them.
static int wrap(void *frame, uint8_t *y, uint8_t *u, uint8_t *v, int sy, int su, int sv, size_t size, uintptr_t opaque) {
	AVFrame *f = frame;
	f->buf[0] = av_buffer_create(y, size, release, (void *)opaque, AV_BUFFER_FLAG_READONLY);
	if (!f->buf[0]) return AVERROR(ENOMEM);
	f->data[0] = y; f->data[1] = u; f->data[2] = v;
	f->linesize[0] = sy; f->linesize[1] = su; f->linesize[2] = sv;
	return 0;
}

static uint8_t *data(void *frame, int i) { return ((AVFrame *)frame)->data[i]; }
static int stride(void *frame, int i) { return ((AVFrame *)frame)->linesize[i]; }
static int height(void *frame) { return ((AVFrame *)frame)->height; }

static void set_duration(void *frame, int64_t d) { ((AVFrame *)frame)->duration = d; }

static uint8_t *plane(void *frame, int i) { return ((AVFrame *)frame)->extended_data[i]; }

// log_line formats into a buffer of its own with a bound. It runs on FFmpeg's threads.
static void log_line(void *avcl, int level, const char *format, va_list args) {
	if (level > av_log_get_level()) return;
	char line[1024];
	int prefix = 0;
	AVClass *class = avcl ? *(AVClass **)avcl : NULL;
	if (class) prefix = snprintf(line, sizeof line, "%s: ", class->item_name(avcl));
	if (prefix < 0 || prefix >= (int)sizeof line) prefix = 0;
	vsnprintf(line + prefix, sizeof line - prefix, format, args);
	goliveLog(level, line);
}

static void set_log(int level) { av_log_set_level(level); av_log_set_callback(log_line); }
*/
import "C"

import (
	"fmt"
	"log/slog"
	"runtime/cgo"
	"strings"
	"sync/atomic"
	"unsafe"

	"github.com/asticode/go-astiav"
)

// Wrap makes frame refer to three planes of a picture, in C memory, without copying; release is called, from any
// thread, when FFmpeg is done with them.
func Wrap(frame *astiav.Frame, planes [3][]byte, strides [3]int, release func()) error {
	handle := cgo.NewHandle(release)
	p := func(i int) *C.uint8_t { return (*C.uint8_t)(unsafe.SliceData(planes[i])) }
	size := C.size_t(len(planes[0]))
	if C.wrap(frame.UnsafePointer(), p(0), p(1), p(2), C.int(strides[0]), C.int(strides[1]), C.int(strides[2]), size, C.uintptr_t(handle)) < 0 {
		handle.Delete()
		return fmt.Errorf("out of memory")
	}
	return nil
}

// SetOption sets an option of an encoder that is not open yet, by FFmpeg's name.
func SetOption(ctx *astiav.CodecContext, name, value string) error {
	n, v := C.CString(name), C.CString(value)
	defer C.free(unsafe.Pointer(n))
	defer C.free(unsafe.Pointer(v))
	if code := C.av_opt_set(ctx.UnsafePointer(), n, v, C.AV_OPT_SEARCH_CHILDREN); code < 0 {
		return astiav.Error(code)
	}
	return nil
}

// Build returns FFmpeg's version and how it was built.
func Build() string {
	return fmt.Sprintf("%s %d %s", C.GoString(C.av_version_info()), C.avcodec_version(), C.GoString(C.avcodec_configuration()))
}

// Biplanar returns the two planes of an NV12 frame with memory allocated, and the bytes a line of each has.
func Biplanar(frame *astiav.Frame) (planes [2][]byte, strides [2]int) {
	f := frame.UnsafePointer()
	lines := int(C.height(f))
	for i, n := range []int{lines, lines / 2} {
		strides[i] = int(C.stride(f, C.int(i)))
		planes[i] = unsafe.Slice((*byte)(C.data(f, C.int(i))), n*strides[i])
	}
	return planes, strides
}

//export goliveRelease
func goliveRelease(handle C.uintptr_t) {
	h := cgo.Handle(handle)
	release := h.Value().(func())
	h.Delete()
	release()
}

// SetDuration sets how long the frame lasts, in its time base.
func SetDuration(frame *astiav.Frame, d int64) { C.set_duration(frame.UnsafePointer(), C.int64_t(d)) }

// FloatPlane returns plane i of an audio frame with n float samples allocated: a channel (FLTP), or all (FLT).
func FloatPlane(frame *astiav.Frame, i, n int) []float32 {
	return unsafe.Slice((*float32)(unsafe.Pointer(C.plane(frame.UnsafePointer(), C.int(i)))), n)
}

// logger gets FFmpeg's lines: FFmpeg has one log for the whole process, so this is one too.
var logger atomic.Pointer[slog.Logger]

// Log sends FFmpeg's warnings and errors to l from now on.
func Log(l *slog.Logger) {
	logger.Store(l)
	C.set_log(C.AV_LOG_WARNING)
}

//export goliveLog
func goliveLog(level C.int, line *C.char) {
	l, text := logger.Load(), strings.TrimSpace(C.GoString(line))
	if l == nil || text == "" {
		return
	}
	if level <= C.AV_LOG_ERROR {
		l.Error("ffmpeg: " + text)
	} else {
		l.Warn("ffmpeg: " + text)
	}
}
