package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golive/encoder"
	"golive/profile"
)

// TestMain lets the test program be the process in which an encoder is tried, too.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == encoder.ProbeCommand {
		os.Exit(encoder.RunProbe(os.Stdin, os.Stdout, nil))
	}
	os.Exit(m.Run())
}

// run runs a command line with a home of its own and without a display.
func run(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("DISPLAY", "")
	var out, err bytes.Buffer
	code = Run(args, &out, &err)
	return code, out.String(), err.String()
}

func TestBadUsage(t *testing.T) {
	record := filepath.Join(t.TempDir(), "there.mp4")
	if err := os.WriteFile(record, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args string
		code int
		says string
	}{
		{"fly", 2, `no command "fly"`},
		{"live --sizes 1", 2, "no flag --sizes"},
		{"live extra", 2, `"extra" is not a flag`},
		{"live --size 3x3", 2, "64x64"},
		{"live --size", 2, "--size"},
		{"live --fps 0", 2, "frame rate"},
		{"live --bitrate 1", 2, "bit rate"},
		{"live --keyint 1h", 2, "key interval"},
		{"live --duration -1s", 2, "negative"},
		{"live --duration soon", 2, "duration"},
		{"live --stats xml", 2, "json"},
		{"live --video camera:0", 2, "screen:0"},
		{"live --video screen:0 --video pattern", 2, "layers"},
		{"live --video nonsense", 2, "pattern"},
		{"live --audio horn", 2, "desktop"},
		{"serve --ice-user me", 2, "--ice-server"},
		{"serve --ice-server turn:127.0.0.1:3478 --ice-credential-env GOLIVE_NOT_SET", 2, "GOLIVE_NOT_SET"},
		{"live --codec av1", 2, "add --record"},
		{"live --codec hevc --to rtmp://live.twitch.tv/app/b --video pattern --audio none", 2, "takes h264"},
		{"live --codec vp8", 2, "h264"},
		{"live --replay 0s", 2, "such as 30s"},
		{"live --to srt://a", 2, "port"},
		{"live --to whip+https://a", 2, "path"},
		{"live --to rtmp://", 2, "host"},
		{"live --to local --to local", 2, "twice"},
		{"live --to rtmp://a/b/c --http 127.0.0.1:8080", 2, "--to local"},
		{"live --key-env NOT_SET_ANYWHERE", 2, "after a --to"},
		{"live --to rtmp://a/b --key-env NOT_SET_ANYWHERE", 2, "NOT_SET_ANYWHERE"},
		{"live --passphrase-env X", 2, "after a --to"},
		{"live --look-ahead", 2, "B-frames"},
		{"live --http here", 2, "HOST:PORT"},
		{"live --http 127.0.0.1:99999", 2, "65535"},
		{"serve --srt 8890", 2, "HOST:PORT"},
		{"serve --http off", 2, "HOST:PORT"},
		{"serve --srt-passphrase-env GOLIVE_NOT_SET", 2, "GOLIVE_NOT_SET"},
		{"live --profile missing", 2, "missing"},
		{"live --video pattern --encoder h264_warp", 4, "libx264"},
		{"live --video pattern --preset warp", 2, "veryfast"},
		{"live", 3, "DISPLAY"},
		{"live --video pattern --record " + record, 1, "exists already"},
		{"live --video pattern --record talk.avi", 2, ".mp4"},
		{"live --video pattern --low-latency --look-ahead --to rtmp://a/b/c", 2, "look-ahead"},
		{"live --video pattern --audio-bitrate 16k", 2, "32k"},
		{"serve --config /nowhere/serve.toml", 2, "cannot be read"},
		{"devices --xml", 2, "no flag --xml"},
		{"check --profile missing", 2, "missing"},
	} {
		code, _, stderr := run(t, strings.Fields(c.args)...)
		if code != c.code || !strings.Contains(stderr, c.says) {
			t.Errorf("golive %s: code %d, %q; want %d, with %q", c.args, code, stderr, c.code, c.says)
		}
	}
	if data, err := os.ReadFile(record); err != nil || string(data) != "x" {
		t.Errorf("the file that existed now holds %q, %v", data, err)
	}
}

func TestHelp(t *testing.T) {
	for _, args := range [][]string{{"help"}, {"--help"}, {"live", "--help"}, {"serve", "-h"}} {
		code, stdout, stderr := run(t, args...)
		if code != 0 || !strings.Contains(stdout, "golive") || stderr != "" {
			t.Errorf("%v: code %d, %q", args, code, stderr)
		}
	}
}

func TestKeysBelongToTheDestinationBeforeThem(t *testing.T) {
	t.Setenv("FIRST", "key-one")
	t.Setenv("SECOND", "key-two")
	r, err := readRequest(&terminal{}, strings.Fields(
		"--to rtmp://a/live --key-env FIRST --to local --to rtmp://b/live --key-env SECOND --audio none --record x.mp4"))
	if err != nil {
		t.Fatal(err)
	}
	if r.to[0].key.Reveal() != "key-one" || !r.to[1].key.Empty() || r.to[2].key.Reveal() != "key-two" {
		t.Error("keys went to the wrong destinations")
	}
	var names []string
	for _, d := range r.profile.Destinations {
		names = append(names, d.Name)
		if d.Key != "" {
			t.Errorf("%s has a reference to a key", d.Name)
		}
	}
	if !slices.Equal(names, []string{"1: a", "This computer", "3: b"}) || !slices.Equal(r.profile.Audio, []string{"none"}) {
		t.Errorf("%v, %v", names, r.profile.Audio)
	}
}

