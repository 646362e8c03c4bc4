package publish

import (
	"bytes"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bluenviron/gortmplib"
	"github.com/bluenviron/gortmplib/pkg/amf0"
	"github.com/bluenviron/gortmplib/pkg/bytecounter"
	"github.com/bluenviron/gortmplib/pkg/codecs"
	"github.com/bluenviron/gortmplib/pkg/handshake"
	"github.com/bluenviron/gortmplib/pkg/message"
	gortmp "github.com/yutopp/go-rtmp"
	rtmpmsg "github.com/yutopp/go-rtmp/message"

	"golive/encoder"
	"golive/internal/testrig/media"
)

// HEVC and AV1 arrive as Enhanced RTMP, at servers that are known to take them, or are not known.
func TestEnhancedRTMP(t *testing.T) {
	if video, _ := destination(t, "rtmp://live.twitch.tv/app", "k").Codecs(); !slices.Equal(video, []encoder.Codec{encoder.H264}) {
		t.Errorf("Twitch takes %v", video)
	}
	for _, codec := range []encoder.Codec{encoder.HEVC, encoder.AV1} {
		t.Run(string(codec), func(t *testing.T) {
			streams, packets := media.EncodeAs(t, 90, codec, encoder.AAC)
			got := make(chan int, 1)
			p := startPeer(t, func(p *peer, c net.Conn) { got <- countPictures(p, c) })
			o := dial(t, destination(t, p.URL, "k"), streams, newTestFeedback())
			writeAll(t, o, packets)
			o.Close()
			if n, want := <-got, len(of(packets, streams[0])); n != want {
				t.Errorf("%d pictures of %d", n, want)
			}
		})
	}
}

// countPictures reads a stream as a server does, and returns how many pictures of HEVC or AV1 were in it.
func countPictures(p *peer, c net.Conn) (n int) {
	sc, err := p.meet(c)
	if err != nil || sc.AcceptAction() != nil {
		return -1
	}
	r := &gortmplib.Reader{Conn: sc}
	if err := r.Initialize(); err != nil {
		return -2
	}
	for _, track := range r.Tracks() {
		switch track.Codec.(type) {
		case *codecs.H265:
			r.OnDataH265(track, func(_, _ time.Duration, _ [][]byte) { n++ })
		case *codecs.AV1:
			r.OnDataAV1(track, func(_ time.Duration, _ [][]byte) { n++ })
		case *codecs.MPEG4Audio:
			r.OnDataMPEG4Audio(track, func(time.Duration, []byte) {})
		}
	}
	for r.Read() == nil {
	}
	return n
}

