package rtc

import (
	"testing"

	"github.com/pion/webrtc/v4"

	"golive/secret"
)

func TestLinks(t *testing.T) {
	turn, err := ICEServer{URL: "turn:127.0.0.1:9?transport=udp", Username: "me", Credential: secret.New(`pass"word`)}.check()
	if err != nil {
		t.Fatal(err)
	}
	want := `<turn:127.0.0.1:9?transport=udp>; rel="ice-server"; username="me"; credential="pass\"word"; credential-type="password"`
	if got := (&Endpoint{servers: []webrtc.ICEServer{turn}}).Links(); len(got) != 1 || got[0] != want {
		t.Errorf("the links are %q", got)
	}
}
