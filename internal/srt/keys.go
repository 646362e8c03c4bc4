package srt

import (
	"bytes"

	"github.com/datarhei/gosrt/packet"
)

// When a key is replaced, counted in packets (libsrt: SRTO_KMREFRESHRATE and SRTO_KMPREANNOUNCE).
const (
	keyLife     = 1 << 24
	keyAnnounce = 1 << 12 // before it ends
	keyRepeat   = 1 << 7  // until the other side confirms
)

// keys tells which key encrypts, and how far the other side has the next one.
type keys struct {
	current   packet.PacketEncryption
	used      int
	announced []byte // the key material that was sent
	confirmed bool
}

// renewKey counts a packet. Before a key has encrypted too much it announces the next, and takes it when it is time.
func (c *Conn) renewKey() {
	k := &c.keys
	k.used++
	switch left := keyLife - k.used; {
	case left == keyAnnounce:
		k.confirmed, k.announced = false, c.nextKey()
		c.announce()
	case left < 0 || left > keyAnnounce || k.announced == nil:
	case left == 0:
		k.current, k.used, k.announced = other(k.current), 0, nil
	case left%keyRepeat == 0 && !k.confirmed:
		c.announce()
	}
}

// nextKey makes the key that is not in use new, and returns what tells the other side. Without one, the old stays.
func (c *Conn) nextKey() []byte {
	next := other(c.keys.current)
	var material packet.CIFKeyMaterialExtension
	var b bytes.Buffer
	if c.cipher.GenerateSEK(next) != nil || c.cipher.MarshalKM(&material, c.config.Passphrase, next) != nil || material.Marshal(&b) != nil {
		return nil
	}
	return b.Bytes()
}

func (c *Conn) announce() {
	if c.keys.announced == nil {
		return
	}
	b := control(packet.CTRLTYPE_USER, 0, stamp(c.start, c.config.Start.Time), c.peer, c.keys.announced)
	b[3] = byte(packet.EXTTYPE_KMREQ) // the subtype
	_, _ = c.socket.Write(b)
}

func other(k packet.PacketEncryption) packet.PacketEncryption {
	if k == packet.EvenKeyEncrypted {
		return packet.OddKeyEncrypted
	}
	return packet.EvenKeyEncrypted
}
