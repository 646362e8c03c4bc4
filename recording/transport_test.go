package recording

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golive/encoder"
	"golive/internal/testrig/media"
)

// A tsSurvey is what a transport stream is found to be, packet by packet (ISO 13818-1 section 2.4.3).
type tsSurvey struct {
	counts map[uint16]uint8 // continuity counters
	clocks []int64          // ticks of 90 kHz, without the wrap
	tables []int64          // the clock at the tables
	begins int              // packets where decoding can begin
	ahead  []int64          // of the times of access units before the clock
}

func survey(t *testing.T, b []byte) tsSurvey {
	t.Helper()
	s := tsSurvey{counts: map[uint16]uint8{}}
	if len(b)%TransportPacket != 0 {
		t.Fatalf("%d bytes are no packets", len(b))
	}
	afterTables := false
	for p := range slices.Chunk(b, TransportPacket) {
		if p[0] != 0x47 {
			t.Fatal("a packet does not begin as one")
		}
		pid := binary.BigEndian.Uint16(p[1:]) & 0x1fff
		s.count(t, pid, p)
		payload := p[4:]
		if p[3]&0x20 != 0 {
			if p[4] > 0 {
				if p[5]&0x40 != 0 && !afterTables {
					t.Error("no tables before a key frame")
				}
				s.adaptation(t, p[5:5+int(p[4])])
			}
			payload = p[5+int(p[4]):]
		}
		if afterTables = pid == 0x1000; afterTables && len(s.clocks) > 0 {
			s.tables = append(s.tables, s.now())
		}
		if starts := p[1]&0x40 != 0; starts && pid >= firstPID && pid < 0x1000 && len(s.clocks) > 0 {
			s.ahead = append(s.ahead, unwrap(pesTime(t, payload), s.now())-s.now())
		}
	}
	return s
}

func (s *tsSurvey) now() int64 {
	if len(s.clocks) == 0 {
		return 0
	}
	return s.clocks[len(s.clocks)-1]
}

func (s *tsSurvey) count(t *testing.T, pid uint16, p []byte) {
	got, last := p[3]&0xf, s.counts[pid]
	want := last
	if p[3]&0x10 != 0 { // it has a payload
		want = (last + 1) & 0xf
	}
	if _, known := s.counts[pid]; known && got != want {
		t.Fatalf("continuity counter of %d: %d after %d", pid, got, last)
	}
	s.counts[pid] = got
}

func (s *tsSurvey) adaptation(t *testing.T, a []byte) {
	if a[0]&0x40 != 0 {
		s.begins++
	}
	if a[0]&0x10 == 0 {
		return
	}
	clock := int64(binary.BigEndian.Uint32(a[1:]))<<1 | int64(a[5]>>7)
	if len(s.clocks) > 0 {
		clock = unwrap(clock, s.now())
	}
	s.clocks = append(s.clocks, clock)
}

// unwrap returns the time nearest to another that has these 33 bits.
func unwrap(v, near int64) int64 {
	d := (v - near) % tsWrap
	if d >= tsWrap/2 {
		d -= tsWrap
	} else if d < -tsWrap/2 {
		d += tsWrap
	}
	return near + d
}

// pesTime returns the decoding time of a PES packet.
func pesTime(t *testing.T, b []byte) int64 {
	t.Helper()
	if !bytes.HasPrefix(b, []byte{0, 0, 1}) {
		t.Fatal("no PES packet")
	}
	at := b[9:]
	if b[7]&0x40 != 0 {
		at = b[14:]
	}
	return int64(at[0]>>1&7)<<30 | int64(at[1])<<22 | int64(at[2]>>1)<<15 | int64(at[3])<<7 | int64(at[4]>>1)
}

