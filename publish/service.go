package publish

import (
	_ "embed"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"golive/encoder"
)

//go:embed services.toml
var servicesTOML []byte

// A Service is a place that many people publish to, and what it takes. A zero limit is unknown.
type Service struct {
	ID           string           `toml:"id"`
	Name         string           `toml:"name"`
	NameZH       string           `toml:"name_zh"`       // "" is as Name
	Hosts        []string         `toml:"hosts"`         // its servers, which names below them are as well
	Addresses    []ServiceAddress `toml:"addresses"`     // the best first
	Protocols    []string         `toml:"protocols"`     // as Destination.Protocol, where Addresses do not tell
	Video        []encoder.Codec  `toml:"video"`         // over RTMP: those beside H.264 by Enhanced RTMP
	Audio        []encoder.Codec  `toml:"audio"`         // over RTMP: Opus by Enhanced RTMP
	KeyInterval  string           `toml:"keyint"`        // the longest, such as "2s"
	BitRate      int              `toml:"bitrate"`       // the highest of the pictures, in kbit/s
	AudioBitRate int              `toml:"audio_bitrate"` // the highest, in kbit/s
	KeyPage      string           `toml:"key_page"`      // where a person finds the stream key
	Trial        string           `toml:"trial"`         // what in the query of the stream key makes a stream that nobody sees
	Own          bool             `toml:"own"`           // a program that people run themselves
}

// A ServiceAddress is where to publish. HOST and NAME in it are for the person to replace.
type ServiceAddress struct {
	URL    string `toml:"url"`
	Backup string `toml:"backup"` // a second way in for the same stream, "" for none
}

// Services returns all services, in the order to show them.
func Services() []Service {
	var file struct {
		Service []Service `toml:"service"`
	}
	if err := toml.Unmarshal(servicesTOML, &file); err != nil {
		panic(fmt.Sprintf("publish: services.toml: %v", err)) // a test reads it
	}
	return file.Service
}

// ServiceAt returns the service that an address belongs to, by its host; the last one, for any other server, when none
// does.
func ServiceAt(rawURL string) Service {
	all := Services()
	host := ""
	if u, err := url.Parse(rawURL); err == nil {
		host = strings.ToLower(u.Hostname())
	}
	for _, s := range all {
		if slices.ContainsFunc(s.Hosts, func(h string) bool { return host == h || strings.HasSuffix(host, "."+h) }) {
			return s
		}
	}
	return all[len(all)-1]
}

// Title returns the name in a language, such as "zh-CN".
func (s Service) Title(language string) string {
	if s.NameZH != "" && strings.HasPrefix(language, "zh") {
		return s.NameZH
	}
	return s.Name
}

// A ServiceProblem is a setting that a service does not take, or may not.
type ServiceProblem struct {
	Setting string // as in a profile: "codec", "keyint", "bitrate", "audio_bitrate"
	Text    string // a sentence with the way out
}

// Check returns what of a broadcast a service does not take.
func (s Service) Check(c Config) []ServiceProblem {
	var found []ServiceProblem
	complain := func(setting, format string, values ...any) {
		found = append(found, ServiceProblem{setting, s.Name + " " + fmt.Sprintf(format, values...)})
	}
	if c.Codec != "" && !slices.Contains(s.Video, c.Codec) {
		complain("codec", "takes %s, not %s: choose one that it takes", list(s.Video), c.Codec)
	}
	if longest, err := time.ParseDuration(s.KeyInterval); err == nil && c.KeyInterval > longest {
		complain("keyint", "wants a key frame at least every %v, not every %v: choose a shorter key interval", longest, c.KeyInterval)
	}
	if s.BitRate > 0 && c.BitRate > 1000*s.BitRate {
		complain("bitrate", "takes up to %d kbit/s of pictures, not %d: choose a lower bit rate", s.BitRate, c.BitRate/1000)
	}
	if s.AudioBitRate > 0 && c.AudioBitRate > 1000*s.AudioBitRate {
		complain("audio_bitrate", "takes up to %d kbit/s of sound, not %d: choose a lower bit rate", s.AudioBitRate, c.AudioBitRate/1000)
	}
	return found
}