func TestFlagsOverrideTheProfile(t *testing.T) {
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	home, err := profile.Home()
	if err != nil {
		t.Fatal(err)
	}
	p := profile.Default()
	p.Video, p.BitRate = "pattern", 5_000_000
	if err := profile.OpenFolder(home).Save("Lecture", p); err != nil {
		t.Fatal(err)
	}
	r, err := readRequest(&terminal{}, strings.Fields("--bitrate 2M --profile Lecture"))
	if err != nil {
		t.Fatal(err)
	}
	if r.profile.Video != "pattern" || r.profile.BitRate != 2_000_000 || !r.local() {
		t.Errorf("%+v", r.profile)
	}
}

// keys returns the sorted keys of a JSON object, those of objects within it behind a dot.
func keys(prefix string, object map[string]any) []string {
	var all []string
	for k, v := range object {
		all = append(all, prefix+k)
		if inner, ok := v.(map[string]any); ok {
			all = append(all, keys(prefix+k+".", inner)...)
		}
	}
	slices.Sort(all)
	return all
}

func TestStatsLine(t *testing.T) {
	code, stdout, stderr := run(t, strings.Fields(
		"live --video pattern --audio tone --size 320x180 --duration 2s --stats json --http 127.0.0.1:0 --rtmp 127.0.0.1:0 --webrtc 127.0.0.1:0")...)
	if code != 0 {
		t.Fatalf("code %d: %s", code, stderr)
	}
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	if len(lines) < 2 {
		t.Fatalf("%d lines of stats in 2 s", len(lines))
	}
	var s map[string]any
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &s); err != nil {
		t.Fatal(err)
	}
	output, _ := s["outputs"].([]any)[0].(map[string]any)
	want := strings.Fields(`audio audio.drift_ms audio.level_db cpu_cores latency_ms latency_ms.p50 latency_ms.p95
		latency_ms.viewers outputs recording recording.bytes recording.error recording.path rss_mb time uptime_s video
		video.bitrate_kbps video.capture_ms video.capture_ms.p50 video.capture_ms.p95 video.captured video.encode_ms
		video.encode_ms.p50 video.encode_ms.p95 video.encoded video.encoder video.fps video.lagged video.notice video.preset video.skipped
		video.target_kbps`)
	for got := keys("", s); len(want) > 0; want = want[1:] { // and whatever comes later
		if !slices.Contains(got, want[0]) {
			t.Errorf("the stats line has no %s", want[0])
		}
	}
	want = strings.Fields("bitrate_kbps dropped_frames error name protocol queue_ms reconnects rtt_ms sent_bytes state")
	for _, name := range want {
		if _, there := output[name]; !there {
			t.Errorf("an output has no %s", name)
		}
	}
	if output["state"] != "stopped" || output["protocol"] != "local" || output["sent_bytes"].(float64) == 0 {
		t.Errorf("%v", output)
	}
}

func TestEncodersJSON(t *testing.T) {
	code, stdout, stderr := run(t, "encoders", "--json", "--size", "320x180")
	var got struct {
		Auto     string
		Encoders []map[string]any
	}
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || code != 0 {
		t.Fatalf("code %d, %v: %s", code, err, stderr)
	}
	i := slices.IndexFunc(got.Encoders, func(e map[string]any) bool { return e["name"] == "libx264" })
	if i < 0 {
		t.Fatalf("%s", stdout)
	}
	first := got.Encoders[i]
	if got.Auto == "" || first["works"] != true || first["reason"] != "" || first["ms_per_frame"].(float64) <= 0 {
		t.Errorf("%s", stdout)
	}
}

func TestCheckDisk(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	p := profile.Default()
	for _, record := range []string{"~/Videos", "~/Videos/deep/talk.mp4", t.TempDir()} {
		p.Record = record
		if f := checkDisk(p); f.Level != ok || !strings.Contains(f.Message, "minutes") {
			t.Errorf("%s: %+v", record, f)
		}
	}
}

func TestCheckJSON(t *testing.T) {
	code, stdout, _ := run(t, "check", "--json")
	var got struct {
		OK     bool
		Checks []finding
	}
	if err := json.Unmarshal([]byte(stdout), &got); err != nil {
		t.Fatal(err)
	}
	levels := map[string]level{}
	for _, f := range got.Checks {
		levels[f.Name] = f.Level
		if f.Message == "" {
			t.Errorf("%s says nothing", f.Name)
		}
	}
	if got.OK || code != 1 || levels["display"] != bad || levels["encoder"] == bad || levels["This computer"] != ok {
		t.Errorf("code %d: %s", code, stdout)
	}
}