// opusTo returns a destination that is to be sent Opus.
func opusTo(t *testing.T, url string) Destination {
	t.Helper()
	d, err := WithAudio(destination(t, url, "k"), encoder.Opus)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestWithAudio(t *testing.T) {
	for _, c := range []struct {
		url   string
		sound encoder.Codec
		want  []encoder.Codec // nil is an error
	}{
		{"rtmp://h/live", "", []encoder.Codec{encoder.AAC}},
		{"rtmp://h/live", encoder.AAC, []encoder.Codec{encoder.AAC}},
		{"rtmps://h/live", encoder.Opus, []encoder.Codec{encoder.Opus, encoder.AAC}},
		{"rtmp://live.twitch.tv/app", encoder.Opus, nil},
		{"srt://h:1", encoder.AAC, []encoder.Codec{encoder.AAC}},
		{"srt://h:1", encoder.Opus, nil},
		{"whip+https://h/whip", encoder.AAC, nil},
		{"rtmp://h/live", encoder.H264, nil},
	} {
		d, err := WithAudio(destination(t, c.url, "k"), c.sound)
		if c.want == nil {
			if !errors.Is(err, ErrAudioCodec) || !strings.Contains(err.Error(), "not "+string(c.sound)) {
				t.Errorf("%s in %s: %v", c.sound, c.url, err)
			}
			continue
		}
		if err != nil {
			t.Error(err)
		} else if _, audio := d.Codecs(); !slices.Equal(audio, c.want) {
			t.Errorf("%s in %s: %v", c.sound, c.url, audio)
		}
	}
}

// Opus goes over the wire as Enhanced RTMP 2 has it (ExAudioTagHeader): a header that is RFC 7845's, and then every frame as
// it was encoded. The bytes are those that a server of others hands on.
func TestOpusOnTheWire(t *testing.T) {
	streams, packets := media.EncodeAs(t, 60, encoder.H264, encoder.Opus)
	url, sounds := soundPeer(t)
	o := dialSoon(t, opusTo(t, url), streams)
	writeAll(t, o, packets)
	o.Close()
	want := [][]byte{append([]byte("\x90Opus"), streams[1].Extradata...)}
	for _, p := range of(packets, streams[1]) {
		if p.DTS >= 0 {
			want = append(want, append([]byte("\x91Opus"), p.Data[0]...))
		}
	}
	got := sounds()
	if len(got) != len(want) {
		t.Fatalf("%d messages, want %d", len(got), len(want))
	}
	for i := range want {
		if !bytes.Equal(got[i], want[i]) {
			t.Fatalf("message %d is %x, want %x", i, got[i], want[i])
		}
	}
	if head := got[0][5:]; len(head) != 19 || string(head[:8]) != "OpusHead" || head[9] != 2 || !bytes.Equal(head[12:16], []byte{0x80, 0xbb, 0, 0}) {
		t.Errorf("the header is %x", head)
	}
}

// soundPeer starts go-rtmp's server; sounds returns the messages of sound it was sent, when the stream is over.
func soundPeer(t *testing.T) (url string, sounds func() [][]byte) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	heard := &heardSound{over: make(chan struct{})}
	serveGoRTMP(t, l, heard)
	return "rtmp://" + l.Addr().String() + "/live", func() [][]byte {
		select {
		case <-heard.over:
		case <-time.After(10 * time.Second):
			t.Fatal("the connection does not end")
		}
		return heard.sounds
	}
}

// A heardSound has the messages of sound until over is closed.
type heardSound struct {
	gortmp.DefaultHandler
	sounds [][]byte
	over   chan struct{}
}

func (k *heardSound) OnPublish(*gortmp.StreamContext, uint32, *rtmpmsg.NetStreamPublish) error {
	return nil
}

func (k *heardSound) OnAudio(_ uint32, payload io.Reader) error {
	body, err := io.ReadAll(payload)
	k.sounds = append(k.sounds, body)
	return err
}

func (k *heardSound) OnClose() { close(k.over) }

// A tellingServer says in its answer to connect which codecs it takes, and notes what it was told and sent.
type tellingServer struct {
	says amf0.Object

	mu      sync.Mutex
	connect amf0.Object
	opus    int
	aac     int
}

func (s *tellingServer) serve(_ *peer, c net.Conn) {
	counted := bytecounter.NewReadWriter(c)
	if _, _, err := handshake.DoServer(counted, false); err != nil {
		return
	}
	rw := message.NewReadWriter(counted, counted, false)
	for {
		m, err := rw.Read()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.note(rw, m)
		s.mu.Unlock()
	}
}

func (s *tellingServer) note(rw *message.ReadWriter, m message.Message) {
	switch m := m.(type) {
	case *message.CommandAMF0:
		switch m.Name {
		case "connect":
			s.connect, _ = object(m.Arguments[0])
			rw.Write(command("_result", m.CommandID, s.says, amf0.Object{{Key: "code", Value: "NetConnection.Connect.Success"}}))
		case "createStream":
			rw.Write(command("_result", m.CommandID, nil, float64(1)))
		case "publish":
			rw.Write(status("status", "NetStream.Publish.Start", ""))
		}
	case *message.AudioExCodedFrames:
		s.opus++
	case *message.Audio:
		if m.AACType == message.AudioAACTypeAU {
			s.aac++
		}
	}
}

