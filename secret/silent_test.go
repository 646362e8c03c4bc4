package secret_test

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// runSilent runs TestSilentKeyring again with a message bus that never answers.
func runSilent(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "bus")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	cmd := exec.Command(os.Args[0], "-test.run=^TestSilentKeyring$")
	cmd.Env = append(os.Environ(), "GOLIVE_SILENT_BUS=1", "DBUS_SESSION_BUS_ADDRESS=unix:path="+socket)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}
