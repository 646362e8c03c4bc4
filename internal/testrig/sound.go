package testrig

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Sound is a private PulseAudio server without a sound card. What is played into Speaker can be captured as desktop
// sound; what is played into MicFeed comes out of its microphone, the default source.
type Sound struct {
	dir    string
	server *child

	mu      sync.Mutex
	players []*child
	feeds   sync.WaitGroup
}

// The sinks of Sound. Speaker is the default one.
const (
	Speaker = "golive"
	MicFeed = "golive_mic_feed"
)

const pulseScript = `
load-module module-null-sink sink_name=golive rate=48000 channels=2 sink_properties=device.description=Speaker
load-module module-null-sink sink_name=golive_mic_feed rate=48000 channels=2 sink_properties=device.description=MicFeed
load-module module-remap-source source_name=golive_mic master=golive_mic_feed.monitor source_properties=device.description=Microphone
set-default-sink golive
set-default-source golive_mic
load-module module-native-protocol-unix socket=%s auth-anonymous=1
`

// StartSound starts the sound server.
func StartSound(ctx context.Context) (*Sound, error) {
	dir, err := os.MkdirTemp("", "golive-sound-")
	if err != nil {
		return nil, err
	}
	s := &Sound{dir: dir}
	if err := s.start(ctx); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *Sound) start(ctx context.Context) error {
	script := filepath.Join(s.dir, "script")
	if err := os.WriteFile(script, fmt.Appendf(nil, pulseScript, s.socket()), 0o600); err != nil {
		return err
	}
	cmd, err := tool("pulseaudio", "-n", "-F", script, "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no",
		"--high-priority=no", "--realtime=no", "--log-target=stderr")
	if err != nil {
		return err
	}
	cmd.Env = append(os.Environ(), s.Env()...)
	if s.server, err = startChild(cmd); err != nil {
		return err
	}
	// The socket is the last thing that the script makes.
	if err := poll(ctx, s.server.done, func() bool { return listening("unix", s.socket()) }); err != nil {
		return s.server.explain(err)
	}
	return nil
}

func (s *Sound) socket() string { return filepath.Join(s.dir, "native") }

// Env returns the variables that lead a program to this sound server, and keep it off the person's own.
func (s *Sound) Env() []string {
	return []string{
		"PULSE_SERVER=unix:" + s.socket(),
		"PULSE_RUNTIME_PATH=" + s.dir,
		"PULSE_STATE_PATH=" + s.dir,
		"PULSE_COOKIE=" + filepath.Join(s.dir, "cookie"),
	}
}

// Play plays pcm, signed 16-bit little-endian samples at SampleRate in two channels, into a sink in real time, until pcm
// ends or Close. It does not wait: a new server takes up to two seconds to notice that it has something to play. Reads of
// pcm must not block.
func (s *Sound) Play(sink string, pcm io.Reader) error {
	const enough = 200 * time.Millisecond // for no gaps on a busy machine
	return s.play(sink, pcm, enough)
}

// play plays pcm with buffers of a length.
func (s *Sound) play(sink string, pcm io.Reader, buffer time.Duration) error {
	cmd, err := tool("pacat", "--playback", "--raw", "--format=s16le", "--rate=48000", "--channels=2",
		fmt.Sprintf("--latency-msec=%d", buffer.Milliseconds()), "--process-time-msec=5", "--device="+sink)
	if err != nil {
		return err
	}
	cmd.Env = append(os.Environ(), s.Env()...)
	read, write, err := smallPipe()
	if err != nil {
		return err
	}
	defer read.Close()
	cmd.Stdin = read
	player, err := startChild(cmd)
	if err != nil {
		return errors.Join(err, write.Close())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.players = append(s.players, player)
	s.feeds.Go(func() { // ends with the player, which breaks the pipe; Close waits
		defer write.Close()
		_, _ = io.CopyBuffer(struct{ io.Writer }{write}, pcm, make([]byte, 1024))
	})
	return nil
}

// smallPipe returns a pipe that holds so little, 20 ms of sound, that what is written is heard soon.
func smallPipe() (read, write *os.File, err error) {
	if read, write, err = os.Pipe(); err != nil {
		return nil, nil, err
	}
	if _, err := unix.FcntlInt(write.Fd(), unix.F_SETPIPE_SZ, 4096); err != nil {
		return nil, nil, errors.Join(err, read.Close(), write.Close())
	}
	return read, write, nil
}

// PlayTone plays a sine of hz into Speaker at a level of db dBFS RMS (a full-scale sine has -3), until Close.
func (s *Sound) PlayTone(hz, db float64) error { return s.Play(Speaker, Tone(hz, db)) }

// PlayBeeps plays a beep, as long as the test card's flash, into Speaker at each whole second of the time of day, until
// Close. They are right to about 10 ms, and begin after four seconds.
func (s *Sound) PlayBeeps() error { return s.play(Speaker, beeps(), beepBuffer) }

// Close ends players and server, waits, and removes the server's files. It may be called twice.
func (s *Sound) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.players {
		p.stop(syscall.SIGKILL, time.Second)
	}
	s.feeds.Wait()
	if s.server != nil {
		s.server.stop(syscall.SIGTERM, 2*time.Second)
	}
	os.RemoveAll(s.dir)
}
