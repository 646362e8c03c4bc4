package testrig

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// Media is what ffprobe finds in a file. All pictures are counted by decoding them.
type Media struct {
	Streams []MediaStream `json:"streams"`
	Format  struct {
		Name     string  `json:"format_name"`
		Duration float64 `json:"duration,string"` // seconds; 0 when unknown
	} `json:"format"`
}

// A MediaStream has the fields of ffprobe's -show_streams, by its names.
type MediaStream struct {
	Type           string `json:"codec_type"` // "video" or "audio"
	Codec          string `json:"codec_name"`
	Profile        string `json:"profile"`
	Width          int    `json:"width"`
	Height         int    `json:"height"`
	PixelFormat    string `json:"pix_fmt"`
	FrameRate      string `json:"r_frame_rate"` // such as "30/1"
	ColorRange     string `json:"color_range"`
	ColorSpace     string `json:"color_space"`
	ColorTransfer  string `json:"color_transfer"`
	ColorPrimaries string `json:"color_primaries"`
	HasBFrames     int    `json:"has_b_frames"`
	SampleRate     int    `json:"sample_rate,string"`
	Channels       int    `json:"channels"`
	Frames         int    `json:"nb_read_frames,string"` // decoded
}

// First returns the first stream of a type, or the zero MediaStream.
func (m Media) First(kind string) MediaStream {
	for _, s := range m.Streams {
		if s.Type == kind {
			return s
		}
	}
	return MediaStream{}
}

// Probe reads a media file to its end with ffprobe.
func Probe(ctx context.Context, file string) (Media, error) {
	var m Media
	out, err := output(ctx, "ffprobe", "-v", "error", "-print_format", "json",
		"-show_streams", "-show_format", "-count_frames", file)
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(out, &m); err != nil {
		return m, fmt.Errorf("ffprobe %s: %w", file, err)
	}
	return m, nil
}

// FrameTimes returns the presentation times of all pictures, in seconds, in the order they are shown.
func FrameTimes(ctx context.Context, file string) ([]float64, error) {
	list, err := frameEntries(ctx, file, "v:0", "best_effort_timestamp_time")
	var times []float64
	for _, entries := range list {
		times = append(times, entries[0])
	}
	return times, err
}

// A SoundClock tells the presentation time of each sample of a file's sound.
type SoundClock struct {
	from  []int     // the first sample of each frame
	times []float64 // in seconds
}

// ReadSoundClock reads the times of all frames of a file's first sound.
func ReadSoundClock(ctx context.Context, file string) (SoundClock, error) {
	var c SoundClock
	list, err := frameEntries(ctx, file, "a:0", "best_effort_timestamp_time,nb_samples")
	next := 0
	for _, entries := range list {
		c.from, c.times = append(c.from, next), append(c.times, entries[0])
		next += int(entries[1])
	}
	if err == nil && len(list) == 0 {
		err = fmt.Errorf("%s has no sound", file)
	}
	return c, err
}

// Time returns when sample n of ReadPCM is to be heard, in seconds.
func (c SoundClock) Time(n int) float64 {
	frame, found := slices.BinarySearch(c.from, n)
	if !found {
		frame = max(0, frame-1)
	}
	return c.times[frame] + float64(n-c.from[frame])/SampleRate
}

// frameEntries returns numbers of each frame of a stream, by ffprobe's names joined with commas.
func frameEntries(ctx context.Context, file, stream, names string) ([][]float64, error) {
	out, err := output(ctx, "ffprobe", "-v", "error", "-select_streams", stream, "-show_entries", "frame="+names,
		"-print_format", "csv=p=0", file)
	if err != nil {
		return nil, err
	}
	var list [][]float64
	for line := range strings.FieldsSeq(string(out)) {
		entries := make([]float64, strings.Count(names, ",")+1)
		columns := strings.Split(line, ",") // side data may add more
		if len(columns) < len(entries) {
			return nil, fmt.Errorf("ffprobe %s: frame %d is %q", file, len(list), line)
		}
		for i := range entries {
			if entries[i], err = strconv.ParseFloat(columns[i], 64); err != nil {
				return nil, fmt.Errorf("ffprobe %s: frame %d: %w", file, len(list), err)
			}
		}
		list = append(list, entries)
	}
	return list, nil
}

// A FilePacket is one of a file.
type FilePacket struct {
	DTS float64 // in seconds, as a player that knows of wraps counts them
	MD5 string  // of its data, in hexadecimal
}

// FilePackets are those of a file.
type FilePackets struct{ Video, Audio []FilePacket }

// Packets returns all packets in a file.
func Packets(ctx context.Context, file string) (FilePackets, error) {
	var got FilePackets
	out, err := output(ctx, "ffprobe", "-v", "error", "-show_data_hash", "md5", "-show_entries", "packet=codec_type,dts_time,data_hash", "-of", "csv=p=0", file)
	if err != nil {
		return got, err
	}
	for line := range strings.Lines(string(out)) {
		kind, rest, _ := strings.Cut(strings.TrimSpace(line), ",")
		text, hash, _ := strings.Cut(rest, ",")
		dts, err := strconv.ParseFloat(text, 64)
		p := FilePacket{DTS: dts, MD5: strings.Trim(strings.TrimPrefix(hash, "MD5:"), ",")}
		switch {
		case kind != "video" && kind != "audio":
		case err != nil:
			return got, fmt.Errorf("testrig: a packet without DTS in %s: %w", file, err)
		case kind == "video":
			got.Video = append(got.Video, p)
		default:
			got.Audio = append(got.Audio, p)
		}
	}
	return got, nil
}

// DecodeStrict decodes a media file to its end with FFmpeg. The error tells the first thing that it complained about.
func DecodeStrict(ctx context.Context, file string) error {
	cmd, err := tool("ffmpeg", "-nostdin", "-v", "error", "-xerror", "-i", file, "-f", "null", "-")
	if err != nil {
		return err
	}
	printed, err := finish(ctx, cmd)
	if err == nil && len(printed) > 0 {
		err = errors.New("complaints")
	}
	if err != nil {
		return fmt.Errorf("decode %s: %w: %s", file, err, bytes.TrimSpace(printed))
	}
	return nil
}

// output runs a tool and returns what it writes to stdout. The error holds what it wrote to stderr.
func output(ctx context.Context, name string, args ...string) ([]byte, error) {
	cmd, err := tool(name, args...)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	cmd.Stdout = &out
	printed, err := finish(ctx, cmd)
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %s", name, err, bytes.TrimSpace(printed))
	}
	return out.Bytes(), nil
}

// finish runs cmd to its end, or kills it when ctx is done, and returns the end of what it printed.
func finish(ctx context.Context, cmd *exec.Cmd) ([]byte, error) {
	c, err := startChild(cmd)
	if err != nil {
		return nil, err
	}
	select {
	case <-c.done:
		return []byte(c.out.String()), c.err
	case <-ctx.Done():
		c.stop(syscall.SIGKILL, 0)
		return []byte(c.out.String()), ctx.Err()
	}
}
