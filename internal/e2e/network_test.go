package e2e

import (
	"image"
	"slices"
	"testing"
	"time"

	"golive/internal/testrig"
	"golive/internal/testrig/card"
	"golive/internal/testrig/network"
)

// protocols are those that have a receiver.
var protocols = []string{"rtmp", "srt", "whip"}

// A line is a link from the broadcaster to a receiver of its own.
type line struct {
	*network.Link
	*receiver
	protocol string
}

// newLine joins a broadcaster to a host with a receiver.
func newLine(t *testing.T, n *network.Network, from *network.Host, protocol string, c network.Conditions) *line {
	t.Helper()
	host, err := n.Host()
	if err != nil {
		t.Fatal(err)
	}
	l := &line{protocol: protocol}
	if l.Link, err = n.Connect(from, host, c, network.Conditions{Delay: c.Delay}); err != nil {
		t.Fatal(err)
	}
	receive := map[string]func(*testing.T, *network.Host, string) *receiver{
		"rtmp": receiveRTMP, "srt": receiveSRT, "whip": receiveWHIP,
	}[protocol]
	l.receiver = receive(t, host, l.B.String())
	return l
}

// broadcaster returns a network, and the host on it that a broadcast comes from.
func broadcaster(t *testing.T, seed uint64) (*network.Network, *network.Host) {
	t.Helper()
	n := network.ForTest(t, seed)
	host, err := n.Host()
	if err != nil {
		t.Fatal(err)
	}
	return n, host
}

// broadcast starts golive on a host, with the lines as its destinations.
func broadcast(t *testing.T, host *network.Host, env []string, lines []*line, args ...string) *testrig.Program {
	t.Helper()
	args = append([]string{"live", "--stats", "json"}, args...)
	for _, l := range lines {
		args = append(args, "--to", l.url)
	}
	p, err := testrig.StartProgramOn(host, golive, env, args...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// allLive waits until everything is live and pictures come.
func allLive(t *testing.T, p *testrig.Program, lines []*line) {
	t.Helper()
	asked := time.Now()
	until(t, p, 30*time.Second, "all lines to be live", func() bool {
		return !slices.ContainsFunc(lines, func(l *line) bool {
			got := l.all()
			return len(got) == 0 || !got[len(got)-1].at.After(asked)
		}) && allState(lastStats(t, p), "live")
	})
}

func allState(s statsLine, state string) bool {
	return len(s.Outputs) > 0 && !slices.ContainsFunc(s.Outputs, func(o outputLine) bool { return o.State != state })
}

// pictureDelays returns how much later than it should a picture came, by the times in the stream: the least delay of the
// connection is that of the way.
func (l *line) pictureDelays() []latePicture {
	least := map[int]time.Duration{}
	var list []latePicture
	for _, a := range l.all() {
		if !a.video {
			continue
		}
		delay := time.Duration(a.at.UnixNano()) - a.dts
		if known, ok := least[a.connection]; !ok || delay < known {
			least[a.connection] = delay
		}
		list = append(list, latePicture{a, delay - least[a.connection]})
	}
	return list
}

// A latePicture is a picture that came so much later than it should.
type latePicture struct {
	arrival
	by time.Duration
}

// firstPicture returns the first picture that came after a moment and was delayed by no more than most.
func (l *line) firstPicture(after time.Time, most time.Duration) (latePicture, bool) {
	list := l.pictureDelays()
	i := slices.IndexFunc(list, func(d latePicture) bool { return d.at.After(after) && d.by <= most })
	if i < 0 {
		return latePicture{}, false
	}
	return list[i], true
}

// noisyStage is a display whose pictures are as hard to encode as those of a game.
func noisyStage(t *testing.T) []string {
	t.Helper()
	display, err := testrig.StartDisplay(t.Context(), image.Pt(640, 360))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(display.Close)
	shown, err := card.Start(card.Config{Display: display.Name, FPS: 30, Motion: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = shown.Close() })
	return append(display.Env(), home(t)...)
}

// rate returns the bit/s of media that came between two moments.
func (l *line) rate(from, to time.Time) float64 {
	bytes := 0
	for _, a := range l.all() {
		if a.at.After(from) && !a.at.After(to) {
			bytes += a.size
		}
	}
	return float64(bytes*8) / to.Sub(from).Seconds()
}
