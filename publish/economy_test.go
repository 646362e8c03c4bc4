package publish

import (
	"image"
	"testing"
	"time"

	"golive/internal/testrig"
)

func TestEconomyGoesDownAndUp(t *testing.T) {
	hd := image.Pt(1280, 720)
	for _, c := range []struct {
		now        economy
		rate, most int
		want       economy
	}{
		{wholePicture, 3_000_000, 3_000_000, wholePicture},
		{wholePicture, 700_000, 3_000_000, wholePicture}, // 0.025 bit a pixel
		{wholePicture, 600_000, 3_000_000, halfRate},
		{halfRate, 800_000, 3_000_000, halfRate}, // not back and forth
		{halfRate, 1_000_000, 3_000_000, wholePicture},
		{halfRate, 300_000, 3_000_000, halfDetail},
		{halfDetail, 400_000, 3_000_000, halfDetail},
		{halfDetail, 500_000, 3_000_000, halfRate},
		{wholePicture, 400_000, 700_000, wholePicture}, // the user wants few bits
	} {
		if got := c.now.next(c.rate, c.most, hd, 30); got != c.want {
			t.Errorf("from %d, %d of %d bit/s: %d, want %d", c.now, c.rate, c.most, got, c.want)
		}
	}
}

// With every second picture the stream has its bit rate and its key frames still, and every picture decodes.
func TestEconomyOnTheWire(t *testing.T) {
	server := testrig.ServeRTMP(t, testrig.RTMPConfig{Record: true})
	c := testConfig()
	c.Video = "pattern"
	c.KeyInterval = time.Second
	b := startBroadcast(t, c)
	goLive(t, b, "", OutputConfig{Name: "x", Destination: destination(t, server.URL("x"), "")})
	eventually(t, "a second", func() bool { return b.Stats().Video.Encoded > 30 })
	video := b.live.Load().video
	video.economy.Store(int32(halfDetail))
	before := b.Stats()
	eventually(t, "four seconds more", func() bool { return b.Stats().UptimeS > before.UptimeS+4 })
	after := b.Stats()
	if encoded := after.Video.Encoded - before.Video.Encoded; encoded < 50 || encoded > 70 || after.Video.LeftOut < 50 || after.Video.Economy == "" {
		t.Errorf("%d pictures in four seconds: %+v", encoded, after.Video)
	}
	if got := after.Video.BitrateKbps; got < 350 || got > 700 {
		t.Errorf("%d kbit/s of 500", got)
	}
	endLive(t, b)
	files, err := server.Recordings("x")
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}
	encoded := int(b.Stats().Video.Encoded)
	eventually(t, "the end of the server's file", func() bool { return pictures(t, files[0]) == encoded })
	if err := testrig.DecodeStrict(t.Context(), files[0]); err != nil {
		t.Error(err)
	}
}
