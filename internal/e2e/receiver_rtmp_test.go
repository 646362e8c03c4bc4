package e2e

import (
	"net"
	"testing"
	"time"

	"github.com/bluenviron/gortmplib"
	"github.com/bluenviron/gortmplib/pkg/message"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"

	"golive/internal/testrig/network"
)

// receiveRTMP starts an RTMP server at an address of a host. Like most, it does not notice that a publisher is gone.
func receiveRTMP(t *testing.T, host *network.Host, ip string) *receiver {
	t.Helper()
	r := newReceiver(t)
	l, err := host.Listen(ip + ":0")
	if err != nil {
		t.Fatal(err)
	}
	r.url = "rtmp://" + l.Addr().String() + "/live/x"
	conns := &openConns{}
	r.stop = append(r.stop, func() { l.Close() }, conns.close)
	r.work.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			conns.add(c)
			r.work.Go(func() {
				defer c.Close()
				r.readRTMP(c)
			})
		}
	})
	return r
}

func (r *receiver) readRTMP(c net.Conn) {
	conn := &gortmplib.ServerConn{RW: c}
	if conn.Initialize() != nil || conn.AcceptConn() != nil || conn.AcceptAction() != nil {
		return
	}
	in, err := r.connected()
	if err != nil {
		return
	}
	defer in.close()
	for {
		m, err := conn.Read()
		if err != nil {
			return
		}
		in.takeRTMP(m)
	}
}

func (i *intake) takeRTMP(m message.Message) {
	switch m := m.(type) {
	case *message.Video:
		switch {
		case m.Type == message.VideoTypeConfig && m.AVCConfig != nil:
			i.write([][]byte{m.AVCConfig.SequenceParameterSets[0].NALUnit, m.AVCConfig.PictureParameterSets[0].NALUnit})
		case m.Type == message.VideoTypeAU:
			var unit h264.AVCC
			if unit.Unmarshal(m.AU) == nil {
				i.picture(time.Now(), m.DTS, unit)
			}
		}
	case *message.Audio:
		if m.AACType == message.AudioAACTypeAU {
			i.sound(m.DTS, len(m.AU))
		}
	}
}
