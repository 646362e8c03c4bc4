package recording

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"golive/internal/testrig/media"
)

// smallDisk mounts a file system of so many bytes.
func smallDisk(t *testing.T, size int) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size="+strconv.Itoa(size)); err != nil {
		t.Skip("a small file system to fill needs root: ", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, 0); err != nil {
			t.Error("unmount: ", err)
		}
	})
	return dir
}

// fill leaves so many bytes free on the disk of a folder.
func fill(t *testing.T, dir string, leave int64) {
	t.Helper()
	left, err := Free(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "ballast"), make([]byte, left-leave), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Others may fill the disk in no time: what is recorded until then plays.
func TestRecordingWhenSomebodyElseFillsTheDisk(t *testing.T) {
	streams, packets := media.Encode(t, 150)
	dir := smallDisk(t, 8<<20)
	path := filepath.Join(dir, "a.mp4")
	r := record(t, path, streams, nil)
	fill(t, dir, 64<<10)
	for n := range 100 {
		for _, p := range packets {
			later := *p
			later.PTS, later.DTS = p.PTS+time.Duration(n)*5*time.Second, p.DTS+time.Duration(n)*5*time.Second
			_ = r.WritePacket(&later) // the disk may be full by now
		}
	}
	if err := r.Close(); !errors.Is(err, ErrDiskFull) || !strings.Contains(err.Error(), "can be played") {
		t.Errorf("got %v", err)
	}
	if err := r.WritePacket(packets[0]); !errors.Is(err, ErrDiskFull) {
		t.Errorf("write after the end: %v", err)
	}
	decode(t, path)
	if n, _ := strconv.Atoi(probe(t, path)[0].Packets); n < 1000 || n >= 15_000 {
		t.Errorf("%d pictures on a disk for some of 15000", n)
	}
	if _, err := Create(filepath.Join(dir, "b.mp4"), streams, Options{}); !errors.Is(err, ErrDiskFull) {
		t.Errorf("a recording begins on a full disk: %v", err)
	}
}

// A disk on which not even the header fits leaves no file behind.
func TestRecordingOnAFullDisk(t *testing.T) {
	streams, _ := media.Encode(t, 1)
	box, err := newMP4(streams, nil)
	if err != nil {
		t.Fatal(err)
	}
	fd, err := unix.Open("/dev/full", unix.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "a.mp4")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := newPart(os.NewFile(uintptr(fd), path), box); !errors.Is(err, unix.ENOSPC) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file is still there: %v", err)
	}
}

// A recording warns, and ends by itself as an ordinary file while there is room for that.
func TestRecordingEndsBeforeTheDiskIsFull(t *testing.T) {
	streams, packets := media.Encode(t, 150)
	dir := smallDisk(t, 4<<20)
	var said bytes.Buffer
	path := filepath.Join(dir, "a.mp4")
	r, err := Create(path, streams, Options{Log: slog.New(slog.NewTextHandler(&said, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for _, p := range packets {
		if err := r.WritePacket(p); err != nil {
			t.Fatal(err)
		}
	}
	await(t, "a warning", func() bool { return strings.Contains(r.Status().Warning, "of recording") })
	fill(t, dir, 200<<10)
	await(t, "the end", func() bool { return r.Status().Err != nil })
	if err := r.Close(); !errors.Is(err, ErrDiskFull) || !strings.Contains(err.Error(), "nearly full") {
		t.Errorf("got %v", err)
	}
	if got := boxes(t, path); got != "ftyp mdat moov" {
		t.Errorf("the file is made of %s", got)
	}
	decode(t, path)
	if got := probe(t, path)[0].Packets; got != "150" {
		t.Errorf("%s of 150 pictures", got)
	}
	if text := said.String(); !strings.Contains(text, "level=WARN") || strings.Index(text, "WARN") > strings.Index(text, "ERROR") {
		t.Errorf("it said %s", text)
	}
}

func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !done(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("waited in vain for ", what)
		}
	}
}

func TestRoom(t *testing.T) {
	const mb, gb = 1 << 20, 1 << 30
	for _, c := range []struct {
		name             string
		left, size, rate int64
		full             bool
		left10           bool
	}{
		{"plenty", 100 * gb, 500 * gb, mb, false, false},
		{"nine minutes on a large disk", 200*mb + 540*mb, 500 * gb, mb, false, true},
		{"eleven minutes on a large disk", 200*mb + 660*mb, 500 * gb, mb, false, false},
		{"the reserve of a large disk", 199 * mb, 500 * gb, mb, true, true},
		{"thirty seconds of a fast recording", 899 * mb, 500 * gb, 30 * mb, true, true},
		{"a small disk", 10 * mb, 20 * mb, mb / 8, false, true},
		{"the reserve of a small disk", mb - 1, 20 * mb, mb / 8, true, true},
		{"four seconds at least", 4*mb - 1, 20 * mb, mb, true, true},
		{"nothing", 0, 20 * mb, mb, true, true},
	} {
		r := room{rate: c.rate}
		if s := r.judge(c.left, c.size, 0); s.full != c.full || s.low != c.left10 {
			t.Errorf("%s: %+v", c.name, s)
		}
	}
}

func TestRoomWarnsEachMinuteOnce(t *testing.T) {
	r := room{told: 10}
	warned := 0
	for left := 12 * time.Minute; left > 0; left -= time.Second {
		if r.warn(space{left: left, low: left < warnBelow}) {
			warned++
		}
	}
	if warned != 10 {
		t.Errorf("%d warnings in 12 minutes", warned)
	}
}
