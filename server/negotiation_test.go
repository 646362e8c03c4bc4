package server

import (
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"golive/internal/rtc"
	"golive/internal/testrig"
)

// TestPatch goes through what RFC 9725 section 4.3 says of PATCH, up to a restart after which the pictures go on.
func TestPatch(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	broadcast(t, s, "live", func() {})
	v := watchWHEP(t, s, "live")
	v.wait(t)
	own := "a=ice-ufrag:" + rtc.Attribute(v.pc.LocalDescription().SDP, "ice-ufrag") + "\r\n"
	candidate := "a=mid:0\r\na=candidate:1 1 udp 1 127.0.0.1 9 typ host\r\n"
	other := "a=ice-ufrag:other\r\na=ice-pwd:0123456789012345678901\r\n"
	for _, tt := range []struct {
		name, kind, match, body string
		want                    int
	}{
		{"a candidate", fragmentType, v.etag, own + candidate, 204},
		{"without credentials", fragmentType, v.etag, candidate, 204},
		{"no candidates any more", fragmentType, v.etag, "a=end-of-candidates\r\n", 204},
		{"no If-Match", fragmentType, "", candidate, 428},
		{"another ICE session", fragmentType, `"other"`, candidate, 412},
		{"a restart that is not said to be one", fragmentType, v.etag, other, 422},
		{"a restart without a password", fragmentType, "*", "a=ice-ufrag:other\r\n", 400},
		{"no fragment by its type", "application/sdp", v.etag, candidate, 415},
		{"a malformed candidate", fragmentType, v.etag, "a=candidate:x\r\n", 400},
		{"too many candidates", fragmentType, v.etag, strings.Repeat(candidate, 64+1), 400},
		{"too large", fragmentType, v.etag, strings.Repeat("a=x\r\n", maxSDP/4), 413},
	} {
		resp, body := send(t, s, "PATCH", v.location, tt.body, map[string]string{"Content-Type": tt.kind, "If-Match": tt.match})
		if resp.StatusCode != tt.want {
			t.Errorf("%s: %s: %s, want %d", tt.name, resp.Status, body, tt.want)
		}
	}
	restartICE(t, s, v)
}

// restartICE gives the viewer new credentials, and looks whether pictures go on.
func restartICE(t *testing.T, s *Server, v *whepViewer) {
	t.Helper()
	before := v.pc.RemoteDescription().SDP
	offer, err := v.pc.CreateOffer(&webrtc.OfferOptions{ICERestart: true})
	if err != nil {
		t.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(v.pc)
	if err := v.pc.SetLocalDescription(offer); err != nil {
		t.Fatal(err)
	}
	<-gathered
	resp, fragment := send(t, s, "PATCH", v.location, rtc.FragmentOf(v.pc.LocalDescription().SDP), map[string]string{
		"Content-Type": fragmentType, "If-Match": "*",
	})
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != fragmentType || resp.Header.Get("ETag") == v.etag {
		t.Fatalf("%s, ETag %s, was %s: %s", resp.Status, resp.Header.Get("ETag"), v.etag, fragment)
	}
	if rtc.Attribute(fragment, "ice-ufrag") == rtc.Attribute(before, "ice-ufrag") || rtc.Attribute(fragment, "candidate") == "" {
		t.Errorf("nothing is new in %s", fragment)
	}
	answer := before
	for _, name := range []string{"ice-ufrag", "ice-pwd"} {
		answer = strings.ReplaceAll(answer, name+":"+rtc.Attribute(before, name), name+":"+rtc.Attribute(fragment, name))
	}
	if err := v.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		t.Fatal(err)
	}
	v.mu.Lock()
	had := len(v.video)
	v.mu.Unlock()
	testrig.Eventually(t, "played on", func() bool {
		v.mu.Lock()
		defer v.mu.Unlock()
		return len(v.video) > had+(200<<10)
	})
	if resp, _ := send(t, s, "PATCH", v.location, "", map[string]string{"Content-Type": fragmentType, "If-Match": v.etag}); resp.StatusCode != 412 {
		t.Errorf("the ETag of before the restart: %s", resp.Status)
	}
}

