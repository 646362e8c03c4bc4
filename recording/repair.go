package recording

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// maxIndexBox bounds the moov and moof boxes of a file that is repaired: a fragment has far less.
const maxIndexBox = 16 << 20

// repairFolder finishes the recordings that crashes have left in a folder, and tells of each, with an error of those that it
// cannot. It ends early with ctx.
func repairFolder(ctx context.Context, folder string, tell func(path string, err error)) {
	files, err := os.ReadDir(folder)
	if err != nil {
		return // whoever records there gets to know
	}
	for _, file := range files {
		if ctx.Err() != nil {
			return
		}
		if !file.Type().IsRegular() || !strings.EqualFold(filepath.Ext(file.Name()), ".mp4") {
			continue
		}
		path := filepath.Join(folder, file.Name())
		if done, err := repair(ctx, path); ctx.Err() == nil && (done || err != nil) {
			tell(path, err)
		}
	}
}

// repair makes an ordinary MP4 of a recording that was not finished, in place: a long one needs no second copy, and at
// each moment the file plays. It leaves alone what is finished, not ours, or being recorded.
func repair(ctx context.Context, path string) (done bool, err error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return false, err
	}
	defer f.Close()
	head := make([]byte, markAt+len(unfinished()))
	if _, err := f.ReadAt(head, 0); err != nil || !isUnfinished(head) {
		return false, nil
	}
	if lock(f) != nil {
		return false, nil
	}
	x, size, chapters, err := scan(ctx, f, int64(len(head)))
	if err != nil {
		return false, fmt.Errorf("repair %s: %w", path, err)
	}
	if x.empty() {
		return false, nil
	}
	if err := f.Truncate(size); err != nil {
		return false, fmt.Errorf("repair %s: %w", path, err)
	}
	if err := finish(f, x, size, chapters); err != nil {
		return false, fmt.Errorf("repair %s: %w", path, err)
	}
	return true, nil
}

// scan reads the index of the fragments that are whole, and the chapters among them, and returns where they end.
func scan(ctx context.Context, f *os.File, at int64) (x *index, size int64, chapters []chapter, err error) {
	info, err := f.Stat()
	if err != nil {
		return nil, 0, nil, err
	}
	moov, at, err := readBox(f, at, info.Size(), "moov")
	if err != nil {
		return nil, 0, nil, err
	}
	if x, err = newIndex(moov); err != nil {
		return nil, 0, nil, err
	}
	for ctx.Err() == nil {
		if mark, end, err := readBox(f, at, info.Size(), "free"); err == nil {
			c, is := chapterIn(mark)
			if !is {
				return x, at, chapters, nil
			}
			if len(chapters) < maxChapters {
				chapters = append(chapters, c)
			}
			at = end
			continue
		}
		moof, behind, err := readBox(f, at, info.Size(), "moof")
		if err != nil {
			return x, at, chapters, nil
		}
		_, end, err := boxAt(f, behind, info.Size(), "mdat")
		if err != nil || x.add(moof, at, end) != nil {
			return x, at, chapters, nil
		}
		at = end
	}
	return nil, 0, nil, ctx.Err()
}

// boxAt returns the size and the end of the box of a kind that begins at a place of a file of size bytes.
func boxAt(f io.ReaderAt, at, size int64, kind string) (n, end int64, err error) {
	var head [8]byte
	if _, err := f.ReadAt(head[:], at); err != nil {
		return 0, 0, err
	}
	n = int64(binary.BigEndian.Uint32(head[:]))
	if string(head[4:]) != kind || n < 8 || at+n > size {
		return 0, 0, errStrange
	}
	return n, at + n, nil
}

// readBox returns such a box and its end.
func readBox(f io.ReaderAt, at, size int64, kind string) (b []byte, end int64, err error) {
	n, end, err := boxAt(f, at, size, kind)
	if err != nil {
		return nil, 0, err
	}
	if n > maxIndexBox {
		return nil, 0, errStrange
	}
	b = make([]byte, n)
	if _, err := f.ReadAt(b, at); err != nil {
		return nil, 0, err
	}
	return b, end, nil
}
