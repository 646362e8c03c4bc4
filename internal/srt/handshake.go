package srt

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/datarhei/gosrt/circular"
	"github.com/datarhei/gosrt/crypto"
	"github.com/datarhei/gosrt/packet"
)

const (
	// askEvery is how long an answer may take before the question is sent again.
	askEvery = 250 * time.Millisecond
	// mss is the size of the largest packet with its IP header, in bytes.
	mss = 1500
	// flowWindow is how many packets may be on their way, in either direction.
	flowWindow = 25600
	// version is that of libsrt which this side is like.
	version = 0x010401
	// magic marks a listener that knows SRT and not only the UDT below it.
	magic = 0x4a17
	// handshakeSize is that of a handshake without extensions, handshakeVersion the one with them (section 3.2.1).
	handshakeSize, handshakeVersion = 48, 5
)

// A handshake is the beginning of a connection, from this side.
type handshake struct {
	socket *net.UDPConn
	config Config
	id     uint32 // of our socket
	first  uint32 // sequence number
	start  time.Time
	cipher crypto.Crypto // nil without a passphrase
}

// An agreement is how it ends.
type agreement struct {
	peer    uint32        // id of the other socket
	latency time.Duration // that the receiver takes
	took    time.Duration // from the last question to its answer
}

// run asks until there is an answer, or ctx ends and closes the socket.
func (h *handshake) run(ctx context.Context) (agreement, error) {
	answer, err := h.ask(ctx, h.induction())
	if err != nil {
		return agreement{}, err
	}
	if answer.version != handshakeVersion || answer.extension != magic {
		return agreement{}, fmt.Errorf("%w: its version is too old", ErrProtocol)
	}
	request, err := h.conclusion(answer)
	if err != nil {
		return agreement{}, err
	}
	h.start = time.Now() // where gosrt listens, stamps are taken to count from here: earlier ones would be latency
	if answer, err = h.ask(ctx, request); err != nil {
		return agreement{}, err
	}
	a, err := h.agree(answer)
	a.took = time.Since(h.start)
	return a, err
}

// ask sends a request until an answer to it comes.
func (h *handshake) ask(ctx context.Context, request *packet.CIFHandshake) (answer, error) {
	var body bytes.Buffer
	if err := request.Marshal(&body); err != nil {
		return answer{}, err
	}
	buffer := make([]byte, mss)
	for {
		if err := ctx.Err(); err != nil {
			return answer{}, err
		}
		if _, err := h.socket.Write(control(packet.CTRLTYPE_HANDSHAKE, 0, stamp(h.start, h.config.Start.Time), 0, body.Bytes())); err != nil {
			return answer{}, cmp.Or(ctx.Err(), err)
		}
		if err := h.socket.SetReadDeadline(time.Now().Add(askEvery)); err != nil {
			return answer{}, cmp.Or(ctx.Err(), err)
		}
		for {
			n, err := h.socket.Read(buffer)
			if errors.Is(err, os.ErrDeadlineExceeded) {
				break
			}
			if err != nil {
				return answer{}, cmp.Or(ctx.Err(), err)
			}
			a, ok := parseAnswer(buffer[:n], h.id)
			if ok && a.kind == request.HandshakeType {
				return a, nil
			}
			if ok && a.kind.IsRejection() && a.kind >= 1000 {
				return answer{}, rejection(a.kind.Val())
			}
		}
	}
}

func (h *handshake) induction() *packet.CIFHandshake {
	r := &packet.CIFHandshake{
		IsRequest: true, Version: 4, ExtensionField: 2, HandshakeType: packet.HSTYPE_INDUCTION,
		InitialPacketSequenceNumber: circular.New(h.first, packet.MAX_SEQUENCENUMBER),
		MaxTransmissionUnitSize:     mss, MaxFlowWindowSize: flowWindow, SRTSocketId: h.id,
	}
	r.PeerIP.FromNetAddr(h.socket.LocalAddr())
	return r
}

