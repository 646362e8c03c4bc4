package testrig

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// RTMPConfig says what an RTMPServer does with what it is sent.
type RTMPConfig struct {
	Record bool   // writes each stream to a file
	Key    string // the only stream name that it accepts; "" accepts all
}

// An RTMPServer is nginx with its RTMP module, on a port of its own that it keeps when started again.
type RTMPServer struct {
	Addr string // host:port

	config RTMPConfig
	dir    string
	nginx  *child
	guard  *http.Server // says yes or no to a stream name
	wait   sync.WaitGroup
}

// %[1]s: its directory, %[2]s: its address, %[3]s: settings that RTMPConfig asks for.
// A reader that joins late gets sound before pictures without wait_key and wait_video.
const nginxConfig = `
load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;
daemon off;
master_process off;
pid %[1]s/pid;
error_log stderr warn;
events { worker_connections 128; }
rtmp {
	server {
		listen %[2]s;
		application live {
			live on;
			wait_key on;
			wait_video on;
%[3]s
		}
	}
}
`

// StartRTMP starts an RTMP server.
func StartRTMP(ctx context.Context, c RTMPConfig) (*RTMPServer, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	s := &RTMPServer{Addr: fmt.Sprintf("127.0.0.1:%d", port), config: c}
	if s.dir, err = os.MkdirTemp("", "golive-rtmp-"); err != nil {
		return nil, err
	}
	if err = s.configure(); err == nil {
		err = s.Start(ctx)
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// ServeRTMP starts an RTMP server that lasts as long as the test.
func ServeRTMP(t testing.TB, c RTMPConfig) *RTMPServer {
	t.Helper()
	s, err := StartRTMP(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// configure writes nginx's configuration, and starts the guard when there is a key.
func (s *RTMPServer) configure() error {
	var extra string
	if s.config.Record {
		extra += fmt.Sprintf("record all; record_path %s; record_unique on;\n", s.dir)
	}
	if s.config.Key != "" {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		s.guard = &http.Server{Handler: http.HandlerFunc(s.admit), ReadHeaderTimeout: 5 * time.Second}
		s.wait.Go(func() { _ = s.guard.Serve(l) }) // always the error that Close closed it
		extra += fmt.Sprintf("on_publish http://%s/;\n", l.Addr())
	}
	return os.WriteFile(s.confFile(), fmt.Appendf(nil, nginxConfig, s.dir, s.Addr, extra), 0o600)
}

// admit answers nginx's question whether a stream may be published.
func (s *RTMPServer) admit(w http.ResponseWriter, r *http.Request) {
	if r.FormValue("name") != s.config.Key {
		w.WriteHeader(http.StatusForbidden)
	}
}

func (s *RTMPServer) confFile() string { return filepath.Join(s.dir, "nginx.conf") }

// Start starts the server again after Stop or Kill, on the same port, and waits until it listens.
func (s *RTMPServer) Start(ctx context.Context) error {
	cmd, err := tool("nginx", "-c", s.confFile(), "-p", s.dir)
	if err != nil {
		return err
	}
	if s.nginx, err = startChild(cmd); err != nil {
		return err
	}
	if err := poll(ctx, s.nginx.done, func() bool { return listening("tcp", s.Addr) }); err != nil {
		return s.nginx.explain(err)
	}
	return nil
}

// Stop ends the server as its administrator would.
func (s *RTMPServer) Stop() { s.nginx.stop(syscall.SIGTERM, 3*time.Second) }

// Kill ends the server as a crash would.
func (s *RTMPServer) Kill() { s.nginx.stop(syscall.SIGKILL, 0) }

// URL returns where a stream is published and played.
func (s *RTMPServer) URL(stream string) string {
	return "rtmp://" + s.Addr + path.Join("/live", stream)
}

// Recordings returns the FLV files of a stream, the oldest first. One that is being published is incomplete.
func (s *RTMPServer) Recordings(stream string) ([]string, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), stream+"-") && strings.HasSuffix(e.Name(), ".flv") {
			files = append(files, filepath.Join(s.dir, e.Name()))
		}
	}
	slices.Sort(files) // their names hold the time
	return files, nil
}

// Close ends the server, waits, and removes its files. It may be called twice.
func (s *RTMPServer) Close() {
	if s.nginx != nil {
		s.Stop()
	}
	if s.guard != nil {
		s.guard.Close()
		s.wait.Wait()
	}
	os.RemoveAll(s.dir)
}
