package server

import (
	"context"
	"fmt"
	"time"
)

// webGrace is how long Close waits for answers that are on their way.
const webGrace = 500 * time.Millisecond

// Close ends all streams and connections and waits, at most as long as ctx allows. It may be called twice.
func (s *Server) Close(ctx context.Context) error {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.done)
	}
	s.mu.Unlock()
	s.seats.close() // those that have not connected yet belong to no stream that would end them
	done := make(chan struct{})
	go func() {
		defer close(done)
		if s.ingest != nil {
			s.ingest.close()
		}
		if s.srt != nil {
			s.srt.close()
		}
		for _, p := range s.running() {
			p.end(errClosed) // wakes the HLS requests that wait for its next part
		}
		s.sockets.close()
		s.rtc.HangUp()
		s.seats.running.Wait()
		s.rtc.Close()
	}()
	err := s.closeWeb(ctx)
	select {
	case <-done:
	case <-ctx.Done():
		return fmt.Errorf("close server: %w", ctx.Err())
	}
	s.loops.Wait()
	s.recordings.close()
	s.door.close()
	return err
}

// closeWeb lets the requests that are being answered end, for a moment: a browser keeps connections on which it has not
// asked anything, and those do not end by themselves.
func (s *Server) closeWeb(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, webGrace)
	defer cancel()
	if s.web.Shutdown(ctx) == nil {
		return nil
	}
	return s.web.Close()
}

// closeListeners frees the ports after a failed Start.
func (s *Server) closeListeners() {
	if s.recordings != nil {
		s.recordings.close()
	}
	if s.listen != nil {
		_ = s.listen.Close()
	}
	if s.rtc != nil {
		s.rtc.Close()
	}
	if s.ingest != nil {
		s.ingest.close()
	}
	if s.srt != nil {
		s.srt.close()
	}
}
