package network_test

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golive/internal/testrig/network"
)

// join returns two hosts and the link between them.
func join(t *testing.T, n *network.Network, there, back network.Conditions) (a, b *network.Host, l *network.Link) {
	t.Helper()
	a, err := n.Host()
	if err != nil {
		t.Fatal(err)
	}
	if b, err = n.Host(); err != nil {
		t.Fatal(err)
	}
	if l, err = n.Connect(a, b, there, back); err != nil {
		t.Fatal(err)
	}
	return a, b, l
}

// connect returns a TCP connection from a to b.
func connect(t *testing.T, a, b *network.Host, l *network.Link) (from, to net.Conn) {
	t.Helper()
	listener, err := b.Listen(l.B.String() + ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	if from, err = a.DialContext(t.Context(), "tcp", listener.Addr().String()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { from.Close() })
	if to, err = listener.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { to.Close() })
	return from, to
}

func TestLinkDelays(t *testing.T) {
	n := network.ForTest(t, 1)
	c := network.Conditions{Delay: 40 * time.Millisecond}
	a, b, l := join(t, n, c, c)
	from, to := connect(t, a, b, l)
	var echo sync.WaitGroup
	echo.Go(func() { io.Copy(to, to) })
	least := time.Hour
	for range 5 {
		start := time.Now()
		if _, err := from.Write([]byte{1}); err != nil {
			t.Fatal(err)
		}
		if _, err := from.Read(make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		least = min(least, time.Since(start))
	}
	from.Close()
	echo.Wait()
	t.Logf("a way there and back of 80 ms took %v", least)
	if least < 80*time.Millisecond || least > 120*time.Millisecond {
		t.Errorf("80 ms there and back took %v", least)
	}
}

// TestLinksSideBySide sends over three links of different rates at the same time, one of which changes.
func TestLinksSideBySide(t *testing.T) {
	n := network.ForTest(t, 1)
	var wait sync.WaitGroup
	for _, mbits := range []int{2, 8, 20} {
		c := network.Conditions{Rate: mbits * 1_000_000, Delay: 5 * time.Millisecond}
		a, b, l := join(t, n, c, network.Conditions{})
		from, to := connect(t, a, b, l)
		wait.Go(func() {
			checkRate(t, from, to, mbits)
			if mbits == 8 {
				l.There.SetRate(3_000_000)
				checkRate(t, from, to, 3)
			}
		})
	}
	wait.Wait()
}

// checkRate measures the rate of a second and a half, after what was on its way at first.
func checkRate(t *testing.T, from, to net.Conn, mbits int) {
	end := time.Now().Add(2 * time.Second)
	var sending sync.WaitGroup
	sending.Go(func() {
		from.SetWriteDeadline(end)
		for buffer := make([]byte, 16<<10); ; {
			if _, err := from.Write(buffer); err != nil {
				return
			}
		}
	})
	buffer := make([]byte, 64<<10)
	begin := end.Add(-1500 * time.Millisecond)
	var bytes int
	var first, last time.Time
	to.SetReadDeadline(end)
	for {
		got, err := to.Read(buffer)
		if err != nil {
			break
		}
		if now := time.Now(); now.After(begin) {
			if first.IsZero() {
				first = now
			} else {
				bytes += got
			}
			last = now
		}
	}
	sending.Wait()
	rate := float64(bytes) * 8 / last.Sub(first).Seconds() / 1e6
	t.Logf("%.2f Mbit/s of TCP over %d", rate, mbits)
	if rate > float64(mbits)*1.02 || rate < 0.75*float64(mbits) {
		t.Errorf("%.2f Mbit/s of TCP over a link of %d", rate, mbits)
	}
}

func TestLinkLoses(t *testing.T) {
	n := network.ForTest(t, 1)
	a, b, l := join(t, n, network.Conditions{}, network.Conditions{})
	sink, err := b.ListenPacket(l.B.String() + ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer sink.Close()
	from, err := a.DialContext(t.Context(), "udp", sink.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	const sent = 4000
	burst := func() {
		before := l.There.Counts()
		for i := range sent {
			if _, err := from.Write([]byte("x")); err != nil {
				t.Fatal(err)
			}
			if i%50 == 0 {
				time.Sleep(time.Millisecond) // or the device's own queue overflows
			}
		}
		for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(time.Millisecond) {
			c := l.There.Counts()
			if all := c.Delivered + c.Lost + c.Cut - before.Delivered - before.Lost - before.Cut; all == sent {
				return
			} else if time.Now().After(deadline) {
				t.Fatalf("%d of %d packets came to the link", all, sent)
			}
		}
	}
	l.There.SetLoss(0.2)
	burst()
	if c := l.There.Counts(); math.Abs(float64(c.Lost)/sent-0.2) > 0.03 {
		t.Errorf("a loss of 0.2: %+v", c)
	}
	l.There.SetLoss(0)
	l.Cut(true)
	burst()
	l.Cut(false)
	if c := l.There.Counts(); c.Cut != sent {
		t.Errorf("a link that is cut: %+v", c)
	}
}

func TestUnplug(t *testing.T) {
	n := network.ForTest(t, 1)
	a, b, l := join(t, n, network.Conditions{}, network.Conditions{})
	listener, err := b.Listen(l.B.String() + ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	if err := l.Unplug(true); err != nil {
		t.Fatal(err)
	}
	if conn, err := a.DialContext(t.Context(), "tcp", listener.Addr().String()); err == nil {
		conn.Close()
		t.Fatal("a connection without a cable")
	} else if !strings.Contains(err.Error(), "unreachable") {
		t.Errorf("without a cable: %v", err)
	}
	if err := l.Unplug(false); err != nil {
		t.Fatal(err)
	}
	conn, err := a.DialContext(t.Context(), "tcp", listener.Addr().String())
	if err != nil {
		t.Fatalf("with the cable back: %v", err)
	}
	conn.Close()
}

func TestCongestionControl(t *testing.T) {
	n := network.ForTest(t, 1)
	a, b, l := join(t, n, network.Conditions{}, network.Conditions{})
	for _, algorithm := range []string{"cubic", "reno"} {
		if err := a.SetCongestionControl(l, algorithm); err != nil {
			t.Fatal(err)
		}
		from, _ := connect(t, a, b, l)
		if used := congestionControl(t, from); used != algorithm {
			t.Errorf("a connection uses %s instead of %s", used, algorithm)
		}
	}
	if err := a.SetCongestionControl(l, "none-of-that-name"); err == nil {
		t.Error("an algorithm that there is not was taken")
	}
}

// TestCloseLeavesNothing looks for what a network could leave behind: devices, namespaces and goroutines.
func TestCloseLeavesNothing(t *testing.T) {
	network.ForTest(t, 1)
	before := open(t)
	n := network.New(1)
	join(t, n, network.Conditions{Delay: time.Hour}, network.Conditions{})
	if during := open(t); during != before+4 { // two devices, two namespaces
		t.Errorf("%d files of networks, with one open %d", before, during)
	}
	n.Close()
	n.Close() // twice is fine
	if after := open(t); after != before {
		t.Errorf("%d files of networks before, %d after", before, after)
	}
}

// open counts our files that keep devices and namespaces.
func open(t *testing.T) int {
	t.Helper()
	links, err := filepath.Glob("/proc/self/fd/*")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, link := range links {
		if target, _ := os.Readlink(link); strings.HasPrefix(target, "net:[") || target == "/dev/net/tun" {
			count++
		}
	}
	return count
}

func TestHostsAreClosedOff(t *testing.T) {
	n := network.ForTest(t, 1)
	a, _, _ := join(t, n, network.Conditions{}, network.Conditions{})
	var names bytes.Buffer
	err := a.Do(func() error {
		all, err := net.Interfaces()
		for _, i := range all {
			fmt.Fprintln(&names, i.Name)
		}
		return err
	})
	if got := strings.Fields(names.String()); err != nil || len(got) != 2 || got[0] != "lo" {
		t.Errorf("a host has the interfaces %q, %v", got, err)
	}
	listener, err := a.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	if conn, err := net.Dial("tcp", listener.Addr().String()); err == nil {
		conn.Close()
		t.Error("a host's loopback interface is the machine's")
	}
}
