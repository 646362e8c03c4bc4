package timeline

import (
	"testing"
	"time"

	"golive/encoder"
)

// TestTimeline sends pictures and sound that jump, and checks that the stream's own times go on evenly.
func TestTimeline(t *testing.T) {
	streams := []*encoder.Stream{{Codec: encoder.H264}, {Codec: encoder.AAC}}
	begin := time.Now()
	clock := func(at time.Time) time.Duration { return at.Sub(begin) }
	for name, jump := range map[string]func(n int) time.Duration{ // what is added at the n-th of 20 ms
		"none":          func(int) time.Duration { return 0 },
		"an hour ahead": func(n int) time.Duration { return time.Duration(n/500) * time.Hour },
		"an hour back":  func(n int) time.Duration { return -time.Duration(n/500) * time.Hour },
		"ahead and back": func(n int) time.Duration {
			return time.Duration(n/500%2) * time.Hour
		},
		"a second back": func(n int) time.Duration { return -time.Duration(n/500) * time.Second },
		"a day a second": func(n int) time.Duration {
			return time.Duration(n/50) * 24 * time.Hour
		},
	} {
		l := New()
		last := map[*encoder.Stream]time.Duration{streams[0]: -time.Second, streams[1]: -time.Second}
		for n := range 2000 {
			at := time.Duration(n) * 20 * time.Millisecond
			for i, st := range streams {
				sent := at + jump(max(n-3*i, 0)) // sound jumps three packets after the pictures do
				got := l.Place(&encoder.Packet{Stream: st, DTS: sent, PTS: sent + time.Millisecond}, begin.Add(at), clock)
				if got.PTS-got.DTS != time.Millisecond {
					t.Fatalf("%s: the order of pictures is lost", name)
				}
				if got.DTS <= last[st] || (got.DTS-at).Abs() > 500*time.Millisecond {
					t.Fatalf("%s: %s at %v is placed at %v, after %v", name, st.Codec, at, got.DTS, last[st])
				}
				last[st] = got.DTS
			}
			if apart := (last[streams[0]] - last[streams[1]]).Abs(); apart > 200*time.Millisecond {
				t.Fatalf("%s: at %v sound and picture are %v apart", name, at, apart)
			}
		}
	}
}

// TestTimelineReturns lets another publisher begin at zero after three seconds.
func TestTimelineReturns(t *testing.T) {
	st := &encoder.Stream{Codec: encoder.H264}
	begin := time.Now()
	clock := func(at time.Time) time.Duration { return at.Sub(begin) }
	l := New()
	for at := time.Duration(0); at <= time.Second; at += 100 * time.Millisecond {
		l.Place(&encoder.Packet{Stream: st, DTS: at}, begin.Add(at), clock)
	}
	l.Part(begin.Add(4 * time.Second))
	got := l.Place(&encoder.Packet{Stream: st, DTS: time.Hour}, begin.Add(4*time.Second), clock)
	if got.DTS != 4*time.Second {
		t.Errorf("it goes on at %v, want 4s", got.DTS)
	}
	if want := 3*time.Second - pictureGap; l.Absent != want {
		t.Errorf("it was absent for %v, want %v", l.Absent, want)
	}
}

// TestTimelineGoesOn lets a publisher return whose times have gone on meanwhile, a little off those of the stream, on a way
// where some packets come late: all of them are placed alike.
func TestTimelineGoesOn(t *testing.T) {
	st := &encoder.Stream{Codec: encoder.H264}
	begin := time.Now()
	clock := func(at time.Time) time.Duration { return at.Sub(begin) }
	l := New()
	place := func(sent, late time.Duration) time.Duration {
		return l.Place(&encoder.Packet{Stream: st, DTS: sent}, begin.Add(sent+late), clock).DTS
	}
	for sent := time.Duration(0); sent <= time.Second; sent += 40 * time.Millisecond {
		place(sent, 0)
	}
	l.Part(begin.Add(3 * time.Second))
	const off = 90 * time.Millisecond
	first := place(3*time.Second, off)
	for n := range 100 {
		sent := time.Duration(n+1) * 40 * time.Millisecond
		if got := place(3*time.Second+sent, off+time.Duration(n%4-2)*50*time.Millisecond) - first; got != sent {
			t.Fatalf("what was sent %v after the return is placed %v after it", sent, got)
		}
	}
}

// TestTimelineStumbles lets each track go back by less than a picture: times must still go on.
func TestTimelineStumbles(t *testing.T) {
	streams := []*encoder.Stream{{Codec: encoder.H264}, {Codec: encoder.AAC}}
	begin := time.Now()
	clock := func(at time.Time) time.Duration { return at.Sub(begin) }
	l := New()
	last := map[*encoder.Stream]time.Duration{streams[0]: -1, streams[1]: -1}
	for n := range 1000 {
		at := time.Duration(n) * 20 * time.Millisecond
		sent := at - []time.Duration{0, 0, 35 * time.Millisecond, 20 * time.Millisecond}[n%4]
		for _, st := range streams {
			got := l.Place(&encoder.Packet{Stream: st, DTS: sent, PTS: sent}, begin.Add(at), clock)
			if got.DTS <= last[st] || got.PTS < got.DTS || (got.DTS-at).Abs() > 40*time.Millisecond {
				t.Fatalf("%s of %v is placed at %v, shown at %v, after %v", st.Codec, sent, got.DTS, got.PTS, last[st])
			}
			last[st] = got.DTS
		}
	}
}
