package recording

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/abema/go-mp4"
)

var errNoLength = errors.New("the file does not say how long it is")

// Repair finishes the MP4 recordings that crashes have left in a folder, as Create does, and returns when all are done or
// ctx is. Those that are being recorded are left alone.
func Repair(ctx context.Context, folder string, log *slog.Logger) {
	repairFolder(ctx, folder, func(path string, err error) { logRepaired(log, path, err) })
}

// logRepaired tells of a file that a crash had left.
func logRepaired(log *slog.Logger, path string, err error) {
	if err != nil {
		log.Warn("a recording that a crash had left unfinished cannot be repaired; it can still be played", "error", err)
		return
	}
	log.Info("a recording that a crash had left unfinished is repaired", "file", path)
}

// Length returns how long a finished MP4 is. It reads a few boxes, wherever they are.
func Length(r io.ReadSeeker) (time.Duration, error) {
	boxes, err := mp4.ExtractBoxWithPayload(r, nil, mp4.BoxPath{mp4.BoxTypeMoov(), mp4.BoxTypeMvhd()})
	if err != nil {
		return 0, fmt.Errorf("read mp4: %w", err)
	}
	if len(boxes) == 0 {
		return 0, errNoLength
	}
	mvhd, ok := boxes[0].Payload.(*mp4.Mvhd)
	if !ok || mvhd.Timescale == 0 || mvhd.GetDuration() == 0 {
		return 0, errNoLength
	}
	return time.Duration(float64(mvhd.GetDuration()) / float64(mvhd.Timescale) * float64(time.Second)), nil
}
