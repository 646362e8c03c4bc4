package server

import (
	"cmp"
	"log/slog"
	"slices"
)

// settings are what Reload can change.
type settings struct {
	hosts   []string
	access  slog.Level // of the access log
	viewers int
}

func settingsOf(c Config) *settings {
	s := &settings{hosts: slices.Clone(c.Hosts), access: slog.LevelDebug, viewers: cmp.Or(c.Viewers, maxSessions)}
	if c.AccessLog {
		s.access = slog.LevelInfo
	}
	return s
}

// Reload changes who may come in, the certificate, names, limits and what is kept of recordings, while streams go on;
// viewers who are in stay in. Nothing is changed when there is an error. It returns what differs but needs a new start: a
// sentence, or "".
func (s *Server) Reload(c Config) (later string, err error) {
	if err := c.check(); err != nil {
		return "", err
	}
	if s.cert != nil && c.TLSCert != "" {
		if err := s.cert.replace(c.TLSCert, c.TLSKey); err != nil {
			return "", err
		}
	}
	s.settings.Store(settingsOf(c))
	s.door.set(c.Access)
	if s.recordings.root != nil {
		s.recordings.keep.Store(&c.Keep)
	}
	s.log.Info("settings changed")
	s.warnIfOpen()
	was := s.config
	if c.HTTP != was.HTTP || c.RTMP != was.RTMP || c.SRT != was.SRT || c.WebRTC != was.WebRTC || c.Data != was.Data ||
		c.ClocksAgree != was.ClocksAgree || c.Patience != was.Patience ||
		c.SRTPassphrase.Reveal() != was.SRTPassphrase.Reveal() || (c.TLSCert == "") != (was.TLSCert == "") ||
		!slices.Equal(c.WebRTCHosts, was.WebRTCHosts) {
		return "addresses, folders, the passphrase of SRT and the like change when the server is started anew", nil
	}
	return "", nil
}
