package recording

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"github.com/asticode/go-astits"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h265"

	"golive/capture"
	"golive/encoder"
)

const (
	tsClock = 90000
	// tsStart is the time of a packet whose DTS is zero. Ahead of it is the clock of the stream, which must not be
	// negative, and pictures that are shown before they are decoded do not exist.
	tsStart = time.Second
	// tsWrap is where time begins at zero again: it has 33 bits (ISO 13818-1 section 2.4.3.7).
	tsWrap = 1 << 33
	// tsLead is how far the clock (PCR) is behind what it is sent with: the time a receiver has to get all of it.
	tsLead = 100 * time.Millisecond
	// tsClockEvery is the time between two clocks where no picture carries one; 100 ms is the limit (section 2.7.2).
	tsClockEvery = 40 * time.Millisecond
	// tsTablesEvery is the time between two tables of what is in the stream, which also precede each key frame.
	tsTablesEvery = 100 * time.Millisecond
	// tsGap is a pause of which the clock does not tell every moment.
	tsGap = time.Second
	// TransportPacket is the size of the packets that a transport stream is made of, in bytes.
	TransportPacket = 188
)

// A TransportStream makes an MPEG transport stream (ISO 13818-1) of packets in H.264, HEVC, AAC and Opus. It has
// neither beginning nor end: it may be cut between any two writes, and be joined at a key frame.
type TransportStream struct {
	w      io.Writer
	tracks []*tsTrack
	origin time.Duration

	mux    *astits.Muxer
	out    bytes.Buffer
	begun  bool
	clock  time.Duration // DTS that the last clock was sent with
	tables time.Duration // DTS that the last tables were sent with
	count  uint8         // continuity counter of the track that carries the clock
}

// NewTransportStream returns a TransportStream of these streams, pictures first, that writes into w: whole packets of
// 188 bytes, all of one WritePacket at once.
func NewTransportStream(w io.Writer, streams []*encoder.Stream) (*TransportStream, error) {
	t := &TransportStream{w: w}
	// Tables are written here, or by the muxer ahead of a key frame.
	t.mux = astits.NewMuxer(context.Background(), &t.out, astits.MuxerOptTablesRetransmitPeriod(math.MaxInt32))
	for i, s := range streams {
		track, err := newTSTrack(s, uint16(firstPID+i))
		if err != nil {
			return nil, err
		}
		if err := t.mux.AddElementaryStream(track.entry()); err != nil {
			return nil, fmt.Errorf("mpeg-ts: %w", err)
		}
		t.tracks = append(t.tracks, track)
	}
	t.mux.SetPCRPID(firstPID)
	return t, nil
}

// WritePacket writes a packet, whose DTS may be behind that of another stream by tsLead at most. Its time in the stream
// is that of the packet, modulo 2^33 ticks. Errors are those of the writer.
func (t *TransportStream) WritePacket(p *encoder.Packet) error {
	i := slices.IndexFunc(t.tracks, func(track *tsTrack) bool { return carries(track.stream, p.Stream) })
	if i < 0 {
		return errors.New("a packet of an unknown stream")
	}
	t.out.Reset()
	err := t.keepTime(p)
	if err == nil {
		err = t.write(t.tracks[i], p)
	}
	if err != nil {
		return fmt.Errorf("mpeg-ts: %w", err)
	}
	_, err = t.w.Write(t.out.Bytes())
	return err
}

// write multiplexes a packet.
func (t *TransportStream) write(track *tsTrack, p *encoder.Packet) error {
	data, err := track.payload(p)
	if err != nil {
		return err
	}
	head := &astits.PESOptionalHeader{MarkerBits: 2, DataAlignmentIndicator: true, PTSDTSIndicator: astits.PTSDTSIndicatorOnlyPTS, PTS: t.reference(p.PTS)}
	if p.DTS != p.PTS {
		head.PTSDTSIndicator, head.DTS = astits.PTSDTSIndicatorBothPresent, t.reference(p.DTS)
	}
	unit := &astits.MuxerData{
		PID: track.pid,
		PES: &astits.PESData{Header: &astits.PESHeader{OptionalHeader: head, StreamID: track.streamID}, Data: data},
	}
	if begins := p.Keyframe && p.Stream.Codec.Video(); track.pid == firstPID {
		unit.AdaptationField = t.adaptation(p, begins)
	}
	if _, err := t.mux.WriteData(unit); err != nil {
		return err
	}
	if track.pid == firstPID {
		t.count = t.out.Bytes()[t.out.Len()-TransportPacket+3] & 0xf
	}
	return nil
}

// adaptation returns what tells where decoding can begin, before which the muxer puts tables, and what time it is.
func (t *TransportStream) adaptation(p *encoder.Packet, begins bool) *astits.PacketAdaptationField {
	a := &astits.PacketAdaptationField{RandomAccessIndicator: begins}
	if begins {
		t.tables = p.DTS
	}
	if p.DTS >= t.clock {
		t.clock = p.DTS
		a.HasPCR, a.PCR = true, t.reference(p.DTS-tsLead)
	}
	return a
}

// keepTime writes the tables and the clock where they are due before p.
func (t *TransportStream) keepTime(p *encoder.Packet) error {
	if !t.begun { // the muxer begins with tables
		t.begun, t.clock, t.tables = true, p.DTS, p.DTS
		return nil
	}
	if p.DTS-t.clock > tsGap {
		t.clock = p.DTS - tsClockEvery
	}
	for p.DTS-t.clock > tsClockEvery+tsClockEvery/4 { // a picture each 40 ms is enough
		t.clock += tsClockEvery
		if err := t.writeClock(); err != nil {
			return err
		}
	}
	if p.DTS-t.tables < tsTablesEvery || p.Keyframe && p.Stream.Codec.Video() {
		return nil
	}
	t.tables = p.DTS
	_, err := t.mux.WriteTables()
	return err
}

// writeClock writes a packet that holds nothing but the clock. As it has no payload, it does not count.
func (t *TransportStream) writeClock() error {
	const stuffing = TransportPacket - 4 - 2 - 6 // header, length and flags, clock
	_, err := t.mux.WritePacket(&astits.Packet{
		Header:          astits.PacketHeader{PID: firstPID, HasAdaptationField: true, ContinuityCounter: t.count},
		AdaptationField: &astits.PacketAdaptationField{HasPCR: true, PCR: t.reference(t.clock - tsLead), StuffingLength: stuffing},
	})
	return err
}

func (t *TransportStream) reference(at time.Duration) *astits.ClockReference {
	ticks := capture.Ticks(at-t.origin+tsStart, capture.Rational{Num: tsClock, Den: 1})
	return &astits.ClockReference{Base: (ticks%tsWrap + tsWrap) % tsWrap}
}

// withDelimiter returns the units of a picture behind an access unit delimiter, which ISO 13818-1 section 2.14.1 wants.
func withDelimiter(p *encoder.Packet) [][]byte {
	delimiter := []byte{byte(h264.NALUTypeAccessUnitDelimiter), 0xf0}
	if p.Stream.Codec == encoder.HEVC {
		delimiter = []byte{byte(h265.NALUType_AUD_NUT) << 1, 1, 0x50}
	}
	if len(p.Data) > 0 && len(p.Data[0]) > 0 && p.Data[0][0] == delimiter[0] {
		return p.Data
	}
	return append([][]byte{delimiter}, p.Data...)
}
