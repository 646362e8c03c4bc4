package e2e

import (
	"fmt"
	"image"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// typed is an edit: the left edge of the region on the screen, and when it was confirmed.
type typed struct {
	left int
	at   time.Time
}

// TestKilledWhileEditing types one edit after the other into the window, and kills it at a moment that nobody chose: while
// idle or live, between saves or in the middle of one. Each time the next start has the edits up to the last second.
func TestKilledWhileEditing(t *testing.T) {
	kills := 3
	if os.Getenv("GOLIVE_SOAK") != "" {
		kills = 20
	}
	p := newPerson(t, newDesk(t, image.Pt(1920, 1080)))
	config := filepath.Join(p.home, "golive")
	const start = "version = 1\nvideo = 'region:640x360+0+0'\naudio = []\n[[destinations]]\nname = 'This computer'\nurl = 'local'\n"
	if err := os.WriteFile(filepath.Join(config, "profiles", "Default.toml"), []byte(start), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(config, "settings.toml"), []byte("version = 1\nwelcomed = true\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for n := range kills {
		_ = os.Remove(filepath.Join(config, "running")) // or it starts without sources after two of them
		p.open()
		p.sees("the Go Live button", red)
		if n%2 == 1 {
			p.press("F9")
			p.has(0, "live", `msg="stream started" stream=live`)
		}
		edits := p.editsUntil(time.Now().Add(2*time.Second + rand.N(time.Second)))
		killed := time.Now()
		p.app.Close() // by SIGKILL
		kept := p.leftEdge()
		t.Logf("kill %d: %d edits, the last one %v before; kept is %d of %d", n+1, len(edits),
			killed.Sub(edits[len(edits)-1].at).Round(time.Millisecond), kept, edits[len(edits)-1].left)
		for _, e := range edits {
			if killed.Sub(e.at) > time.Second && kept < e.left {
				t.Errorf("kill %d: the edit to %d, made %v before, is lost: it is %d", n+1, e.left, killed.Sub(e.at), kept)
			}
		}
	}
	p.open()
	p.sees("the Go Live button", red)
	if broken, _ := filepath.Glob(filepath.Join(config, "*", "*.broken*")); len(broken) > 0 || strings.Contains(p.app.Stderr(), "could not be read") {
		t.Errorf("a profile was broken by a kill: %v\n%s", broken, p.app.Stderr())
	}
}

// editsUntil moves the region to the right by typing, until a time.
func (p *person) editsUntil(end time.Time) (edits []typed) {
	p.t.Helper()
	left := p.leftEdge()
	for time.Now().Before(end) {
		left += 2
		p.xdotool("mousemove", strconv.Itoa(leftField.X), strconv.Itoa(leftField.Y), "click", "1", "key", "ctrl+a",
			"type", "--delay", "5", fmt.Sprint(left))
		p.press("Return")
		edits = append(edits, typed{left, time.Now()})
	}
	return edits
}

// leftField is where the left edge of the region is typed, in the window in the corner of the screen.
var leftField = image.Pt(948, 240)

// leftEdge returns the left edge of the region in the profile on disk, which must be readable.
func (p *person) leftEdge() int {
	p.t.Helper()
	data, err := os.ReadFile(filepath.Join(p.home, "golive", "profiles", "Default.toml"))
	found := regexp.MustCompile(`(?m)^video = ['"]region:\d+x\d+\+(\d+)\+\d+['"]$`).FindSubmatch(data)
	if err != nil || found == nil {
		p.t.Fatalf("the profile cannot be read: %v\n%s", err, data)
	}
	left, _ := strconv.Atoi(string(found[1]))
	return left
}
