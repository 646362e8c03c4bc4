package e2e

import (
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"golive/internal/testrig"
)

// silence listens, accepts and says nothing.
func silence(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() }) // the kernel accepts; nobody ever reads
	return l.Addr().String()
}

// TestInterrupt sends Ctrl-C to broadcasts in all kinds of trouble. Each must end by itself, soon, with code 0.
func TestInterrupt(t *testing.T) {
	gone := testrig.ServeRTMP(t, testrig.RTMPConfig{})
	gone.Stop()
	quiet := silence(t)
	small := []string{"live", "--video", "pattern", "--audio", "tone", "--size", "320x180", "--preset", "ultrafast"}
	for name, c := range map[string]struct {
		env, args []string
		until     string // on stderr, before the interrupt
	}{
		"live":            {nil, append(small, "--to", "local"), "LIVE 1s"},
		"server down":     {nil, append(small, "--to", gone.URL("x")), "connection refused"},
		"server silent":   {nil, append(small, "--to", "rtmp://"+quiet+"/live/x"), "says nothing"},
		"both and local":  {nil, append(small, "--to", "local", "--to", gone.URL("x"), "--to", "rtmp://"+quiet+"/live/x"), "says nothing"},
		"server alone":    {nil, []string{"serve"}, "watch at"},
		"sound is silent": {[]string{"PULSE_SERVER=" + quiet}, []string{"live", "--video", "pattern", "--audio", "mic"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t, append(home(t), c.env...), c.args...)
			if c.until != "" {
				until(t, p, 20*time.Second, c.until, func() bool { return strings.Contains(p.Stderr(), c.until) })
			} else { // the program has nothing to say yet: give it time to get stuck
				deadline := time.Now().Add(time.Second)
				until(t, p, 5*time.Second, "a second", func() bool { return time.Now().After(deadline) })
			}
			interrupted := time.Now()
			p.Signal(syscall.SIGINT)
			code := wait(t, p, 10*time.Second)
			t.Logf("ended %v after the interrupt", time.Since(interrupted).Round(time.Millisecond))
			if code != 0 {
				t.Errorf("exit code %d\n%s", code, p.Stderr())
			}
		})
	}
}
