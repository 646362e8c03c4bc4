package testrig

import (
	"bufio"
	"context"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/jezek/xgb/xproto"

	"golive/internal/xconn"
)

// A Display is an X server without a screen, on a display number of its own. Everybody on this machine may use it;
// nobody on the network can.
type Display struct {
	Name string // such as ":7"
	Size image.Point

	server *child
	wm     *child
}

// StartDisplay starts Xvfb with one screen of size pixels and true colours. flags are Xvfb's, such as "-extension",
// "MIT-SHM" for a server without shared memory.
func StartDisplay(ctx context.Context, size image.Point, flags ...string) (*Display, error) {
	// -noreset: the server would start anew, and forget its settings, each time its last client leaves.
	cmd, err := tool("Xvfb", append(flags, "-displayfd", "3", "-screen", "0", fmt.Sprintf("%dx%dx24", size.X, size.Y),
		"-noreset", "-nolisten", "tcp", "-ac", "-dpi", "96")...)
	if err != nil {
		return nil, err
	}
	number, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer number.Close()
	cmd.ExtraFiles = []*os.File{write}
	server, err := startChild(cmd)
	write.Close()
	if err != nil {
		return nil, err
	}
	defer context.AfterFunc(ctx, func() { number.SetReadDeadline(time.Unix(1, 0)) })()
	line, err := bufio.NewReader(number).ReadString('\n')
	if err != nil {
		server.stop(syscall.SIGTERM, time.Second)
		return nil, server.explain(fmt.Errorf("no display number: %w", err))
	}
	return &Display{Name: ":" + strings.TrimSpace(line), Size: size, server: server}, nil
}

// Env returns the variables that lead a program to the display.
func (d *Display) Env() []string { return []string{"DISPLAY=" + d.Name} }

// ManageWindows starts the window manager openbox and waits until it is in charge.
func (d *Display) ManageWindows(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "golive-openbox-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	// It announces itself on the root window before it hears of new windows, so that is no sign that it is ready.
	ready := filepath.Join(dir, "ready")
	cmd, err := tool("openbox", "--sm-disable", "--startup", "touch "+ready)
	if err != nil {
		return err
	}
	cmd.Env = append(os.Environ(), d.Env()...)
	wm, err := startChild(cmd)
	if err != nil {
		return err
	}
	started := func() bool {
		_, err := os.Stat(ready)
		return err == nil
	}
	if err := poll(ctx, wm.done, started); err != nil {
		wm.stop(syscall.SIGTERM, time.Second)
		return wm.explain(err)
	}
	d.wm = wm
	return nil
}

// Screenshot returns what the display shows.
func (d *Display) Screenshot() (*image.RGBA, error) {
	x, err := xconn.Dial(d.Name)
	if err != nil {
		return nil, fmt.Errorf("display %s: %w", d.Name, err)
	}
	defer x.Close()
	root := xproto.Drawable(xproto.Setup(x).DefaultScreen(x).Root)
	reply, err := xproto.GetImage(x, xproto.ImageFormatZPixmap, root, 0, 0, uint16(d.Size.X), uint16(d.Size.Y), ^uint32(0)).Reply()
	if err != nil {
		return nil, fmt.Errorf("display %s: screenshot: %w", d.Name, err)
	}
	img := image.NewRGBA(image.Rectangle{Max: d.Size})
	for i := 0; i+3 < min(len(reply.Data), len(img.Pix)); i += 4 {
		img.Pix[i], img.Pix[i+1], img.Pix[i+2], img.Pix[i+3] = reply.Data[i+2], reply.Data[i+1], reply.Data[i], 255
	}
	return img, nil
}

// Close ends the display and waits. It may be called twice.
func (d *Display) Close() {
	if d.wm != nil {
		d.wm.stop(syscall.SIGTERM, time.Second)
	}
	d.server.stop(syscall.SIGTERM, 2*time.Second)
}
