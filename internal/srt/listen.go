package srt

import (
	"bytes"
	"errors"
	"net"
	"syscall"
	"time"

	"github.com/datarhei/gosrt/packet"
)

// listen reads until the connection is over.
func (c *Conn) listen() {
	buffer := make([]byte, mss)
	for {
		n, err := c.socket.Read(buffer)
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case errors.Is(err, syscall.ECONNREFUSED): // nobody has that port any more
			c.end(ErrShutdown)
		case err == nil:
			if p, ok := parseControl(buffer[:n]); ok {
				c.obey(p)
			}
		}
	}
}

// obey follows a control packet (section 3.2).
func (c *Conn) obey(p controlPacket) {
	c.mu.Lock()
	c.heard = time.Now()
	switch p.kind {
	case packet.CTRLTYPE_ACK:
		c.acknowledged(p)
	case packet.CTRLTYPE_NAK:
		c.reported(p)
	case packet.CTRLTYPE_USER:
		c.keyed(p)
	}
	c.mu.Unlock()
	if p.kind == packet.CTRLTYPE_SHUTDOWN {
		c.end(ErrShutdown)
	}
}

// acknowledged takes note of what has arrived (section 3.2.4).
func (c *Conn) acknowledged(p controlPacket) {
	var ack packet.CIFACK
	if ack.Unmarshal(p.body) != nil {
		return
	}
	if n := c.window.ack(ack.LastACKPacketSequenceNumber.Val()); n > 0 {
		c.stats.Acked += n
		c.progress, c.starved = c.heard, false
		c.wake()
	}
	if ack.IsLite {
		return
	}
	if c.reports++; c.reports > settledAfter {
		c.rtt = min(time.Duration(ack.RTT)*time.Microsecond, deadAfter)
		c.rttVar = min(time.Duration(ack.RTTVar)*time.Microsecond, deadAfter)
	}
	if !ack.IsSmall {
		c.stats.Capacity = int(ack.EstimatedLinkCapacity) * (MaxPayload + headerSize) * 8
		c.tell(packet.CTRLTYPE_ACKACK, p.info, nil)
	}
}

// reported takes note of what is lost (section 3.2.5), and sends it again.
func (c *Conn) reported(p controlPacket) {
	var nak packet.CIFNAK
	if nak.Unmarshal(p.body) != nil {
		return
	}
	settle := max(c.rtt-2*c.rttVar, c.rtt/2)
	list := nak.LostPacketSequenceNumber
	for i := 0; i+1 < len(list); i += 2 {
		n := c.window.nak(list[i].Val(), list[i+1].Val(), settle, c.heard)
		c.stats.Lost += int64(n)
		c.loss.lost(n, c.heard)
	}
	c.resend(c.heard)
}

func (c *Conn) wake() {
	select {
	case c.moved <- struct{}{}:
	default:
	}
}

// watch does what has its time: it sends again, drops what is too old, and notices that nobody is there.
func (c *Conn) watch() {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for {
		select {
		case <-c.done:
			return
		case now := <-ticker.C:
			if c.attend(now) {
				c.end(ErrSilent)
			}
		}
	}
}

// attend is one round of watch. It says whether the other side is gone.
func (c *Conn) attend(now time.Time) (gone bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	owed := len(c.window.packets) > 0 || c.starved
	if now.Sub(c.heard) > deadAfter || owed && now.Sub(c.progress) > deadAfter {
		return true
	}
	c.resend(now)
	c.hurry(now)
	c.spare(now)
	c.probe(now)
	if n := c.window.expire(now.Add(-c.patience())); n > 0 {
		c.stats.Dropped += int64(n)
		c.starved = true
		c.wake()
	}
	if now.Sub(c.said) > keepAlive {
		c.tell(packet.CTRLTYPE_KEEPALIVE, 0, nil)
	}
	return false
}

// patience is how old a packet may get before this side forgets it (section 4.6).
func (c *Conn) patience() time.Duration {
	return max(time.Second, c.latency+c.latency/4) + 2*tick
}

// probe sends the newest packet again when nothing was acknowledged for long: a receiver does not know that it misses
// what nothing has followed.
func (c *Conn) probe(now time.Time) {
	n := len(c.window.packets)
	wait := max(c.rtt+4*c.rttVar, 5*tick) + tick
	if n == 0 || now.Sub(c.progress) < wait || now.Sub(c.window.packets[n-1].last) < wait {
		return
	}
	c.transmit(c.window.resend(n-1, now), now)
	c.stats.Resent++
}

// Stats returns what is known now.
func (c *Conn) Stats() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	s := c.stats
	s.Unacked, s.Ahead = c.window.bytes, c.window.ahead()
	s.RTT, s.Loss, s.Starved = c.rtt, c.loss.fraction(now), c.starved
	return s
}

// keyed takes note that the other side has the next key (section 3.2.2).
func (c *Conn) keyed(p controlPacket) {
	if p.sub == packet.EXTTYPE_KMRSP && len(p.body) > 4 {
		c.keys.confirmed = bytes.Equal(p.body, c.keys.announced)
	}
}