func checkSurvey(t *testing.T, s tsSurvey, begins int) {
	t.Helper()
	if s.begins != begins {
		t.Errorf("decoding can begin at %d packets, not at %d key frames", s.begins, begins)
	}
	for what, at := range map[string][]int64{"clock": s.clocks, "tables": s.tables} {
		most := int64(tsClock / 10)
		if what == "tables" {
			most = tsClock / 2
		}
		for i := 1; i < len(at); i++ {
			if d := at[i] - at[i-1]; d < 0 || d > most {
				t.Errorf("%s: %d ticks after %d", what, d, at[i-1])
			}
		}
	}
	if least, most := slices.Min(s.ahead), slices.Max(s.ahead); least <= 0 || most > tsClock {
		t.Errorf("media is %d to %d ticks ahead of the clock", least, most)
	}
}

func transport(t *testing.T, streams []*encoder.Stream, packets []*encoder.Packet) []byte {
	t.Helper()
	var b bytes.Buffer
	s, err := NewTransportStream(&b, streams)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range packets {
		before := b.Len()
		if err := s.WritePacket(p); err != nil {
			t.Fatal(err)
		}
		if n := b.Len() - before; n < p.Size() || n%TransportPacket != 0 {
			t.Fatalf("%d bytes for a packet of %d", n, p.Size())
		}
	}
	return b.Bytes()
}

// later moves packets in time.
func later(packets []*encoder.Packet, by time.Duration) []*encoder.Packet {
	moved := make([]*encoder.Packet, len(packets))
	for i, p := range packets {
		c := *p
		c.PTS, c.DTS = p.PTS+by, p.DTS+by
		moved[i] = &c
	}
	return moved
}

func TestTransportStream(t *testing.T) {
	streams, packets := media.Encode(t, 150)
	packets = inOrder(packets)
	slow := slices.DeleteFunc(slices.Clone(packets), func(p *encoder.Packet) bool { return !p.Keyframe })
	const wrap = tsWrap * time.Second / tsClock
	for _, c := range []struct {
		name    string
		streams []*encoder.Stream
		packets []*encoder.Packet
		begins  int
	}{
		{"from the beginning", streams, packets, 3},
		{"over the wrap", streams, later(packets, wrap-tsStart-2500*time.Millisecond), 3},
		{"a picture each two seconds", streams, slow, 3},
		{"sound alone", streams[1:], slices.DeleteFunc(slices.Clone(packets), func(p *encoder.Packet) bool { return p.Stream == streams[0] }), 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := transport(t, c.streams, c.packets)
			s := survey(t, b)
			checkSurvey(t, s, c.begins)
			if over := s.clocks[0] < tsWrap && s.now() >= tsWrap; over != strings.Contains(c.name, "wrap") {
				t.Errorf("the clock goes from %d to %d", s.clocks[0], s.now())
			}
			file := filepath.Join(t.TempDir(), "a.ts")
			if err := os.WriteFile(file, b, 0o600); err != nil {
				t.Fatal(err)
			}
			decode(t, file)
			for i, got := range probe(t, file) {
				if want := count(c.packets, c.streams[i], -time.Second); got.Packets != want {
					t.Errorf("%s: %s packets, want %s", got.Codec, got.Packets, want)
				}
			}
			inOrderFor(t, file)
		})
	}
}

// inOrderFor expects that a player gets all packets of a stream in the order of their DTS.
func inOrderFor(t *testing.T, file string) {
	t.Helper()
	last := map[string]float64{}
	for line := range strings.Lines(output(t, "ffprobe", "-v", "error", "-show_entries", "packet=stream_index,dts_time", "-of", "csv=p=0", file)) {
		f := strings.Split(strings.TrimSpace(line), ",")
		if len(f) < 2 { // of the side data
			continue
		}
		dts, err := strconv.ParseFloat(f[1], 64)
		if before, ok := last[f[0]]; err != nil || ok && dts <= before {
			t.Fatalf("stream %s: %s after %v", f[0], f[1], before)
		}
		last[f[0]] = dts
	}
}

func TestTransportStreamRefusesAV1(t *testing.T) {
	if _, err := NewTransportStream(nil, []*encoder.Stream{{Codec: encoder.AV1}}); err == nil || !strings.Contains(err.Error(), "does not hold av1") {
		t.Error(err)
	}
}
