package server

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"golive/encoder"
	"golive/internal/testrig/clip"
)

// start starts a server on free ports that ends with the test.
func start(t *testing.T, c Config) *Server {
	t.Helper()
	for _, addr := range []*string{&c.HTTP, &c.RTMP, &c.SRT, &c.WebRTC} {
		if *addr == "" {
			*addr = "127.0.0.1:0"
		}
	}
	c.Patience = cmp.Or(c.Patience, -1) // most tests want to see the end of a stream
	s, err := Start(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := s.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return s
}

// broadcast publishes the clip over and over in real time, until the test ends or stop is called. Only the streams of
// the given codecs are sent; all when there are none.
func broadcast(t *testing.T, s *Server, name string, keyframe func(), only ...encoder.Codec) (*Publisher, func()) {
	t.Helper()
	c, err := clip.New()
	if err != nil {
		t.Fatalf("ffmpeg: %v", err)
	}
	sent := func(st *encoder.Stream) bool { return len(only) == 0 || slices.Contains(only, st.Codec) }
	streams := slices.DeleteFunc(slices.Clone(c.Streams), func(st *encoder.Stream) bool { return !sent(st) })
	p, err := s.Publish(name, streams, keyframe)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	var sending sync.WaitGroup
	sending.Go(func() {
		begin := time.Now()
		for round := time.Duration(0); ; round += clip.Length {
			for _, pkt := range c.Packets {
				if !sent(pkt.Stream) {
					continue
				}
				next := *pkt
				next.PTS, next.DTS = pkt.PTS+round, pkt.DTS+round
				select {
				case <-done:
					return
				case <-time.After(time.Until(begin.Add(next.DTS))):
				}
				if next.Stream.Codec.Video() {
					next.Captured = begin.Add(next.PTS) // as punctually as no busy machine writes
				}
				if p.WritePacket(&next) != nil {
					return
				}
			}
		}
	})
	stop := sync.OnceFunc(func() {
		close(done)
		sending.Wait()
		p.Close()
	})
	t.Cleanup(stop)
	return p, stop
}
