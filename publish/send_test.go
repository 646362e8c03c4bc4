package publish

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golive/encoder"
)

var discard = slog.New(slog.DiscardHandler)

// A fakeDestination answers each Dial with the next of its answers, and then with the last.
type fakeDestination struct {
	mu      sync.Mutex
	answers []func(context.Context, Feedback) (Output, error)
	dials   []time.Time
}

func (d *fakeDestination) Protocol() string { return "rtmp" }

func (d *fakeDestination) Codecs() (video, audio []encoder.Codec) {
	return []encoder.Codec{encoder.H264}, []encoder.Codec{encoder.AAC}
}

func (d *fakeDestination) Dial(ctx context.Context, _ []*encoder.Stream, fb Feedback) (Output, error) {
	d.mu.Lock()
	answer := d.answers[min(len(d.dials), len(d.answers)-1)]
	d.dials = append(d.dials, time.Now())
	d.mu.Unlock()
	return answer(ctx, fb)
}

func (d *fakeDestination) first() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.dials[0]
}

// gaps returns the time from each attempt to the next.
func (d *fakeDestination) gaps() []time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	var gaps []time.Duration
	for i := 1; i < len(d.dials); i++ {
		gaps = append(gaps, d.dials[i].Sub(d.dials[i-1]))
	}
	return gaps
}

// A fakeOutput keeps what is written to it.
type fakeOutput struct {
	mu      sync.Mutex
	packets []*encoder.Packet
	closed  chan struct{}
	once    sync.Once
	blocks  bool // until Close
}

func newFakeOutput() *fakeOutput { return &fakeOutput{closed: make(chan struct{})} }

func (o *fakeOutput) WritePacket(p *encoder.Packet) error {
	if o.blocks {
		<-o.closed
		return errors.New("closed")
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.packets = append(o.packets, p)
	return nil
}

func (o *fakeOutput) written() []*encoder.Packet {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.packets
}

func (o *fakeOutput) Link() Link { return Link{SentBytes: 1000, RTT: 5 * time.Millisecond} }

func (o *fakeOutput) Close() error {
	o.once.Do(func() { close(o.closed) })
	return nil
}

func fails(err error) func(context.Context, Feedback) (Output, error) {
	return func(context.Context, Feedback) (Output, error) { return nil, err }
}

func accepts(o Output) func(context.Context, Feedback) (Output, error) {
	return func(context.Context, Feedback) (Output, error) { return o, nil }
}

// lives accepts, and loses the connection after a time.
func lives(after time.Duration) func(context.Context, Feedback) (Output, error) {
	return func(_ context.Context, fb Feedback) (Output, error) {
		time.AfterFunc(after, func() { fb.Lost(fmt.Errorf("h %w", errHangUp)) })
		return newFakeOutput(), nil
	}
}

func silent(ctx context.Context, _ Feedback) (Output, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func startTestSender(d Destination) *sender {
	return startSender(OutputConfig{Name: "h", Destination: d}, []*encoder.Stream{testVideo, testAudio}, func() {}, discard)
}

// A fakeStudio makes key frames.
type fakeStudio func()

func (f fakeStudio) keyframe()            { f() }
func (f fakeStudio) limits() limits       { return limits{100_000, 1_000_000, 100_000} }
func (f fakeStudio) follows(*sender) bool { return false }
func (f fakeStudio) refill(*sender) bool  { f(); return true }
func (f fakeStudio) steer()               {}

func startSender(o OutputConfig, streams []*encoder.Stream, keyframe func(), log *slog.Logger) *sender {
	s := newSender(o, fakeStudio(keyframe), log)
	s.streams = streams
	s.start()
	return s
}

func state(s *sender) State {
	o, _ := s.stats()
	return o.State
}

func within(d, want time.Duration, jitter float64) bool {
	return float64(d) >= float64(want)*(1-jitter)-1e6 && float64(d) <= float64(want)*(1+jitter)+1e6
}

func checkGaps(t *testing.T, gaps []time.Duration) {
	t.Helper()
	for i, gap := range gaps {
		want, jitter := 2*time.Second, 0.2
		if i < 2 {
			want, jitter = time.Duration(i+1)*500*time.Millisecond, 0
		}
		if !within(gap, want, jitter) {
			t.Errorf("attempt %d came %v after the one before, want %v", i+2, gap, want)
		}
	}
}

func TestRetryNeverGivesUpOnAServerThatIsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &fakeDestination{answers: []func(context.Context, Feedback) (Output, error){fails(errors.New("h cannot be reached"))}}
		s := startTestSender(d)
		time.Sleep(10 * time.Minute)
		gaps := d.gaps()
		checkGaps(t, gaps)
		if len(gaps) < 280 || len(gaps) > 320 {
			t.Errorf("%d attempts in 10 minutes", len(gaps))
		}
		if o, _ := s.stats(); o.State != Connecting || o.Error != "h cannot be reached" {
			t.Errorf("%+v", o)
		}
		s.end(time.Now().Add(drainTime))
		if got := state(s); got != Stopped {
			t.Error(got)
		}
	})
}

func TestAttemptIsGivenUpAfterTwoSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &fakeDestination{answers: []func(context.Context, Feedback) (Output, error){silent}}
		s := startTestSender(d)
		time.Sleep(time.Minute)
		for i, gap := range d.gaps() {
			if gap < 2*time.Second || gap > 2400*time.Millisecond {
				t.Errorf("attempt %d came %v after the one before", i+2, gap)
			}
		}
		begin := time.Now()
		s.end(time.Now().Add(drainTime))
		if took := time.Since(begin); took > 0 {
			t.Errorf("end took %v", took)
		}
	})
}

func TestRefusalIsFinal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &fakeDestination{answers: []func(context.Context, Feedback) (Output, error){fails(fmt.Errorf("h %w the stream: bad name", ErrRefused))}}
		s := startTestSender(d)
		time.Sleep(time.Minute)
		if o, _ := s.stats(); o.State != Refused || o.Error != "h refused the stream: bad name" || len(d.gaps()) != 0 {
			t.Errorf("%+v after %d more attempts", o, len(d.gaps()))
		}
		s.push(videoPacket(0, true))
		s.end(time.Now().Add(drainTime))
		if got := state(s); got != Refused {
			t.Errorf("%s after the end", got)
		}
	})
}

func TestThreeHangUpsInARowAreARefusal(t *testing.T) {
	hangUp := fails(fmt.Errorf("h %w", errHangUp))
	down := fails(io.ErrUnexpectedEOF)
	for _, c := range []struct {
		name    string
		answers []func(context.Context, Feedback) (Output, error)
		dials   int // 0: goes on for ever
	}{
		{"instead of an answer", []func(context.Context, Feedback) (Output, error){hangUp}, 3},
		{"after the answer", []func(context.Context, Feedback) (Output, error){lives(time.Second)}, 3},
		{"not in a row", []func(context.Context, Feedback) (Output, error){hangUp, hangUp, down, hangUp, hangUp, down}, 0},
		{"after it has lived", []func(context.Context, Feedback) (Output, error){lives(10 * time.Second), hangUp, hangUp, hangUp, hangUp, down}, 0},
		{"long after it has lived", []func(context.Context, Feedback) (Output, error){lives(10 * time.Second), hangUp}, -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := &fakeDestination{answers: c.answers}
				s := startTestSender(d)
				time.Sleep(time.Minute)
				refused := state(s) == Refused
				if refused != (c.dials > 0) || refused && len(d.gaps())+1 != c.dials {
					t.Errorf("%s after %d attempts", state(s), len(d.gaps())+1)
				}
				time.Sleep(3 * time.Minute)
				if refused := state(s) == Refused; refused != (c.dials != 0) {
					t.Errorf("%s after four minutes", state(s))
				}
				s.end(time.Now().Add(drainTime))
			})
		})
	}
}

func TestReconnectBeginsWithAKeyFrame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, second := newFakeOutput(), newFakeOutput()
		var lose Feedback
		d := &fakeDestination{answers: []func(context.Context, Feedback) (Output, error){
			func(_ context.Context, fb Feedback) (Output, error) { lose = fb; return first, nil },
			fails(errors.New("down")), fails(errors.New("down")), fails(errors.New("down")), accepts(second),
		}}
		asked := make(chan struct{}, 10)
		s := startSender(OutputConfig{Name: "h", Destination: d}, []*encoder.Stream{testVideo, testAudio},
			func() { asked <- struct{}{} }, discard)
		push := func(from, to int) {
			for n := from; n < to; n++ {
				at := time.Duration(n) * 40 * time.Millisecond
				key := n == 0
				select {
				case <-asked:
					key = true
				default:
				}
				s.push(videoPacket(at, key))
				s.push(audioPacket(at))
				time.Sleep(40 * time.Millisecond)
			}
		}
		push(0, 100)
		if o, _ := s.stats(); o.State != Live || o.DroppedFrames != 0 || len(first.written()) != 200 || o.SentBytes != 1000 || o.RTTMS != 5 {
			t.Fatalf("%+v, %d packets", o, len(first.written()))
		}
		lose.Lost(errors.New("h is gone"))
		synctest.Wait()
		if o, _ := s.stats(); o.State != Reconnecting || o.Error != "h is gone" || o.QueueMS != 0 {
			t.Fatalf("%+v", o)
		}
		push(100, 300)
		o, _ := s.stats()
		if o.State != Live || o.Reconnects != 1 || o.Error != "" || o.SentBytes != 2000 {
			t.Fatalf("%+v", o)
		}
		got := second.written()
		if len(got) == 0 || !got[0].Stream.Codec.Video() || !got[0].Keyframe {
			t.Fatalf("the new connection begins with %+v", got)
		}
		video := int64(0)
		for _, p := range append(first.written(), got...) {
			if p.Stream == testVideo {
				video++
			}
		}
		if video+o.DroppedFrames != 300 {
			t.Errorf("%d pictures sent and %d dropped, of 300", video, o.DroppedFrames)
		}
		s.end(time.Now().Add(drainTime))
		if got := state(s); got != Stopped {
			t.Error(got)
		}
	})
}

func TestSlowOutputDropsAndEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow, quick := newFakeOutput(), newFakeOutput()
		slow.blocks = true
		a := startTestSender(&fakeDestination{answers: []func(context.Context, Feedback) (Output, error){accepts(slow)}})
		b := startTestSender(&fakeDestination{answers: []func(context.Context, Feedback) (Output, error){accepts(quick)}})
		for n := range 100 {
			p := videoPacket(time.Duration(n)*40*time.Millisecond, n%50 == 0)
			a.push(p)
			b.push(p)
			time.Sleep(40 * time.Millisecond)
		}
		if o, _ := a.stats(); o.DroppedFrames < 70 {
			t.Errorf("slow: %+v", o)
		}
		if o, _ := b.stats(); o.DroppedFrames != 0 || len(quick.written()) != 100 {
			t.Errorf("quick: %+v, %d packets", o, len(quick.written()))
		}
		begin := time.Now()
		a.end(begin.Add(drainTime))
		b.end(begin.Add(drainTime))
		if took := time.Since(begin); took > drainTime {
			t.Errorf("end took %v", took)
		}
	})
}

// What has been waited for the encoders is not left for an output.
func TestEndKeepsItsDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := newFakeOutput()
		slow.blocks = true
		s := startTestSender(&fakeDestination{answers: []func(context.Context, Feedback) (Output, error){accepts(slow)}})
		s.push(videoPacket(0, true))
		synctest.Wait()
		begin := time.Now()
		s.end(begin.Add(drainTime / 4))
		if took := time.Since(begin); took != drainTime/4 {
			t.Errorf("end took %v", took)
		}
	})
}

func TestEndSendsWhatIsQueued(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newFakeOutput()
		s := startTestSender(&fakeDestination{answers: []func(context.Context, Feedback) (Output, error){accepts(o)}})
		synctest.Wait()
		for n := range 20 {
			s.push(videoPacket(time.Duration(n)*40*time.Millisecond, n == 0))
		}
		s.end(time.Now().Add(drainTime))
		if len(o.written()) != 20 {
			t.Errorf("%d of 20 packets", len(o.written()))
		}
		select {
		case <-o.closed:
		default:
			t.Error("not closed")
		}
	})
}

func TestRateCountsWholeSlots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r rate
		for range 300 {
			r.add(1)
			time.Sleep(time.Second / 60)
		}
		if got := r.perSecond(); got < 58 || got > 62 {
			t.Errorf("%v a second", got)
		}
		time.Sleep(1200 * time.Millisecond)
		if got := r.perSecond(); got != 0 {
			t.Errorf("%v a second after silence", got)
		}
	})
}

func TestWindowForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w window
		w.add(time.Hour)
		time.Sleep(6 * time.Second)
		for i := range 100 {
			w.add(time.Duration(i+1) * time.Millisecond)
		}
		if got := w.percentiles(); got != (Percentiles{P50: 50, P95: 95}) {
			t.Errorf("%+v", got)
		}
	})
}

// A heldOutput has a transport that takes everything and acknowledges nothing.
type heldOutput struct{ *fakeOutput }

func (heldOutput) Link() Link { return Link{AckedBytes: 1, Queued: 1 << 30} }

// What the transport takes at once is not dropped however long it is on its way; a transport that acknowledges nothing
// for too long is dead.
func TestDeadByAcknowledgements(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := heldOutput{newFakeOutput()}
		d := &fakeDestination{answers: []func(context.Context, Feedback) (Output, error){accepts(o), fails(errors.New("down"))}}
		s := startTestSender(d)
		begin := time.Now()
		for n := 0; state(s) != Reconnecting && n < 200; n++ {
			s.push(videoPacket(time.Duration(n)*40*time.Millisecond, n == 0))
			time.Sleep(40 * time.Millisecond)
		}
		took := time.Since(begin)
		if got, _ := s.stats(); took < noProgress || took > noProgress+time.Second || got.Dropped.Congestion != 0 {
			t.Errorf("dead after %v, %+v", took, got)
		}
		s.end(time.Now())
	})
}
