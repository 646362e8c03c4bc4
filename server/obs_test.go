package server

import (
	"encoding/json"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"golive/internal/testrig"
)

// obs runs OBS Studio without a user until the test ends: it streams a green picture to a server as it starts.
func obs(t *testing.T, url, key string) {
	t.Helper()
	if _, err := exec.LookPath("obs"); err != nil {
		t.Skip("OBS Studio is not installed: scripts/deps test installs it")
	}
	display, err := testrig.StartDisplay(t.Context(), image.Pt(1280, 720))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(display.Close)
	home := t.TempDir()
	service, err := json.Marshal(map[string]any{"type": "rtmp_custom", "settings": map[string]any{"server": url, "key": key}})
	if err != nil {
		t.Fatal(err)
	}
	for file, content := range map[string]string{
		"global.ini": "[General]\nFirstRun=true\nLastVersion=486539266\nEnableAutoUpdates=false\nInfoIncrement=99\n" +
			"[Basic]\nProfile=Test\nProfileDir=Test\nSceneCollection=Test\nSceneCollectionFile=Test\n",
		"basic/profiles/Test/basic.ini": "[General]\nName=Test\n[Output]\nMode=Simple\n" +
			"[SimpleOutput]\nVBitrate=1000\nABitrate=128\nStreamEncoder=x264\nUseAdvanced=true\nx264Settings=bframes=0\n" +
			"[Video]\nBaseCX=640\nBaseCY=360\nOutputCX=640\nOutputCY=360\nFPSCommon=30\n[Audio]\nSampleRate=48000\n",
		"basic/profiles/Test/service.json": string(service),
		"basic/scenes/Test.json": `{"name":"Test","current_scene":"Scene","current_program_scene":"Scene","scene_order":[{"name":"Scene"}],"sources":[
			{"id":"color_source","versioned_id":"color_source_v3","name":"Green","settings":{"color":4278255360,"width":640,"height":360}},
			{"id":"scene","versioned_id":"scene","name":"Scene","settings":{"id_counter":1,"items":[{"name":"Green","id":1,"visible":true}]}}]}`,
	} {
		path := filepath.Join(home, ".config/obs-studio", file)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("obs", "--startstreaming", "--multi", "--minimize-to-tray", "--profile", "Test", "--collection", "Test")
	cmd.Env = append(os.Environ(), append(display.Env(), "HOME="+home, "XDG_CONFIG_HOME="+home+"/.config",
		"QT_QPA_PLATFORM=xcb", "LIBGL_ALWAYS_SOFTWARE=1", "PULSE_SERVER=none")...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
}

// TestOBS lets OBS Studio publish over RTMP and SRT, and watches it.
func TestOBS(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	for name, url := range map[string]string{"rtmp": "rtmp://" + s.RTMPAddr() + "/live", "srt": s.SRTURL("srt")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			obs(t, url, map[string]string{"rtmp": "rtmp", "srt": ""}[name])
			testrig.Eventually(t, "published", func() bool { return s.stream(name) != nil })
			d := describedAs(t, s, name)
			if len(d.Tracks) != 2 || d.Tracks[0].Codec != "h264" || d.Tracks[0].Width != 640 || d.Tracks[1].Codec != "aac" {
				t.Errorf("described as %+v", d)
			}
			out, err := exec.Command("ffmpeg", "-v", "error", "-xerror", "-i", "http://"+s.HTTPAddr()+"/hls/"+name+"/index.m3u8",
				"-t", "1", "-f", "null", "-").CombinedOutput()
			if err != nil || len(out) > 0 {
				t.Errorf("decoding HLS: %v: %s", err, out)
			}
			v := watchWHEP(t, s, name)
			testrig.Eventually(t, "watched with sound", func() bool {
				v.mu.Lock()
				defer v.mu.Unlock()
				return len(v.video) > 0 && v.audio > 50
			})
		})
	}
}
