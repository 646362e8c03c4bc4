package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// order is the way of the media and of imports: each package may import what stands to its right, and no other.
var order = []string{"gui", "cli", "profile", "publish", "server", "recording", "encoder", "capture"}

// leaves may be imported by all above capture, and import nothing of ours.
var leaves = []string{"secret", "assets"}

// parts are the packages of internal that server is made of. They know nothing of it, nor of what is above it.
var parts = []string{"batch", "fanout", "hls", "intake", "refusal", "rtc", "rtmp", "timeline", "transcoder"}

// TestImports keeps the house in order: it reads what every package imports and refuses what leads the wrong way.
func TestImports(t *testing.T) {
	seen := 0
	err := filepath.WalkDir(".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (strings.HasPrefix(entry.Name(), ".") && file != "." || entry.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if entry.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		seen++
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if reason := forbidden(filepath.ToSlash(file), imported); reason != "" {
				t.Errorf("%s imports %s: %s", file, imported, reason)
			}
		}
		return nil
	})
	if err != nil || seen < 50 {
		t.Fatalf("looked at %d files: %v", seen, err)
	}
}

// forbidden says why file must not import a package, or "".
func forbidden(file, imported string) string {
	from := strings.Split(file, "/")[0]
	if strings.HasPrefix(imported, "fyne.io/") && (from != "gui" || strings.HasPrefix(file, "gui/model/")) {
		return "only gui knows the toolkit of the window, and its model does without"
	}
	rest, ours := strings.CutPrefix(imported, "golive/")
	if !ours || !strings.Contains(file, "/") {
		return ""
	}
	to := strings.Split(rest, "/")[0]
	if from == "internal" {
		if part(file) && !part(rest) && !slices.Contains([]string{"recording", "encoder", "capture", "secret"}, to) {
			return "what server is made of knows nothing of it"
		}
		return ""
	}
	if from == to {
		return ""
	}
	switch {
	case (rest == "internal/xconn" || rest == "internal/answer") && strings.HasPrefix(file, "capture/"):
		return ""
	case (rest == "internal/srt" || rest == "internal/pace") && from == "publish":
		return ""
	case part(rest) && from == "server":
		return ""
	case rest == "internal/xconn" && (strings.HasPrefix(file, "gui/hotkey") || strings.HasPrefix(file, "gui/visible")):
		return ""
	case to == "internal":
		return "what is in internal is for tests, but for xconn and answer, which capture connects with, srt and pace, which publish sends with, and the parts of server"
	case slices.Contains(leaves, from):
		return from + " is a leaf: it imports nothing of ours"
	case slices.Contains(leaves, to) && from != "capture" && from != "encoder" && from != "recording":
		return ""
	case from == "publish" && to == "server" && path.Base(file) != "local.go":
		return "publish knows the server in local.go alone"
	}
	i, j := slices.Index(order, from), slices.Index(order, to)
	if i < 0 || j < 0 || j < i {
		return "media flows " + strings.Join(order, " -> ") + ", and so do imports"
	}
	if from == "gui" && to == "cli" {
		return "the faces do not know each other"
	}
	return ""
}

// part says whether a package, or a file of it, is one of parts.
func part(path string) bool {
	dirs := strings.Split(path, "/")
	return dirs[0] == "internal" && slices.Contains(parts, dirs[1])
}

func TestForbidden(t *testing.T) {
	for _, c := range []struct {
		file, imported string
		bad            bool
	}{
		{"capture/x.go", "golive/encoder", true},
		{"capture/internal/x11/x.go", "golive/internal/xconn", false},
		{"server/x.go", "golive/internal/testrig", true},
		{"server/x.go", "golive/internal/srt", true},
		{"server/x.go", "golive/internal/fanout", false},
		{"publish/x.go", "golive/internal/fanout", true},
		{"internal/fanout/x.go", "golive/server", true},
		{"internal/fanout/x.go", "golive/internal/testrig", true},
		{"internal/batch/x.go", "golive/internal/fanout", false},
		{"internal/testrig/x.go", "golive/server", false},
		{"publish/srt.go", "golive/internal/srt", false},
		{"server/x.go", "golive/publish", true},
		{"publish/local.go", "golive/server", false},
		{"publish/send.go", "golive/server", true},
		{"secret/x.go", "golive/profile", true},
		{"profile/x.go", "golive/secret", false},
		{"cli/x.go", "golive/gui", true},
		{"gui/x.go", "golive/cli", true},
		{"cli/x.go", "fyne.io/fyne/v2", true},
		{"gui/model/x.go", "fyne.io/fyne/v2", true},
		{"main.go", "golive/gui", false},
		{"encoder/x.go", "github.com/asticode/go-astiav", false},
	} {
		if reason := forbidden(c.file, c.imported); (reason != "") != c.bad {
			t.Errorf("%s importing %s: %q", c.file, c.imported, reason)
		}
	}
}
