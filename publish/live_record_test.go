package publish

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golive/internal/testrig"
)

// A recording that is begun and ended in mid-broadcast has whole pictures from its first one on, and the stream loses
// nothing by it.
func TestRecordingInMidBroadcast(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"packets of the stream":    func(*Config) {},
		"beside a replay":          func(c *Config) { c.Replay = 5 * time.Second },
		"a bit rate of its own":    func(c *Config) { c.RecordBitRate = 150_000 },
		"each sound has a track":   func(c *Config) { c.Audio, c.RecordSounds = []string{"tone", "tone"}, true },
		"nothing else needs AAC":   func(c *Config) { c.AudioRate = 44_100 },
		"there is no sound at all": func(c *Config) { c.Audio = []string{"none"} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := testConfig()
			change(&c)
			recordTwice(t, startBroadcast(t, c))
		})
	}
}

func recordTwice(t *testing.T, b *Broadcast) {
	folder := t.TempDir()
	if err := b.StartRecording(filepath.Join(folder, "early.mp4")); !errors.Is(err, errNotLive) {
		t.Errorf("before it is live: %v", err)
	}
	goLive(t, b, "", OutputConfig{Name: "This computer", Destination: Local(startServer(t), "live")})
	more := func(n int64) {
		t.Helper()
		from := b.Stats().Video.Encoded
		eventually(t, "more pictures", func() bool { return b.Stats().Video.Encoded >= from+n })
	}
	eventually(t, "the output", func() bool { return states(b, Live) })
	more(10)
	first, second := filepath.Join(folder, "first.mp4"), filepath.Join(folder, "second.mkv")
	if err := b.StartRecording(first); err != nil {
		t.Fatal(err)
	}
	if err := b.StartRecording(second); !errors.Is(err, errRecorded) {
		t.Errorf("twice at once: %v", err)
	}
	more(45)
	if s := b.Stats().Recording; s.Path != first || s.Bytes == 0 || s.Error != "" {
		t.Errorf("%+v", s)
	}
	if err := b.StopRecording(); err != nil {
		t.Error(err)
	}
	if err := b.StopRecording(); err != nil || b.Stats().Recording.Path != "" {
		t.Errorf("%v, %+v", err, b.Stats().Recording)
	}
	whole(t, first)
	more(15)
	if err := b.StartRecording(first); !errors.Is(err, os.ErrExist) || b.Stats().Recording.Path != "" {
		t.Errorf("over a file that is there: %v", err)
	}
	if err := b.StartRecording(second); err != nil {
		t.Fatal(err)
	}
	more(45)
	endLive(t, b)
	whole(t, second)
	if o := b.Stats().Outputs[0]; o.DroppedFrames != 0 {
		t.Errorf("the stream lost pictures: %+v", o)
	}
}

// whole expects a second or more in a file, that decodes and has no gap.
func whole(t *testing.T, file string) {
	t.Helper()
	if n := pictures(t, file); n < 25 {
		t.Errorf("%s: %d pictures", file, n)
	}
	if err := testrig.DecodeStrict(t.Context(), file); err != nil {
		t.Error(err)
	}
	times, err := testrig.FrameTimes(t.Context(), file)
	if err != nil || len(times) == 0 {
		t.Fatalf("%v, %v", times, err)
	}
	for i := range times[1:] {
		if step := times[i+1] - times[i]; step > 1 {
			t.Errorf("%s: a gap of %.2f s", file, step)
		}
	}
	if times[0] > 0.2 {
		t.Errorf("%s begins at %.2f s", file, times[0])
	}
}