func (h *handshake) conclusion(a answer) (*packet.CIFHandshake, error) {
	r := h.induction()
	r.Version, r.HandshakeType, r.SynCookie = handshakeVersion, packet.HSTYPE_CONCLUSION, a.cookie
	ms := uint16(h.config.Latency.Milliseconds())
	r.HasHS, r.SRTHS = true, &packet.CIFHandshakeExtension{
		SRTVersion: version, RecvTSBPDDelay: ms, SendTSBPDDelay: ms,
		SRTFlags: packet.CIFHandshakeExtensionFlags{TSBPDSND: true, TSBPDRCV: true, CRYPT: true, TLPKTDROP: true, PERIODICNAK: true, REXMITFLG: true},
	}
	r.HasSID, r.StreamId = h.config.StreamID != "", h.config.StreamID
	if h.config.Passphrase == "" {
		return r, nil
	}
	wanted := 0
	if a.encryption >= 2 && a.encryption <= 4 { // table 2: in units of 8 bytes
		wanted = int(a.encryption) * 8
	}
	var err error
	if h.cipher, err = crypto.New(cmp.Or(h.config.KeyLength, wanted, 16)); err != nil {
		return nil, err
	}
	r.HasKM, r.SRTKM = true, &packet.CIFKeyMaterialExtension{}
	return r, h.cipher.MarshalKM(r.SRTKM, h.config.Passphrase, packet.EvenKeyEncrypted)
}

func (h *handshake) agree(a answer) (agreement, error) {
	switch {
	case a.size < MaxPayload+headerSize+28: // with the headers of UDP and IP
		return agreement{}, fmt.Errorf("%w: it takes packets of %d bytes at most", ErrProtocol, a.size)
	case !a.extended:
		return agreement{}, fmt.Errorf("%w: it does not say which SRT it is", ErrProtocol)
	case a.keyError != 0 || h.cipher != nil && !a.keyed:
		return agreement{}, rejectSecret
	}
	return agreement{peer: a.socket, latency: max(h.config.Latency, a.latency)}, nil
}

// An answer is what a listener says in a handshake (section 3.2.1).
type answer struct {
	kind                  packet.HandshakeType
	version, size         uint32
	encryption, extension uint16
	socket, cookie        uint32
	extended, keyed       bool
	keyError              uint32
	latency               time.Duration
}

// parseAnswer reads a packet that may be one, for our socket. gosrt's own parser reads beyond the end of one that is cut.
func parseAnswer(b []byte, id uint32) (answer, bool) {
	h, ok := parseControl(b)
	if !ok || h.kind != packet.CTRLTYPE_HANDSHAKE || h.to != id && h.to != 0 || len(h.body) < handshakeSize {
		return answer{}, false
	}
	u32 := func(at int) uint32 { return binary.BigEndian.Uint32(h.body[at:]) }
	a := answer{
		version: u32(0), encryption: uint16(u32(4) >> 16), extension: uint16(u32(4)), size: u32(12),
		kind: packet.HandshakeType(u32(20)), socket: u32(24), cookie: u32(28),
	}
	for rest := h.body[handshakeSize:]; len(rest) >= 4; {
		kind, size := packet.CtrlSubType(binary.BigEndian.Uint16(rest)), 4*int(binary.BigEndian.Uint16(rest[2:]))
		if rest = rest[4:]; len(rest) < size {
			return answer{}, false
		}
		a.extend(kind, rest[:size])
		rest = rest[size:]
	}
	return a, true
}

// extend takes in an extension of the handshake.
func (a *answer) extend(kind packet.CtrlSubType, body []byte) {
	switch {
	case kind == packet.EXTTYPE_HSRSP && len(body) >= 12:
		a.extended = true
		a.latency = time.Duration(binary.BigEndian.Uint16(body[8:])) * time.Millisecond
	case kind == packet.EXTTYPE_KMRSP && len(body) == 4:
		a.keyError = binary.BigEndian.Uint32(body)
	case kind == packet.EXTTYPE_KMRSP:
		a.keyed = true
	}
}
