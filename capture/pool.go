package capture

import (
	"image"
	"sync"

	"golive/capture/internal/yuv"
)

// keptPictures is how many unused pictures a pool keeps for reuse: a mailbox, an encoder, a preview and the one being
// drawn need four.
const keptPictures = 4

// A framePool makes frames of one size and reuses their memory.
type framePool struct {
	size image.Point

	mu     sync.Mutex
	free   []yuv.Image
	closed bool
}

func newFramePool(size image.Point) *framePool { return &framePool{size: size} }

// get returns a frame with one reference and undefined content.
func (p *framePool) get() *VideoFrame {
	m := p.take()
	f := &VideoFrame{Width: m.Width, Height: m.Height, Planes: m.Planes, Strides: m.Strides}
	f.release = func() { p.put(m) }
	f.refs.Store(1)
	return f
}

func (p *framePool) take() yuv.Image {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.free); n > 0 {
		m := p.free[n-1]
		p.free = p.free[:n-1]
		return m
	}
	return yuv.New(p.size.X, p.size.Y)
}

func (p *framePool) put(m yuv.Image) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || len(p.free) == keptPictures {
		m.Free()
		return
	}
	p.free = append(p.free, m)
}

// close frees what is unused; frames that are still out are freed by their last Release.
func (p *framePool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for _, m := range p.free {
		m.Free()
	}
	p.free = nil
}
