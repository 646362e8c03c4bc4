package intake

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"golive/encoder"
	"golive/internal/fanout"
	"golive/internal/testrig/clip"
)

func rtpOf(seq uint16, timestamp uint32, marker bool, payload []byte) *rtp.Packet {
	return &rtp.Packet{
		Header:  rtp.Header{Version: 2, SequenceNumber: seq, Timestamp: timestamp, Marker: marker},
		Payload: payload,
	}
}

func TestOrder(t *testing.T) {
	now := time.Now()
	for name, tt := range map[string]struct {
		in, out []int
		lost    []int // those that some are missing before
	}{
		"in order":        {[]int{65534, 65535, 0, 1}, []int{65534, 65535, 0, 1}, nil},
		"swapped":         {[]int{1, 3, 2, 4}, []int{1, 2, 3, 4}, nil},
		"twice":           {[]int{1, 2, 2, 1, 3}, []int{1, 2, 3}, nil},
		"missing":         {[]int{1, 3, -300, 4}, []int{1, 3, 4}, []int{3}},
		"late":            {[]int{1, 3, -100, 4, 2, 5}, []int{1, 2, 3, 4, 5}, nil},
		"two are missing": {[]int{1, 3, 5, -300, 6, 7}, []int{1, 3, 5, 6, 7}, []int{3, 5}},
		"counts anew":     {[]int{1, 2, 30000, 30001}, []int{1, 2, 30000, 30001}, []int{30000}},
	} {
		o := Orderer{Wait: lossWait}
		var out, lost []int
		for _, n := range tt.in {
			if n < 0 { // milliseconds that pass
				now = now.Add(time.Duration(-n) * time.Millisecond)
				continue
			}
			for _, p := range o.Push(rtpOf(uint16(n), 0, false, nil), now) {
				if out = append(out, int(p.SequenceNumber)); p.Lost {
					lost = append(lost, int(p.SequenceNumber))
				}
			}
		}
		if !slices.Equal(out, tt.out) || !slices.Equal(lost, tt.lost) {
			t.Errorf("%s: %v, some lost before %v; want %v, %v", name, out, lost, tt.out, tt.lost)
		}
	}
}

// TestOrderHolds shuffles packets as a network would, loses one in twenty for good, and checks that nothing comes in
// the wrong order or stays behind.
func TestOrderHolds(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	o := Orderer{Wait: lossWait}
	begin := time.Now()
	type arrival struct {
		seq uint16
		at  time.Duration
	}
	var sent []arrival
	for n := range 5000 {
		if random.IntN(20) > 0 {
			at := time.Duration(n) * time.Millisecond
			if random.IntN(10) == 0 {
				at += time.Duration(random.IntN(100)) * time.Millisecond
			}
			sent = append(sent, arrival{uint16(n + 60000), at})
		}
	}
	slices.SortStableFunc(sent, func(a, b arrival) int { return int(a.at - b.at) })
	got, last := 0, -1
	for _, a := range sent {
		for _, p := range o.Push(rtpOf(a.seq, 0, false, nil), begin.Add(a.at)) {
			n := int(p.SequenceNumber - 60000)
			if n <= last {
				t.Fatalf("%d after %d", n, last)
			}
			last, got = n, got+1
		}
	}
	if missing := len(sent) - got; missing > int(2*lossWait/time.Millisecond) {
		t.Errorf("%d of %d packets are still held", missing, len(sent))
	}
}

// TestCutPictures loses every choice of packets of three pictures that come at once, and checks that what is taken for a
// picture is one, that what is missing is noticed, and that a whole picture behind the gap counts.
func TestCutPictures(t *testing.T) {
	const pictures, each = 4, 3 // the last picture is never lost
	packet := func(n int) *rtp.Packet {
		id := byte(n/each + 1)
		payload := [each][]byte{{0x65, 0x80, id}, {0x7c, 0x85, 0x40, id}, {0x7c, 0x45, id}}[n%each] // a slice, and one as FU-A
		return rtpOf(uint16(65530+n), uint32(id)*3000, n%each == each-1, payload)
	}
	for lost := range 1 << ((pictures - 1) * each) {
		o, now := Orderer{Wait: lossWait}, time.Now()
		var b pictureBuilder
		last, noticed := byte(0), true
		for n := range pictures * each {
			if lost>>n&1 == 1 {
				continue
			}
			if n/each == pictures-1 {
				now = now.Add(lossWait)
			}
			for _, p := range o.Push(packet(n), now) {
				au, intact := b.push(p)
				noticed = noticed || p.Lost || !intact
				if au == nil {
					continue
				}
				id := au[0][len(au[0])-1]
				if want := [][]byte{{0x65, 0x80, id}, {0x65, 0x40, id, id}}; !slices.EqualFunc(au, want, slices.Equal) {
					t.Fatalf("lost %b: %x is taken for a picture", lost, au)
				}
				if id != last+1 && !noticed {
					t.Fatalf("lost %b: picture %d after %d", lost, id, last)
				}
				last, noticed = id, false
			}
		}
		if last != pictures {
			t.Fatalf("lost %b: the last picture is %d", lost, last)
		}
	}
}

// TestContributedSync plays two tracks whose RTP timestamps say nothing about each other, the sound arriving 300 ms
// late: sender reports must bring them together.
func TestContributedSync(t *testing.T) {
	video, audio := rtpClock{rate: fanout.VideoClock}, rtpClock{rate: fanout.AudioClock}
	begin := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	report := func(at time.Duration, ticks uint32) *rtcp.SenderReport {
		return &rtcp.SenderReport{NTPTime: rtp.NewAbsCaptureTimeExtension(begin.Add(at)).Timestamp, RTPTime: ticks}
	}
	const far = 1<<32 - 90_000 // wraps after a second
	var off time.Duration
	for n := range 500 {
		at := time.Duration(n) * 20 * time.Millisecond // when both were captured
		picture := video.time(uint32(far+n*1800), at)
		sound := audio.time(uint32(5+n*960), at+300*time.Millisecond)
		if n%50 == 10 {
			video.report(report(at, uint32(far+n*1800)))
			audio.report(report(at, uint32(5+n*960)))
		}
		before := audio.offset
		audio.follow(&video)
		if step := audio.offset - before; step.Abs() > maxSlew {
			t.Fatalf("the sound jumps by %v", step)
		}
		off = sound - picture
	}
	if off.Abs() > time.Millisecond {
		t.Errorf("sound and picture are %v apart", off)
	}
}

// FuzzContribution gives RTP payloads to everything that reads what a publisher sends over WebRTC.
func FuzzContribution(f *testing.F) {
	c, err := clip.New()
	if err != nil {
		f.Fatalf("ffmpeg: %v", err)
	}
	var z fanout.Packetizer
	for _, pkt := range c.Packets[:20] {
		if pkt.Stream.Codec.Video() {
			for _, payload := range z.Unit(pkt).Payloads {
				f.Add(payload, payload, true)
			}
		}
	}
	f.Add([]byte{0x78, 0, 1, 0x67, 0, 1, 0x68}, []byte{0x7c, 0x85, 1}, false) // STAP-A, FU-A
	f.Fuzz(func(t *testing.T, one, two []byte, marker bool) {
		var b pictureBuilder
		for seq := range uint32(3) {
			for _, p := range []*rtp.Packet{rtpOf(0, seq, marker, one), rtpOf(0, seq, true, two)} {
				au, _ := b.push(Ordered{p, marker})
				hasKeyframe(au)
				sets, _, _ := encoder.Sift(encoder.H264, au)
				_, _ = describeH264(sets)
			}
		}
	})
}
