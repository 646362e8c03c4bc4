package testrig

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"os"
	"sync"
	"time"
)

// A TLSFront is a TLS server that passes what it decrypts on to a plain one: it makes an RTMPServer one for RTMPS.
type TLSFront struct {
	Addr   string // host:port
	CAFile string // PEM of its certificate; a program that gets it as SSL_CERT_FILE trusts it

	backend  string
	listener net.Listener
	wait     sync.WaitGroup

	mu     sync.Mutex
	closed bool
	conns  map[net.Conn]struct{}
}

// StartTLS starts a TLSFront, for 127.0.0.1 and localhost, before the plain server at backend (host:port).
func StartTLS(backend string) (*TLSFront, error) {
	cert, caPEM, err := selfSigned()
	if err != nil {
		return nil, err
	}
	ca, err := os.CreateTemp("", "golive-ca-*.pem")
	if err != nil {
		return nil, err
	}
	_, err = ca.Write(caPEM)
	if err := errors.Join(err, ca.Close()); err != nil {
		os.Remove(ca.Name())
		return nil, err
	}
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{cert}})
	if err != nil {
		os.Remove(ca.Name())
		return nil, err
	}
	f := &TLSFront{Addr: l.Addr().String(), CAFile: ca.Name(), backend: backend, listener: l, conns: map[net.Conn]struct{}{}}
	f.wait.Go(f.accept)
	return f, nil
}

// selfSigned returns a certificate that is its own authority, and its PEM.
func selfSigned() (tls.Certificate, []byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "Golive test rig"},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(24 * time.Hour),
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1)},
		DNSNames:              []string{"localhost"},
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key},
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), nil
}

func (f *TLSFront) accept() {
	for {
		conn, err := f.listener.Accept()
		if err != nil {
			return
		}
		f.wait.Go(func() { f.serve(conn) })
	}
}

// serve copies both ways until either side ends.
func (f *TLSFront) serve(conn net.Conn) {
	defer conn.Close()
	back, err := net.DialTimeout("tcp", f.backend, 5*time.Second)
	if err != nil {
		return
	}
	defer back.Close()
	if !f.keep(conn) {
		return
	}
	defer f.forget(conn)
	f.wait.Go(func() {
		_, _ = io.Copy(conn, back)
		conn.Close()
	})
	_, _ = io.Copy(back, conn)
}

// keep remembers a connection for Close, and says whether it may be served.
func (f *TLSFront) keep(conn net.Conn) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.conns[conn] = struct{}{}
	return !f.closed
}

func (f *TLSFront) forget(conn net.Conn) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.conns, conn)
}

// URL returns where a stream is published.
func (f *TLSFront) URL(stream string) string { return "rtmps://" + f.Addr + "/live/" + stream }

// Close ends all connections, waits, and removes CAFile. It may be called twice.
func (f *TLSFront) Close() {
	f.listener.Close()
	f.mu.Lock()
	f.closed = true
	for conn := range f.conns {
		conn.Close()
	}
	f.mu.Unlock()
	f.wait.Wait()
	os.Remove(f.CAFile)
}
