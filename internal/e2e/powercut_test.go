package e2e

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// A power cut leaves what had reached the medium: the image of a file system, copied at a random moment while a program
// records into it. Of each copy the recording plays to within 4 s of that moment.
func TestRecordingsSurviveAPowerCut(t *testing.T) {
	cuts := 4
	if soak() {
		cuts = 20
	}
	dir := t.TempDir()
	image := filepath.Join(dir, "disk")
	makeDisk(t, image)
	disk := mountDisk(t, image)
	p := startRecording(t, filepath.Join(disk, "a.mp4"))
	until(t, p, 30*time.Second, "two seconds", func() bool { return lastStats(t, p).UptimeS > 2 })
	began := make([]time.Time, cuts)
	for n := range cuts {
		time.Sleep(rand.N(1500 * time.Millisecond)) // the moment is the point
		began[n] = time.Now()
		copyFile(t, image, fmt.Sprint(image, n))
	}
	p.Signal(syscall.SIGINT)
	if code := wait(t, p, 10*time.Second); code != 0 {
		t.Fatalf("exit code %d:\n%s", code, p.Stderr())
	}
	for n := range cuts {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			pictures, last := lastDrawn(t, filepath.Join(mountDisk(t, fmt.Sprint(image, n)), "a.mp4"))
			lost := began[n].Sub(last)
			t.Logf("%d pictures, %.2f s lost", pictures, lost.Seconds())
			if pictures == 0 || lost > 4*time.Second {
				t.Errorf("%v lost", lost)
			}
		})
	}
}

// makeDisk makes a file with an ext4 file system.
func makeDisk(t *testing.T, image string) {
	t.Helper()
	if err := os.WriteFile(image, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(image, 48<<20); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mkfs.ext4", "-q", "-F", image).CombinedOutput(); err != nil {
		t.Fatalf("mkfs.ext4 (apt install e2fsprogs): %v: %s", err, out)
	}
}

// mountDisk mounts an image, and skips the test where that is not allowed.
func mountDisk(t *testing.T, image string) string {
	t.Helper()
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-o", "loop", image, dir).CombinedOutput(); err != nil {
		t.Skipf("mounting an image needs root and loop devices: %v: %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %v: %s", err, out)
		}
	})
	return dir
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
}
