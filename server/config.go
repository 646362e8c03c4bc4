package server

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"golive/internal/rtc"
	"golive/secret"
)

// Config says where the server listens. An address asked for explicitly that is taken is an error; a default one
// (the field is "") gives way to a free port.
type Config struct {
	HTTP   string // TCP; "" is 127.0.0.1:8080
	RTMP   string // TCP; "" is 127.0.0.1:1935; "off" is none
	SRT    string // UDP; "" is 127.0.0.1:8890; "off" is none
	WebRTC string // UDP, and TCP for who has no UDP; "" is 127.0.0.1:8189
	// WebRTCHosts are further addresses or names that viewers reach the WebRTC port by, such as a router's.
	WebRTCHosts []string
	// ICEServers, if there are any, help those viewers who cannot reach that port.
	ICEServers []rtc.ICEServer
	// SRTPassphrase, if not empty, is what SRT has to be encrypted with: 10 to 79 characters.
	SRTPassphrase secret.Secret
	// ClocksAgree says that the clocks of publishers on other computers go with this one's (by NTP, say), so that
	// latency can be told from when they say their pictures were taken.
	ClocksAgree bool
	// Patience is how long a stream waits for its publisher to come back; 0 is 10 s, less is not at all.
	Patience time.Duration
	Access   Access
	// Data is the folder for recordings, "" for none; Keep says what they are.
	Data string
	Keep Keep
	// TLSCert and TLSKey, if they are set, are the PEM files of a certificate: pages and API are served over HTTPS then.
	// They are read again when they change.
	TLSCert, TLSKey string
	// Hosts are further names that the web server answers to, such as that of a reverse proxy in front of it.
	Hosts []string
	// AccessLog logs every request at level info, else at debug.
	AccessLog bool
	// Viewers is how many may watch at once over WebRTC, RTMP and SRT; 0 is 1000.
	Viewers    int
	Collectors []prometheus.Collector // further metrics for /metrics
	Log        *slog.Logger
}

// An ICEServer helps viewers and this server to find a way to each other.
type ICEServer = rtc.ICEServer

// check says what cannot be about the settings that do not need a port to find out.
func (c Config) check() error {
	if err := c.Access.check(); err != nil {
		return err
	}
	if c.Viewers < 0 {
		return fmt.Errorf("%d viewers are too few", c.Viewers)
	}
	if c.Keep.All && c.Data == "" {
		return errNoData
	}
	return nil
}
