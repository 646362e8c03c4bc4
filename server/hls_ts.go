package server

import (
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"golive/encoder"
	"golive/internal/hls"
	"golive/internal/refusal"
)

// tsIdle is for how long HLS with MPEG-TS is made after somebody asked for it last.
const tsIdle = 30 * time.Second

var errOldPlayers = refusal.New(http.StatusNotAcceptable, "old players have H.264 only: watch this stream over HLS or DASH")

// A tsFeed makes HLS with MPEG-TS of a stream, for players that know no fragmented MP4. There is one only while somebody
// asks for it.
type tsFeed struct {
	hls   *hls.Transport
	tap   *tap
	asked atomic.Int64 // when for a file, in Unix ns
	run   sync.WaitGroup
}

// oldHLS returns the feed of a stream, which begins when it has none.
func (p *Publication) oldHLS() (*tsFeed, error) {
	p.tsMu.Lock()
	defer p.tsMu.Unlock()
	if p.ts == nil {
		f, err := p.newTSFeed()
		if err != nil {
			return nil, err
		}
		p.ts = f
		f.run.Go(func() { p.feedTS(f) })
	}
	p.ts.asked.Store(time.Now().UnixNano())
	return p.ts, nil
}

func (p *Publication) newTSFeed() (*tsFeed, error) {
	pictures := p.picture()
	if pictures.Codec != encoder.H264 {
		return nil, errOldPlayers
	}
	t, err := p.tap("", nil)
	if err != nil {
		return nil, err
	}
	muxer, err := hls.NewTransport(pictures, t.sound, p.server.log)
	if err != nil {
		t.close()
		return nil, err
	}
	return &tsFeed{hls: muxer, tap: t}, nil
}

// feedTS writes what comes, until the stream ends or nobody asks any more.
func (p *Publication) feedTS(f *tsFeed) {
	for {
		u, ok := f.tap.queue.Pop()
		if !ok || p.endIdle(f) {
			break
		}
		if err := f.hls.Write(u.Packet); err != nil {
			p.server.log.Debug("hls with mpeg-ts", "stream", p.name, "error", err)
		}
	}
	p.tsMu.Lock()
	if p.ts == f {
		p.ts = nil
	}
	p.tsMu.Unlock()
	f.hls.Close()
	f.tap.close()
}

// closeTS ends the feed, if there is one, and waits.
func (p *Publication) closeTS() {
	p.tsMu.Lock()
	f := p.ts
	p.tsMu.Unlock()
	if f != nil {
		f.tap.queue.Close()
		f.run.Wait()
	}
}

// endIdle lets go of a feed that nobody asks for.
func (p *Publication) endIdle(f *tsFeed) bool {
	p.tsMu.Lock()
	defer p.tsMu.Unlock()
	if time.Since(time.Unix(0, f.asked.Load())) < tsIdle {
		return false
	}
	p.ts = nil
	return true
}
