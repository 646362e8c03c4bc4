package server

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golive/internal/testrig"
)

// issue writes a certificate with that serial number and its key.
func issue(t *testing.T, serial int64, certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	cert, err := x509.CreateCertificate(rand.Reader, &template, &template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{
		certFile: {Type: "CERTIFICATE", Bytes: cert}, keyFile: {Type: "PRIVATE KEY", Bytes: secret},
	} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestHTTPS(t *testing.T) {
	t.Parallel()
	cert, key := filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	issue(t, 1, cert, key)
	s := start(t, Config{TLSCert: cert, TLSKey: key})
	if !strings.HasPrefix(s.WatchURL("live"), "https://127.0.0.1:") {
		t.Errorf("watch at %s", s.WatchURL("live"))
	}
	serial := func() int64 {
		c := http.Client{Transport: &http.Transport{
			TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true,
		}}
		resp, err := c.Get(s.ListURL())
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Errorf("over HTTPS: %s", resp.Status)
		}
		return resp.TLS.PeerCertificates[0].SerialNumber.Int64()
	}
	if n := serial(); n != 1 {
		t.Errorf("certificate %d", n)
	}
	if err := os.WriteFile(cert, []byte("half of a certifi"), 0o600); err != nil {
		t.Fatal(err)
	}
	time.Sleep(certificateLook + 50*time.Millisecond) // after which it looks again
	if n := serial(); n != 1 {
		t.Errorf("certificate %d while another is being written", n)
	}
	issue(t, 2, cert, key)
	testrig.Eventually(t, "the new certificate", func() bool { return serial() == 2 })

	if _, err := Start(Config{HTTP: "127.0.0.1:0", TLSCert: key, TLSKey: cert}); err == nil {
		t.Error("a key for a certificate was taken")
	}
}
