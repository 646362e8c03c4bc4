package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golive/internal/refusal"
	"golive/recording"
)

const (
	recordingTime = "20060102T150405Z" // in the names of files
	// tidyEvery is how often recordings that are not to be kept are looked for.
	tidyEvery = time.Minute
)

var (
	recordingFile = regexp.MustCompile(`^[0-9]{8}T[0-9]{6}Z(-[0-9]{1,3})?\.mp4$`)

	errNoData       = refusal.New(http.StatusServiceUnavailable, "there is no folder for recordings: start the server with --data DIR")
	errRecording    = refusal.New(http.StatusConflict, "the stream is being recorded already")
	errNotRecording = refusal.New(http.StatusNotFound, "the stream is not being recorded")
	errNoRecording  = refusal.New(http.StatusNotFound, "there is no such recording")
	errUnfinished   = refusal.New(http.StatusConflict, "it is still being recorded: end that first")
)

// Keep says what is recorded, and for how long it is kept.
type Keep struct {
	All   bool          // every stream is recorded, from its beginning on
	Age   time.Duration // older recordings are deleted; 0 is never
	Bytes int64         // when all are larger, the oldest are deleted; 0 is never
}

// recordings are those of a server, one MP4 each: NAME/TIME.mp4 under a folder of its data.
type recordings struct {
	log    *slog.Logger
	folder string
	root   *os.Root // nil when nothing can be recorded
	keep   atomic.Pointer[Keep]

	mu      sync.Mutex
	running map[string]*running // by stream
	work    sync.WaitGroup
}

// openRecordings opens those of a data folder, which is made; with "" there are none.
func openRecordings(data string, keep Keep, log *slog.Logger) (*recordings, error) {
	r := &recordings{log: log, running: map[string]*running{}}
	r.keep.Store(&keep)
	if data == "" {
		return r, nil
	}
	r.folder = filepath.Join(data, "recordings")
	if err := os.MkdirAll(r.folder, 0o700); err != nil {
		return nil, fmt.Errorf("the folder for recordings: %w", err)
	}
	var err error
	if r.root, err = os.OpenRoot(r.folder); err != nil {
		return nil, fmt.Errorf("the folder for recordings: %w", err)
	}
	return r, nil
}

// all says whether every stream is to be recorded.
func (r *recordings) all() bool { return r != nil && r.root != nil && r.keep.Load().All }

// tend repairs what a crash has left, and then deletes what is not to be kept, until done is closed.
func (r *recordings) tend(done <-chan struct{}) {
	if r.root == nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var repairing sync.WaitGroup
	defer repairing.Wait()
	repairing.Go(func() { r.repair(ctx) })
	tick := time.NewTicker(tidyEvery)
	defer tick.Stop()
	for {
		r.tidy(time.Now())
		select {
		case <-done:
			cancel()
			return
		case <-tick.C:
		}
	}
}

func (r *recordings) repair(ctx context.Context) {
	folders, _ := fs.ReadDir(r.root.FS(), ".")
	for _, folder := range folders {
		if folder.IsDir() && validName(folder.Name()) {
			recording.Repair(ctx, filepath.Join(r.folder, folder.Name()), r.log)
		}
	}
}

// recordingJSON is a recording as the API tells of it.
type recordingJSON struct {
	Stream   string    `json:"stream"`
	ID       string    `json:"id"`
	Start    time.Time `json:"start"`
	Duration float64   `json:"duration_s"`
	Bytes    int64     `json:"bytes"`
	URL      string    `json:"url"`
	Live     bool      `json:"live"` // it is still being recorded
}

// list returns all recordings, the newest first.
func (r *recordings) list() []recordingJSON {
	all := []recordingJSON{}
	if r.root == nil {
		return all
	}
	folders, _ := fs.ReadDir(r.root.FS(), ".")
	for _, folder := range folders {
		if !validName(folder.Name()) {
			continue
		}
		files, _ := fs.ReadDir(r.root.FS(), folder.Name())
		for _, file := range files {
			if one, err := r.describe(folder.Name(), file.Name()); err == nil {
				all = append(all, one)
			}
		}
	}
	slices.SortFunc(all, func(a, b recordingJSON) int { return cmp.Or(b.Start.Compare(a.Start), cmp.Compare(a.ID, b.ID)) })
	return all
}

// describe tells of one.
func (r *recordings) describe(stream, file string) (recordingJSON, error) {
	f, err := r.open(stream, file)
	if err != nil {
		return recordingJSON{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return recordingJSON{}, err
	}
	start, err := time.Parse(recordingTime, file[:len(recordingTime)])
	if err != nil {
		return recordingJSON{}, err
	}
	name := path.Join(stream, file)
	one := recordingJSON{
		Stream: stream, ID: strings.TrimSuffix(name, ".mp4"), Start: start, Bytes: info.Size(),
		URL: "/api/v1/recordings/" + name, Live: r.isRunning(stream, file),
	}
	if length, err := recording.Length(f); err == nil {
		one.Duration = length.Seconds()
	} else if one.Live {
		one.Duration = time.Since(start).Seconds()
	}
	return one, nil
}

// open opens a recording. A name that none can have is one that there is not.
func (r *recordings) open(stream, file string) (*os.File, error) {
	if r.root == nil || !validName(stream) || !recordingFile.MatchString(file) {
		return nil, errNoRecording
	}
	f, err := r.root.Open(path.Join(stream, file))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errNoRecording
	}
	return f, err
}

// remove deletes a recording that is finished.
func (r *recordings) remove(stream, file string) error {
	f, err := r.open(stream, file)
	if err != nil {
		return err
	}
	_ = f.Close()
	if r.isRunning(stream, file) {
		return errUnfinished
	}
	if err := r.root.Remove(path.Join(stream, file)); err != nil {
		return fmt.Errorf("delete a recording: %w", err)
	}
	_ = r.root.Remove(stream) // which fails unless it is empty
	return nil
}

// tidy deletes what is not to be kept any more.
func (r *recordings) tidy(now time.Time) {
	keep, total := *r.keep.Load(), int64(0)
	for _, one := range r.list() { // the newest first
		total += one.Bytes
		old := keep.Age > 0 && now.Sub(one.Start) > keep.Age
		if one.Live || !old && (keep.Bytes <= 0 || total <= keep.Bytes) {
			continue
		}
		total -= one.Bytes
		if err := r.remove(one.Stream, path.Base(one.URL)); err != nil {
			r.log.Warn("an old recording is not deleted", "recording", one.ID, "error", err)
			continue
		}
		r.log.Info("an old recording is deleted", "recording", one.ID)
	}
}

// close waits until all recordings are on the disk. The streams must have ended.
func (r *recordings) close() {
	r.work.Wait()
	if r.root != nil {
		_ = r.root.Close()
	}
}
