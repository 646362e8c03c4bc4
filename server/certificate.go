package server

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// certificateLook is how often the files of a certificate are looked at, at most.
const certificateLook = time.Second

// A certificate is one in files, which are read again when they have changed: most are renewed every few weeks.
type certificate struct {
	certFile, keyFile string
	log               *slog.Logger

	mu     sync.Mutex
	looked time.Time
	stamps [2]time.Time // of the files
	pair   *tls.Certificate
}

func newCertificate(certFile, keyFile string, log *slog.Logger) (*certificate, error) {
	c := &certificate{certFile: certFile, keyFile: keyFile, log: log}
	if err := c.load(); err != nil {
		return nil, err
	}
	return c, nil
}

// replace takes other files, if they are a certificate.
func (c *certificate) replace(certFile, keyFile string) error {
	next, err := newCertificate(certFile, keyFile, c.log)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.certFile, c.keyFile, c.pair, c.stamps = certFile, keyFile, next.pair, next.stamps
	return nil
}

// load reads the files, if they are not those that were read.
func (c *certificate) load() error {
	c.looked = time.Now()
	var stamps [2]time.Time
	for i, file := range []string{c.certFile, c.keyFile} {
		info, err := os.Stat(file)
		if err != nil {
			return fmt.Errorf("the certificate for HTTPS: %w", err)
		}
		stamps[i] = info.ModTime()
	}
	if c.pair != nil && stamps == c.stamps {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return fmt.Errorf("the certificate for HTTPS in %s and its key in %s: %w", c.certFile, c.keyFile, err)
	}
	c.pair, c.stamps = &pair, stamps
	return nil
}

// get returns the certificate as it is now. While the files are being written, it is the one before.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.looked) > certificateLook {
		if err := c.load(); err != nil {
			c.log.Warn("the old certificate is used on", "error", err)
		}
	}
	return c.pair, nil
}

func (c *certificate) config() *tls.Config {
	return &tls.Config{GetCertificate: c.get, MinVersion: tls.VersionTLS12}
}