// TestMethods checks what the resources of WHEP and WHIP answer to methods that they do not have.
func TestMethods(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	broadcast(t, s, "live", func() {})
	v := watchWHEP(t, s, "live")
	for _, tt := range []struct {
		method, path string
		want         int
		header, has  string
	}{
		{"OPTIONS", "/whep/live", 204, "Accept-Post", "application/sdp"},
		{"OPTIONS", "/whip/live", 204, "Accept-Post", "application/sdp"},
		{"OPTIONS", v.location, 204, "Accept-Patch", fragmentType},
		{"GET", "/whep/live", 405, "Allow", "POST"},
		{"HEAD", "/whep/live", 405, "Allow", "POST"},
		{"PUT", "/whip/live", 405, "Allow", "POST"},
		{"GET", v.location, 405, "Allow", "PATCH"},
		{"POST", v.location, 405, "Allow", "DELETE"},
		{"PATCH", "/whep/live/nobody", 404, "", ""},
		{"DELETE", "/whep/other/" + v.location[len("/whep/live/"):], 404, "", ""},
	} {
		resp, body := send(t, s, tt.method, tt.path, "", nil)
		if resp.StatusCode != tt.want || !strings.Contains(resp.Header.Get(tt.header), tt.has) {
			t.Errorf("%s %s: %s, %s %q: %s", tt.method, tt.path, resp.Status, tt.header, resp.Header.Get(tt.header), body)
		}
	}
}

// TestICEServers names a STUN server that does not answer.
func TestICEServers(t *testing.T) {
	silent, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	stun := "stun:" + silent.LocalAddr().String()
	s := start(t, Config{ICEServers: []rtc.ICEServer{{URL: stun}}})
	broadcast(t, s, "live", func() {})
	_, offer := newViewer(t)
	begin := time.Now()
	resp, answer := send(t, s, "POST", "/whep/live", offer, map[string]string{"Content-Type": "application/sdp"})
	if resp.StatusCode != http.StatusCreated {
		t.Fatalf("%s: %s", resp.Status, answer)
	}
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("the answer took %v for want of an ICE server", took)
	}
	if got := resp.Header.Get("Link"); got != "<"+stun+`>; rel="ice-server"` {
		t.Errorf("the link is %q", got)
	}
	if strings.Contains(answer, "a=ice-lite") {
		t.Error("with ICE servers, the server only answers checks")
	}
	for _, bad := range []rtc.ICEServer{{URL: "http://x"}, {URL: "turn:x:1"}, {}} {
		if other, err := Start(Config{HTTP: "127.0.0.1:0", RTMP: "off", SRT: "off", WebRTC: "127.0.0.1:0", ICEServers: []rtc.ICEServer{bad}}); err == nil {
			other.Close(t.Context())
			t.Errorf("%+v was taken", bad)
		}
	}
}

// TestWebRTCHosts announces a router's address besides our own.
func TestWebRTCHosts(t *testing.T) {
	s := start(t, Config{WebRTCHosts: []string{"192.0.2.7"}})
	broadcast(t, s, "live", func() {})
	_, offer := newViewer(t)
	_, answer := send(t, s, "POST", "/whep/live", offer, map[string]string{"Content-Type": "application/sdp"})
	for _, want := range []string{" 192.0.2.7 ", " 127.0.0.1 ", "a=ice-lite"} {
		if !strings.Contains(answer, want) {
			t.Errorf("no %q in %s", want, answer)
		}
	}
	if _, err := Start(Config{HTTP: "127.0.0.1:0", RTMP: "off", SRT: "off", WebRTC: "127.0.0.1:0", WebRTCHosts: []string{"no such host"}}); err == nil {
		t.Error("a host that cannot be found was taken")
	}
}
