package server

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"golive/encoder"
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
		lost    int
	}{
		"in order":        {[]int{65534, 65535, 0, 1}, []int{65534, 65535, 0, 1}, 0},
		"swapped":         {[]int{1, 3, 2, 4}, []int{1, 2, 3, 4}, 0},
		"twice":           {[]int{1, 2, 2, 1, 3}, []int{1, 2, 3}, 0},
		"missing":         {[]int{1, 3, -300, 4}, []int{1, 3, 4}, 1},
		"late":            {[]int{1, 3, -100, 4, 2, 5}, []int{1, 2, 3, 4, 5}, 0},
		"two are missing": {[]int{1, 3, 5, -300, 6, 7}, []int{1, 3, 5, 6, 7}, 1},
		"counts anew":     {[]int{1, 2, 30000, 30001}, []int{1, 2, 30000, 30001}, 1},
	} {
		o := orderer{wait: lossWait}
		var out []int
		lost := 0
		for _, n := range tt.in {
			if n < 0 { // milliseconds that pass
				now = now.Add(time.Duration(-n) * time.Millisecond)
				continue
			}
			ready, gap := o.push(rtpOf(uint16(n), 0, false, nil), now)
			for _, p := range ready {
				out = append(out, int(p.SequenceNumber))
			}
			if gap {
				lost++
			}
		}
		if !slices.Equal(out, tt.out) || lost != tt.lost {
			t.Errorf("%s: %v, lost %d times; want %v, %d", name, out, lost, tt.out, tt.lost)
		}
	}
}

// TestOrderHolds shuffles packets as a network would, loses one in twenty for good, and checks that nothing comes in
// the wrong order or stays behind.
func TestOrderHolds(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	o := orderer{wait: lossWait}
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
		ready, _ := o.push(rtpOf(a.seq, 0, false, nil), begin.Add(a.at))
		for _, p := range ready {
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

// TestContributedSync plays two tracks whose RTP timestamps say nothing about each other, the sound arriving 300 ms
// late: sender reports must bring them together.
func TestContributedSync(t *testing.T) {
	video, audio := rtpClock{rate: videoClock}, rtpClock{rate: audioClock}
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
	c, err := newClip()
	if err != nil {
		f.Fatalf("ffmpeg: %v", err)
	}
	var z packetizer
	for _, pkt := range c.packets[:20] {
		if pkt.Stream.Codec.Video() {
			for _, payload := range z.unit(pkt).payloads {
				f.Add(payload, payload, true)
			}
		}
	}
	f.Add([]byte{0x78, 0, 1, 0x67, 0, 1, 0x68}, []byte{0x7c, 0x85, 1}, false) // STAP-A, FU-A
	f.Fuzz(func(t *testing.T, one, two []byte, marker bool) {
		var b pictureBuilder
		for seq := range uint32(3) {
			for _, p := range []*rtp.Packet{rtpOf(0, seq, marker, one), rtpOf(0, seq, true, two)} {
				au, _ := b.push(p)
				hasKeyframe(au)
				sets, _, _ := encoder.Sift(encoder.H264, au)
				_, _ = describeH264(sets)
			}
		}
	})
}
