package gui

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golive/assets"
)

// appID names what is put into the desktop's folders.
const appID = "io.github.golive"

// A desktopFile is a file that tells the desktop what Golive opens, in the user's data folder (XDG Base Directory).
type desktopFile struct{ path, content string }

// desktopFiles returns them for a program. Specifications: Desktop Entry 1.5, Shared MIME-info 0.21, Icon Theme 0.13.
func desktopFiles(program string) []desktopFile {
	quoted := strings.NewReplacer(`\`, `\\\\`, `"`, `\\"`, "`", "\\\\`", `$`, `\\$`, "%", "%%").Replace(program)
	return []desktopFile{
		{"applications/" + appID + ".desktop", `[Desktop Entry]
Type=Application
Name=Golive
Comment=Broadcast a screen with sound
Comment[zh_CN]=直播屏幕和声音
Exec="` + quoted + `" %u
Icon=` + appID + `
Terminal=false
Categories=AudioVideo;Network;
MimeType=x-scheme-handler/golive;application/x-golive-profile;
`},
		{"mime/packages/" + appID + ".xml", `<?xml version="1.0" encoding="UTF-8"?>
<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">
  <mime-type type="application/x-golive-profile">
    <comment>Golive profile</comment>
    <sub-class-of type="text/plain"/>
    <glob pattern="*.golive"/>
  </mime-type>
</mime-info>
`},
		{"icons/hicolor/scalable/apps/" + appID + ".svg", string(assets.Icon())},
	}
}

// associate makes the desktop open golive:// links and .golive files with a program, or not any more. data is the user's
// data folder; run runs a program of the desktop, which need not be there.
func associate(ctx context.Context, data, program string, on bool, run func(ctx context.Context, name string, args ...string)) error {
	for _, f := range desktopFiles(program) {
		path := filepath.Join(data, f.path)
		if !on {
			if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("what the desktop knows of Golive cannot be taken away: %w", err)
			}
			continue
		}
		err := os.MkdirAll(filepath.Dir(path), 0o755)
		if err == nil {
			err = os.WriteFile(path, []byte(f.content), 0o644)
		}
		if err != nil {
			return fmt.Errorf("the desktop cannot be told what Golive opens: %w", err)
		}
	}
	run(ctx, "update-desktop-database", filepath.Join(data, "applications"))
	run(ctx, "update-mime-database", filepath.Join(data, "mime"))
	if on {
		run(ctx, "xdg-mime", "default", appID+".desktop", "x-scheme-handler/golive", "application/x-golive-profile")
	}
	return nil
}

// associateTime bounds the programs of the desktop together.
const associateTime = 20 * time.Second

// associate registers what this program opens when the settings have changed. It is for one goroutine.
func (w *window) associate(on bool) {
	if on == w.links {
		return
	}
	w.links = on
	w.background(func() {
		ctx, cancel := context.WithTimeout(w.running, associateTime)
		defer cancel()
		if err := registerProgram(ctx, on); err != nil {
			w.model.Report(err)
		}
	})
}
