package e2e

import (
	"fmt"
	"net/netip"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// TestListensHereAlone starts golive as people do, without addresses: nobody else on the network may reach anything of it.
func TestListensHereAlone(t *testing.T) {
	for name, args := range map[string][]string{
		"serve": {"serve"},
		"live":  {"live", "--video", "pattern", "--audio", "tone", "--size", "320x180"},
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t, home(t), args...)
			until(t, p, 20*time.Second, "the watch link", func() bool { return strings.Contains(p.Stderr(), "watch at") })
			out, err := exec.Command("ss", "-Hltnup").CombinedOutput()
			if err != nil {
				t.Fatalf("ss (apt install iproute2): %v: %s", err, out)
			}
			n := 0
			for line := range strings.Lines(string(out)) {
				if !strings.Contains(line, fmt.Sprintf("pid=%d,", p.Pid())) {
					continue
				}
				n++
				local := strings.Fields(line)[4]
				if addr, err := netip.ParseAddrPort(local); err != nil || !addr.Addr().IsLoopback() {
					t.Errorf("%s listens on %s", name, local)
				}
			}
			if n < 5 { // HTTP, RTMP, SRT, WebRTC over UDP and TCP
				t.Errorf("%d ports:\n%s", n, out)
			}
		})
	}
}
