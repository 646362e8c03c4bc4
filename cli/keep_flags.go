package cli

import (
	"errors"
	"flag"
	"strconv"
	"strings"
	"time"

	"golive/profile"
	"golive/publish"
)

// A keeping is how a broadcast is kept on this computer.
type keeping struct {
	splitTime time.Duration
	splitSize int64 // bytes
	sounds    bool
	bitRate   int // bit/s of the pictures; 0 is a copy of the stream's packets
}

// The least and the most that can be asked for.
const (
	minSplitTime = time.Second
	minSplitSize = 1 << 20
)

func (r *request) keepFlags(fs *flag.FlagSet) {
	fs.StringVar(&r.profile.Record, "record", r.profile.Record, "record into the new file `PATH`, ending in .mp4, .mkv or .ts, or into a new file in a folder; SIGUSR2 begins a chapter")
	fs.BoolVar(&r.keep.sounds, "record-sounds", false, "record each --audio in a track of its own, behind the mix")
	set(fs, "record-bitrate", "encode the pictures of the recording and the replays for themselves, at a bit rate such as `12M`; without it they are a copy of the stream", profile.ParseBitRate, func(v int) { r.keep.bitRate = v })
	fs.Func("split", "begin a new file of the recording after a time or a size, such as `10m` or 1g", func(s string) (err error) {
		r.keep.splitTime, r.keep.splitSize, err = parseSplit(s)
		return err
	})
	set(fs, "replay", "keep the last `TIME`, such as 30s, in memory; SIGUSR1 saves it in a new file", profile.ParseReplay,
		func(d time.Duration) { r.profile.Replay.Duration = d })
}

// parseSplit reads a time (10m, 90s) or a size (500mb, 1g).
func parseSplit(s string) (time.Duration, int64, error) {
	wrong := errors.New("a time from 1s, such as 10m for ten minutes, or a size from 1mb, such as 500mb or 1g, is wanted")
	if d, err := time.ParseDuration(s); err == nil {
		if d < minSplitTime {
			return 0, 0, wrong
		}
		return d, 0, nil
	}
	number := strings.TrimRight(strings.TrimSuffix(strings.ToLower(s), "b"), "kmgt")
	unit := strings.TrimSuffix(strings.ToLower(s)[len(number):], "b")
	n, err := strconv.ParseInt(number, 10, 32)
	factor := map[string]int64{"m": 1 << 20, "g": 1 << 30, "t": 1 << 40}[unit]
	if err != nil || n <= 0 || factor == 0 || n*factor < minSplitSize {
		return 0, 0, wrong
	}
	return 0, n * factor, nil
}

// apply sets what of it a broadcast is started with.
func (k keeping) apply(c *publish.Config) {
	c.SplitTime, c.SplitSize = k.splitTime, k.splitSize
	c.RecordSounds, c.RecordBitRate = k.sounds, k.bitRate
}
