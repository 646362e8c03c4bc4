package cli

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"golive/secret"
	"golive/server"
)

// maxConfig is how large a file with settings may be, in bytes.
const maxConfig = 1 << 20

// A serveConfig is the file of golive serve --config. What is not there is as the flags say.
type serveConfig struct {
	HTTP struct {
		Address   address  `toml:"address"`
		Hosts     []string `toml:"hosts"`
		TLSCert   string   `toml:"tls_cert"`
		TLSKey    string   `toml:"tls_key"`
		AccessLog bool     `toml:"access_log"`
	} `toml:"http"`
	RTMP struct {
		Address optionalAddress `toml:"address"`
	} `toml:"rtmp"`
	SRT struct {
		Address    optionalAddress `toml:"address"`
		Passphrase reference       `toml:"passphrase"`
	} `toml:"srt"`
	WebRTC struct {
		Address    address     `toml:"address"`
		Hosts      []string    `toml:"hosts"`
		ICEServers []iceServer `toml:"ice_servers"`
	} `toml:"webrtc"`
	Access struct {
		Publish reference `toml:"publish"`
		View    reference `toml:"view"`
		Hook    string    `toml:"hook"`
	} `toml:"access"`
	Recordings struct {
		Folder string `toml:"folder"`
		All    bool   `toml:"all"`
		Age    age    `toml:"age"`
		Size   size   `toml:"size"`
	} `toml:"recordings"`
	Streams struct {
		Patience    age    `toml:"patience"`
		ClocksAgree bool   `toml:"clocks_agree"`
		Viewers     uint16 `toml:"viewers"`
	} `toml:"streams"`
}

type iceServer struct {
	URL        string    `toml:"url"`
	Username   string    `toml:"username"`
	Credential reference `toml:"credential"`
}

// readServeConfig puts what a file says into c. Errors name its lines.
func readServeConfig(file string, c *server.Config) error {
	info, err := os.Stat(file)
	if err == nil && info.Size() > maxConfig {
		return usageError("%s is larger than settings are", file)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return usageError("the settings cannot be read: %v", err)
	}
	var s serveConfig
	if err := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(&s); err != nil {
		return explainConfig(file, err)
	}
	s.apply(c)
	return nil
}

func (s *serveConfig) apply(c *server.Config) {
	override(&c.HTTP, s.HTTP.Address.value)
	override(&c.RTMP, s.RTMP.Address.value)
	override(&c.SRT, s.SRT.Address.value)
	override(&c.WebRTC, s.WebRTC.Address.value)
	override(&c.TLSCert, s.HTTP.TLSCert)
	override(&c.TLSKey, s.HTTP.TLSKey)
	override(&c.Data, s.Recordings.Folder)
	override(&c.Access.Hook, s.Access.Hook)
	override(&c.Access.Publish, s.Access.Publish.Secret)
	override(&c.Access.View, s.Access.View.Secret)
	override(&c.SRTPassphrase, s.SRT.Passphrase.Secret)
	c.Hosts, c.AccessLog, c.WebRTCHosts = s.HTTP.Hosts, s.HTTP.AccessLog, append(c.WebRTCHosts, s.WebRTC.Hosts...)
	c.Keep = server.Keep{All: s.Recordings.All, Age: s.Recordings.Age.Duration, Bytes: s.Recordings.Size.bytes}
	c.Patience, c.Viewers = s.Streams.Patience.Duration, int(s.Streams.Viewers)
	c.ClocksAgree = s.Streams.ClocksAgree
	for _, one := range s.WebRTC.ICEServers {
		c.ICEServers = append(c.ICEServers, server.ICEServer{
			URL: one.URL, Username: one.Username, Credential: one.Credential.Secret,
		})
	}
}

// override sets what is not empty.
func override[T comparable](to *T, value T) {
	var none T
	if value != none {
		*to = value
	}
}

// explainConfig says on which line what is wrong.
func explainConfig(file string, err error) error {
	var unknown *toml.StrictMissingError
	if errors.As(err, &unknown) {
		var all []error
		for _, one := range unknown.Errors {
			line, _ := one.Position()
			all = append(all, fmt.Errorf("%s, line %d: there is no setting %q", file, line, strings.Join(one.Key(), ".")))
		}
		return exit{exitUsage, errors.Join(all...)}
	}
	var bad *toml.DecodeError
	if !errors.As(err, &bad) {
		return usageError("%s: %w", file, err)
	}
	line, _ := bad.Position()
	return usageError("%s, line %d: %s: %s", file, line, strings.Join(bad.Key(), "."), strings.TrimPrefix(bad.Error(), "toml: "))
}

// An address is HOST:PORT. It is a struct, as the types below are, so that the decoder asks it.
type address struct{ value string }

// UnmarshalText implements encoding.TextUnmarshaler.
func (a *address) UnmarshalText(text []byte) error {
	a.value = string(text)
	return checkAddress(a.value)
}

// An optionalAddress may be off.
type optionalAddress struct{ value string }

// UnmarshalText implements encoding.TextUnmarshaler.
func (a *optionalAddress) UnmarshalText(text []byte) error {
	if a.value = string(text); a.value == "off" {
		return nil
	}
	return checkAddress(a.value)
}

// A reference says where a secret is: env:VARIABLE or file:PATH. Secrets themselves do not stand in settings.
type reference struct{ secret.Secret }

// UnmarshalText implements encoding.TextUnmarshaler. Its errors do not quote, in case it is the secret itself.
func (r *reference) UnmarshalText(text []byte) error {
	kind, where, _ := strings.Cut(string(text), ":")
	value := ""
	switch kind {
	case "env":
		value = os.Getenv(where)
	case "file":
		b, err := os.ReadFile(where)
		if err != nil {
			return fmt.Errorf("the file with the secret: %w", err)
		}
		value = strings.TrimSpace(string(b))
	default:
		return errors.New("a secret does not stand here itself: say env:VARIABLE or file:PATH")
	}
	if r.Secret = secret.New(value); r.Empty() {
		return errors.New("there is no secret in that variable or file")
	}
	return nil
}

// An age is a time such as 90m, 12h or 30d.
type age struct{ time.Duration }

// UnmarshalText implements encoding.TextUnmarshaler.
func (a *age) UnmarshalText(text []byte) error {
	s := string(text)
	if days, ok := strings.CutSuffix(s, "d"); ok {
		if n, err := strconv.ParseUint(days, 10, 16); err == nil {
			a.Duration = time.Duration(n) * 24 * time.Hour
			return nil
		}
	}
	d, err := time.ParseDuration(s)
	if err != nil || d <= 0 {
		return errors.New("a time is a number and a unit, such as 90m, 12h or 30d")
	}
	a.Duration = d
	return nil
}

// A size is a number of bytes such as 500MB or 20GB.
type size struct{ bytes int64 }

// UnmarshalText implements encoding.TextUnmarshaler.
func (n *size) UnmarshalText(text []byte) error {
	for unit, factor := range map[string]float64{"MB": 1e6, "GB": 1e9, "TB": 1e12} {
		digits, ok := strings.CutSuffix(string(text), unit)
		if !ok {
			continue
		}
		if v, err := strconv.ParseFloat(strings.TrimSpace(digits), 64); err == nil && v > 0 && v*factor < math.MaxInt64 {
			n.bytes = int64(v * factor)
			return nil
		}
	}
	return errors.New("a size is a number and a unit, such as 500MB or 20GB")
}
