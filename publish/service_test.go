package publish

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pelletier/go-toml/v2"

	"golive/encoder"
	"golive/secret"
)

func TestServices(t *testing.T) {
	var strict struct {
		Service []Service `toml:"service"`
	}
	if err := toml.NewDecoder(strings.NewReader(string(servicesTOML))).DisallowUnknownFields().Decode(&strict); err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, s := range Services() {
		t.Run(s.ID, func(t *testing.T) {
			if s.ID == "" || s.Name == "" || ids[s.ID] || !slices.Contains(s.Video, encoder.H264) || len(s.Audio) == 0 {
				t.Errorf("%+v", s)
			}
			ids[s.ID] = true
			if _, err := time.ParseDuration(s.KeyInterval); s.KeyInterval != "" && err != nil {
				t.Error(err)
			}
			for _, c := range slices.Concat(s.Video, s.Audio) {
				if !slices.Contains([]encoder.Codec{encoder.H264, encoder.HEVC, encoder.AV1, encoder.AAC, encoder.Opus}, c) {
					t.Errorf("there is no codec %q", c)
				}
			}
			if u, err := url.Parse(s.KeyPage); err != nil || s.KeyPage != "" && u.Scheme != "https" || s.KeyPage == "" && !s.Own {
				t.Errorf("the page of the key: %q, %v", s.KeyPage, err)
			}
			if (len(s.Addresses) == 0) == (len(s.Protocols) == 0) {
				t.Error("either addresses tell the protocols, or the protocols are listed")
			}
			for _, p := range s.Protocols {
				if !slices.Contains([]string{"rtmp", "rtmps", "srt", "whip"}, p) {
					t.Errorf("there is no protocol %q", p)
				}
			}
			for _, a := range s.Addresses {
				checkAddress(t, s, a.URL)
				if a.Backup != "" {
					checkAddress(t, s, a.Backup)
				}
			}
		})
	}
	for _, id := range strings.Fields("twitch youtube kick facebook bilibili douyu huya tiktok owncast mediamtx srs livekit custom") {
		if !ids[id] {
			t.Errorf("%s is not there", id)
		}
	}
}

// checkAddress expects an address that works with a key, and that is found to be one of the service.
func checkAddress(t *testing.T, s Service, address string) {
	t.Helper()
	address = strings.NewReplacer("HOST", "live.example.com", "NAME", "x").Replace(address)
	key := secret.New("k")
	if strings.Contains(address, "streamid=") {
		key = secret.Secret{}
	}
	if _, err := ParseDestination(address, key, secret.Secret{}); err != nil {
		t.Error(err)
	}
	if got := ServiceAt(address); got.ID != s.ID && !s.Own {
		t.Errorf("%s is taken for one of %s", address, got.ID)
	}
}

func TestServiceAt(t *testing.T) {
	for address, want := range map[string]string{
		"rtmp://fra05.contribute.live-video.net/app/live_1":             "twitch",
		"rtmps://FA723FC1B171.global-contribute.live-video.net:443/app": "kick",
		"rtmp://live-push.bilivideo.com/live-bvc/?a=b":                  "bilibili",
		"whip+https://x.whip.livekit.cloud/w":                           "livekit",
		"rtmp://nottwitch.tv/app":                                       "custom",
		"rtmp://127.0.0.1/live":                                         "custom",
		"local":                                                         "custom", "": "custom", "%zz": "custom",
	} {
		if got := ServiceAt(address); got.ID != want {
			t.Errorf("%s is of %s, want %s", address, got.ID, want)
		}
	}
	s := ServiceAt("rtmp://live-push.bilivideo.com/x")
	if s.Title("zh-CN") != "哔哩哔哩" || s.Title("en") != "Bilibili" {
		t.Errorf("it is called %s and %s", s.Title("zh-CN"), s.Title("en"))
	}
}

func TestServiceCheck(t *testing.T) {
	twitch := ServiceAt("rtmp://live.twitch.tv/app")
	good := Config{Codec: encoder.H264, KeyInterval: 2 * time.Second, BitRate: 6_000_000, AudioBitRate: 160_000}
	if p := twitch.Check(good); p != nil {
		t.Error(p)
	}
	bad := Config{Codec: encoder.HEVC, KeyInterval: 5 * time.Second, BitRate: 9_000_000, AudioBitRate: 400_000}
	var settings []string
	for _, p := range twitch.Check(bad) {
		settings = append(settings, p.Setting)
		if !strings.HasPrefix(p.Text, "Twitch ") || !strings.Contains(p.Text, ": choose ") {
			t.Error(p.Text)
		}
	}
	if !slices.Equal(settings, []string{"codec", "keyint", "bitrate", "audio_bitrate"}) {
		t.Error(settings)
	}
	if p := ServiceAt("rtmp://127.0.0.1/live").Check(bad); p != nil {
		t.Error(p)
	}
}
