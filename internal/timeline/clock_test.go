package timeline

import (
	"net"
	"testing"
	"time"

	"golive/encoder"
)

// TestMediaClock lets publishers tell when pictures were taken, truly and otherwise. Pictures arrive 300 ms after they
// were taken.
func TestMediaClock(t *testing.T) {
	const delay = 300 * time.Millisecond
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	video := &encoder.Stream{Codec: encoder.H264}
	tests := []struct {
		name     string
		believed bool
		error    time.Duration // of the publisher's clock
		says     bool          // when pictures were taken
		want     time.Duration // what the epoch is off by
		doubt    string
	}{
		{"this computer", true, 0, true, 0, ""},
		{"another computer", false, 0, true, delay, DoubtClock},
		{"from the future", true, time.Second, true, delay, DoubtClock},
		{"from the past", true, -time.Hour, true, delay, DoubtClock},
		{"a foreign program", true, 0, false, delay, DoubtArrival},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var c Clock
			for n := range 100 {
				pts := time.Duration(n) * time.Second / 30
				pkt := &encoder.Packet{Stream: video, PTS: pts, DTS: pts, Keyframe: n%60 == 0}
				var taken time.Time
				if tt.says && pkt.Keyframe {
					taken = start.Add(pts + tt.error)
				}
				c.Observe(pkt, taken, tt.believed, start.Add(pts+delay))
			}
			if off := c.Epoch.Sub(start); off != tt.want || c.Doubt != tt.doubt || (c.Captured > 0) != (tt.doubt == "") {
				t.Errorf("off by %v, doubt %q, captured %d; want %v, %q", off, c.Doubt, c.Captured, tt.want, tt.doubt)
			}
		})
	}
}

// TestArrivalClock checks that the quickest packet sets the clock where nobody says when pictures were taken.
func TestArrivalClock(t *testing.T) {
	video, begin := &encoder.Stream{Codec: encoder.H264}, time.Now()
	var c Clock
	for _, late := range []time.Duration{500, 100, 300} {
		c.Observe(&encoder.Packet{Stream: video, DTS: time.Second}, time.Time{}, true, begin.Add(time.Second+late*time.Millisecond))
	}
	if off := c.Wall(time.Second).Sub(begin.Add(1100 * time.Millisecond)); off != 0 || c.Captured > 0 {
		t.Errorf("the quickest packet is off by %v", off)
	}
}

// TestMediaClockJitter checks that the first picture, which is the least punctual one, does not set the clock for long.
func TestMediaClockJitter(t *testing.T) {
	var c Clock
	start := time.Now()
	for n := range 10 {
		pts := time.Duration(n) * 2 * time.Second
		late := 2 * time.Millisecond
		if n == 0 {
			late = 33 * time.Millisecond
		}
		c.Observe(&encoder.Packet{Stream: &encoder.Stream{Codec: encoder.H264}, PTS: pts}, start.Add(pts+late), true, start.Add(pts+late))
	}
	if off := c.Epoch.Sub(start); off > 6*time.Millisecond {
		t.Errorf("after ten key frames the clock is %v off", off)
	}
	// A publisher that jumped is followed at once.
	c.Observe(&encoder.Packet{Stream: &encoder.Stream{Codec: encoder.H264}}, start.Add(time.Minute), true, start.Add(time.Minute))
	if off := c.Epoch.Sub(start) - time.Minute; off != 0 {
		t.Errorf("after a jump the clock is %v off", off)
	}
}

func TestNear(t *testing.T) {
	own := []string{"127.0.0.1:1", "[::1]:1"}
	if addrs, err := net.InterfaceAddrs(); err == nil && len(addrs) > 0 {
		own = append(own, net.JoinHostPort(addrs[0].(*net.IPNet).IP.String(), "1"))
	}
	for _, a := range own {
		if addr, err := net.ResolveTCPAddr("tcp", a); err != nil || !Near(addr) {
			t.Errorf("%s is not this computer's (%v)", a, err)
		}
	}
	if Near(&net.UDPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 1}) {
		t.Error("192.0.2.1 is said to be this computer's")
	}
}
