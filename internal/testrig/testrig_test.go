package testrig_test

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"log"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"golive/capture/testcard"
	"golive/internal/testrig"
	"golive/internal/testrig/card"
	"golive/internal/testrig/network"
)

// holdDisplay makes the test program start a display, write its name and wait, for TestRigsDieWithUs.
const holdDisplay = "GOLIVE_TEST_HOLD_DISPLAY"

func TestMain(m *testing.M) {
	if os.Getenv(holdDisplay) == "" {
		os.Exit(m.Run())
	}
	d, err := testrig.StartDisplay(context.Background(), image.Pt(64, 64))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(d.Name)
	select {}
}

func startDisplay(t *testing.T, size image.Point) *testrig.Display {
	t.Helper()
	d, err := testrig.StartDisplay(t.Context(), size)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

func startSound(t *testing.T) *testrig.Sound {
	t.Helper()
	s, err := testrig.StartSound(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// showCard shows a card until the test ends.
func showCard(t *testing.T, c card.Config) {
	t.Helper()
	shown, err := card.Start(c)
	if err != nil {
		t.Fatal("card: ", err)
	}
	t.Cleanup(func() {
		if err := shown.Close(); err != nil {
			t.Error("card: ", err)
		}
	})
}

func decode(img *image.RGBA) (time.Time, uint32, error) {
	return testcard.Decode(func(x, y int) uint8 { return img.Pix[img.PixOffset(x, y)+1] }, img.Rect.Dx(), img.Rect.Dy())
}

func TestDisplayShowsCard(t *testing.T) {
	d := startDisplay(t, image.Pt(640, 360))
	showCard(t, card.Config{Display: d.Name, FPS: 30})
	var last uint32
	deadline := time.Now().Add(10 * time.Second)
	for range 3 {
		for {
			img, err := d.Screenshot()
			if err != nil {
				t.Fatal(err)
			}
			at, frame, err := decode(img)
			if err == nil && frame > last {
				t.Logf("frame %d, drawn %v ago", frame, time.Since(at))
				last = frame
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("no new picture: frame %d, %v", frame, err)
			}
		}
	}
}

func TestDisplayManagesWindows(t *testing.T) {
	d := startDisplay(t, image.Pt(640, 360))
	if err := d.ManageWindows(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.Close()
	d.Close() // twice is fine
	if _, err := d.Screenshot(); err == nil {
		t.Fatal("the display is still there after Close")
	}
}

func TestRigsDieWithUs(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	p, err := testrig.StartProgram(os.Args[0], []string{holdDisplay + "=1"})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := p.Until(ctx, func() bool { return len(p.Lines()) == 1 }); err != nil {
		t.Fatal(err)
	}
	socket := "/tmp/.X11-unix/X" + strings.TrimSpace(string(p.Lines()[0][1:]))
	conn, err := net.Dial("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := syscall.Kill(p.Pid(), syscall.SIGKILL); err != nil { // it alone, not what it started
		t.Fatal(err)
	}
	conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, err := conn.Read(make([]byte, 1)); err != io.EOF && !errors.Is(err, syscall.ECONNRESET) {
		t.Fatalf("the display lives on: %v", err)
	}
}

func TestProgramOnHost(t *testing.T) {
	n := network.ForTest(t, 1)
	host, err := n.Host()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	p, err := testrig.StartProgramOn(host, "/bin/cat", nil, "/proc/self/net/dev")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if _, err := p.Wait(ctx); err != nil {
		t.Fatal(err)
	}
	if lines := p.Lines(); len(lines) != 3 || !strings.Contains(string(lines[2]), "lo:") {
		t.Errorf("the network devices of an unconnected host: %q", lines)
	}
}

func TestStartFailsWithReason(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := testrig.StartDisplay(t.Context(), image.Pt(64, 64)); err == nil || !strings.Contains(err.Error(), "apt-get install xvfb") {
		t.Errorf("without Xvfb: %v", err)
	}
	if _, err := testrig.StartSound(t.Context()); err == nil || !strings.Contains(err.Error(), "apt-get install pulseaudio") {
		t.Errorf("without PulseAudio: %v", err)
	}
}