// A server that says which codecs it takes is believed: sound falls back to AAC, and pictures are refused.
func TestServerThatTellsItsCodecs(t *testing.T) {
	streams, packets := bothSounds(t)
	list := func(names ...any) amf0.Object {
		return amf0.Object{{Key: "fourCcList", Value: amf0.StrictArray(names)}}
	}
	able := func(name string, mask float64) amf0.Object {
		return amf0.Object{{Key: "audioFourCcInfoMap", Value: amf0.Object{{Key: name, Value: mask}}}}
	}
	for name, c := range map[string]struct {
		says amf0.Object
		opus bool
	}{
		"nothing":            {amf0.Object{{Key: "fmsVer", Value: "x"}}, true},
		"a list":             {list("hvc1", "Opus"), true},
		"a list of all":      {list("*"), true},
		"a list of pictures": {list("hvc1", "av01"), false},
		"an empty list":      {list(), false},
		"an odd list":        {amf0.Object{{Key: "fourCcList", Value: "Opus"}}, false},
		"a map":              {able("Opus", canForward), true},
		"a map of all":       {able("*", canDecode), true},
		"a map of others":    {able("fLaC", canDecode), false},
		"it only encodes":    {able("Opus", canEncode), false},
	} {
		t.Run(name, func(t *testing.T) {
			s := &tellingServer{says: c.says}
			p := startPeer(t, s.serve)
			o := dial(t, opusTo(t, p.URL), streams, newTestFeedback())
			writeAll(t, o, packets)
			o.Close()
			p.close()
			if (s.opus > 0) != c.opus || (s.aac > 0) == c.opus {
				t.Errorf("%d sounds of Opus and %d of AAC", s.opus, s.aac)
			}
			infos, _ := s.connect.Get("audioFourCcInfoMap")
			if told, _ := object(infos); len(told) != 1 || told[0].Key != "Opus" || told[0].Value != float64(canEncode) {
				t.Errorf("it was told %v", s.connect)
			}
		})
	}
}

// bothSounds returns a stream with its sound in Opus and in AAC.
func bothSounds(t *testing.T) (streams []*encoder.Stream, packets []*encoder.Packet) {
	streams, packets = media.EncodeAs(t, 30, encoder.H264, encoder.AAC)
	opus, more := media.EncodeAs(t, 30, encoder.H264, encoder.Opus)
	packets = slices.Concat(packets, of(more, opus[1]))
	slices.SortStableFunc(packets, func(a, b *encoder.Packet) int { return int(a.DTS - b.DTS) })
	return append(streams, opus[1]), packets
}

// What a server says it does not take is refused, with what to do, when there is nothing to fall back to.
func TestServerThatLacksTheCodec(t *testing.T) {
	p := startPeer(t, (&tellingServer{says: amf0.Object{{Key: "fourCcList", Value: amf0.StrictArray{"av01"}}}}).serve)
	for _, c := range [][2]encoder.Codec{{encoder.HEVC, encoder.AAC}, {encoder.H264, encoder.Opus}} {
		streams, _ := media.EncodeAs(t, 2, c[0], c[1])
		_, err := opusTo(t, p.URL).Dial(t.Context(), streams, newTestFeedback())
		if !errors.Is(err, ErrRefused) || !strings.HasPrefix(err.Error(), p.URL+" takes no ") || !strings.HasSuffix(err.Error(), ": choose another codec") {
			t.Error(err)
		}
	}
}

// Sound that the server is not sent is not counted among what waits for it.
func TestSoundThatIsLeftOut(t *testing.T) {
	streams, packets := bothSounds(t)
	s := startSender(OutputConfig{Name: "x", Destination: opusTo(t, startPeer(t, nil).URL)}, streams, func() {}, discard)
	defer func() { s.end(time.Now().Add(drainTime)) }()
	eventually(t, "live", func() bool { return state(s) == Live })
	before := s.total()
	for _, p := range packets {
		s.push(p)
	}
	if got, want := s.total()-before, int64(size(of(packets, streams[0], streams[2]))); got != want {
		t.Errorf("%d bytes were pushed, want %d", got, want)
	}
}
