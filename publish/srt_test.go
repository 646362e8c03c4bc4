package publish

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golive/encoder"
	"golive/internal/srt"
	"golive/internal/testrig"
	"golive/internal/testrig/media"
	"golive/secret"
)

// interopTime is how long a stream to somebody else's server is.
func interopTime() time.Duration {
	if os.Getenv("GOLIVE_SOAK") != "" {
		return 20 * time.Second
	}
	return 6 * time.Second
}

// A sideBySide runs tests that mostly wait, all at the same time, where t.Parallel takes as many as there are processors.
type sideBySide struct {
	t       *testing.T
	running sync.WaitGroup
}

func (s *sideBySide) run(name string, test func(t *testing.T)) {
	s.running.Go(func() { s.t.Run(name, test) })
}

func (s *sideBySide) wait() { s.running.Wait() }

// inRealTime writes packets when they are due.
func inRealTime(t *testing.T, o Output, packets []*encoder.Packet) {
	t.Helper()
	begin := time.Now()
	for _, p := range packets {
		time.Sleep(time.Until(begin.Add(p.DTS - packets[0].DTS)))
		if err := o.WritePacket(p); err != nil {
			t.Fatal(err)
		}
	}
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

// freeUDP returns an address that nobody listens at.
func freeUDP(t *testing.T) string {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return c.LocalAddr().String()
}

// startProgram runs a program, through the shell, until the test ends.
func startProgram(t *testing.T, command string) *testrig.Program {
	t.Helper()
	p, err := testrig.StartProgram("/bin/sh", nil, "-c", "exec "+command)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

func srtTo(t *testing.T, url, passphrase string) *srtDestination {
	t.Helper()
	d, err := ParseDestination(url, secret.Secret{}, secret.New(passphrase))
	if err != nil {
		t.Fatal(err)
	}
	return d.(*srtDestination)
}

// Programs that others wrote record all that they are sent, encrypted or not, and over the wraps: of the clock of the
// transport stream after 26 and a half hours, of that of SRT after 71 minutes, and of its sequence numbers.
func TestSRTPeersRecordAll(t *testing.T) {
	peers := map[string]func(address, query, file string) string{
		"srt-live-transmit": func(address, query, file string) string {
			return fmt.Sprintf("srt-live-transmit -q -a:no 'srt://%s?mode=listener%s' file://con >%s", address, query, file)
		},
		"ffmpeg": func(address, query, file string) string {
			return fmt.Sprintf("ffmpeg -nostdin -v error -f mpegts -i 'srt://%s?mode=listener%s' -c copy -copyts -f mpegts %s", address, query, file)
		},
	}
	streams, packets := media.Encode(t, int(interopTime().Seconds()*30))
	const tsWrap = (1<<33)*time.Second/90000 - time.Second
	tests := sideBySide{t: t}
	defer tests.wait()
	for peer, command := range peers {
		for _, c := range []struct {
			name, passphrase, query, listener string
			packets                           []*encoder.Packet
			start                             srt.Start
		}{
			{"plain", "", "?latency=120", "", packets, srt.Start{}},
			{"AES-128", "correct horse", "", "&passphrase=correct horse&pbkeylen=16", packets, srt.Start{}},
			{"AES-256, over the wraps", "battery staple", "?pbkeylen=32", "&passphrase=battery staple&pbkeylen=32", later(packets, tsWrap-3*time.Second), srt.Start{Time: 1<<32 - 3_000_000, Sequence: 1<<31 - 100}},
		} {
			tests.run(peer+" "+c.name, func(t *testing.T) {
				address, file := freeUDP(t), filepath.Join(t.TempDir(), "a.ts")
				peer := startProgram(t, command(address, c.listener, file))
				d := srtTo(t, "srt://"+address+c.query, c.passphrase)
				d.start = c.start
				o := dialSoon(t, d, streams)
				inRealTime(t, o, c.packets)
				o.Close()
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				defer cancel()
				if _, err := peer.Wait(ctx); err != nil { // it writes the rest at its end
					t.Fatal(err)
				}
				checkArrived(t, file, streams, c.packets)
			})
		}
	}
}

// dialSoon connects to a program that may not listen yet.
func dialSoon(t *testing.T, d Destination, streams []*encoder.Stream) (o Output) {
	t.Helper()
	var err error
	defer func() {
		if err != nil {
			t.Log(err)
		}
	}()
	eventually(t, "a connection", func() bool {
		o, err = d.Dial(t.Context(), streams, newTestFeedback())
		return err == nil
	})
	t.Cleanup(func() { o.Close() })
	return o
}

// checkArrived expects exactly these packets in a file, which decodes without a complaint, its DTS in order, sound and
// pictures together as they were.
func checkArrived(t *testing.T, file string, streams []*encoder.Stream, packets []*encoder.Packet) {
	t.Helper()
	got := decoded(t, file)
	together(t, got, shifts(t, got.Video, of(packets, streams[0]), 0.002), shifts(t, got.Audio, of(packets, streams[1]), 0.002))
}

// decoded returns the packets of a file, which decodes without a complaint.
func decoded(t *testing.T, file string) testrig.FilePackets {
	t.Helper()
	if err := testrig.DecodeStrict(t.Context(), file); err != nil {
		t.Error(err)
	}
	got, err := testrig.Packets(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// together expects pictures and sound to have been moved by the same time, given in seconds.
func together(t *testing.T, got testrig.FilePackets, video, audio float64) {
	t.Helper()
	if d := video - audio; d < -0.02 || d > 0.02 {
		t.Errorf("pictures are %.3f s behind the sound", d)
	} else {
		t.Logf("%d pictures, %d sounds, %.1f ms apart", len(got.Video), len(got.Audio), d*1000)
	}
}

// shifts returns by how many seconds packets were moved in time, all by as much, or nearly so.
func shifts(t *testing.T, got []testrig.FilePacket, sent []*encoder.Packet, nearly float64) float64 {
	t.Helper()
	if len(got) != len(sent) {
		t.Fatalf("%d packets of %d", len(got), len(sent))
	}
	first := got[0].DTS - sent[0].DTS.Seconds()
	for i := range got {
		if d := got[i].DTS - sent[i].DTS.Seconds() - first; d < -nearly || d > nearly {
			t.Fatalf("packet %d is off by %.3f s", i, d)
		}
	}
	return first
}

func TestSRTListenersRefuse(t *testing.T) {
	streams, _ := media.Encode(t, 2)
	for name, c := range map[string]struct{ listener, passphrase, says string }{
		"a wrong passphrase": {"&passphrase=correct horse", "battery staple", "passphrase"},
		"none":               {"&passphrase=correct horse", "", "passphrase"},
		"one too many":       {"", "battery staple", "passphrase"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address := freeUDP(t)
			startProgram(t, fmt.Sprintf("srt-live-transmit -q 'srt://%s?mode=listener%s' file://con >/dev/null", address, c.listener))
			d := srtTo(t, "srt://"+address+"?streamid=s3cr3t", c.passphrase)
			var err error
			eventually(t, "a refusal", func() bool {
				var o Output
				if o, err = d.Dial(t.Context(), streams, newTestFeedback()); err == nil {
					o.Close()
				}
				return err == nil || !strings.Contains(err.Error(), "reached")
			})
			if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "s3cr3t") {
				t.Error(err)
			}
		})
	}
}

// The times in the stream are read by somebody else's parser, from what came over SRT.
func TestTimingOverSRT(t *testing.T) {
	t.Parallel()
	address, file := freeUDP(t), filepath.Join(t.TempDir(), "a.ts")
	peer := startProgram(t, fmt.Sprintf("srt-live-transmit -q -a:no 'srt://%s?mode=listener' file://con >%s", address, file))
	c := testConfig()
	c.Timing, c.KeyInterval = encoder.TimingKey, 500*time.Millisecond
	day := time.Now().UTC().Format("2006-01-02T")
	b := startBroadcast(t, c)
	if err := b.GoLive("", []OutputConfig{{Name: "x", Destination: srtTo(t, "srt://"+address, "")}}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "some key frames", func() bool {
		s := b.Stats()
		return s.Outputs[0].State == Live && s.Video.Encoded > 90
	})
	endLive(t, b)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if _, err := peer.Wait(ctx); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("ffmpeg", "-nostdin", "-i", file, "-vf", "showinfo", "-f", "null", "-").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	text := strings.ReplaceAll(string(out), "\n", " ")
	for _, id := range []string{"0aecffe7-5272-4e2f-a62f-d19cd61a93b5", "ca60e71c-6a8b-4388-a377-151df7bf8ac2", "f1fbc1d5-101e-4fb5-a61e-b8ce3c07b8c0"} {
		if n := strings.Count(text, "UUID="+id); n < 4 {
			t.Errorf("%s is in %d pictures", id, n)
		}
	}
	if !strings.Contains(strings.ReplaceAll(text, " ", ""), "030101"+fmt.Sprintf("%x", day)) {
		t.Errorf("no time of %s in:\n%.3000s", day, out)
	}
}
