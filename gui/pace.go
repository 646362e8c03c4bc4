package gui

import "time"

const (
	fastest     = time.Second / 30 // between two pictures of the preview, where the GPU draws
	fastestSoft = time.Second / 10 // where the processor has to, since Fyne repaints the whole window
	slowest     = time.Second / 4
)

// A pace is the time to leave between two refreshes of the window, so that they never crowd out what the person does:
// it grows while refreshes have to queue for the window, and shrinks when they do not.
type pace struct{ floor, interval time.Duration }

// newPace returns the pace for a window that software draws, or hardware.
func newPace(software bool) pace {
	if software {
		return pace{fastestSoft, fastestSoft}
	}
	return pace{fastest, fastest}
}

// observe takes how long the last refresh had to queue.
func (p *pace) observe(queued time.Duration) {
	switch {
	case queued > p.interval/2:
		p.interval = min(p.interval*5/4, slowest)
	case queued < p.interval/4:
		p.interval = max(p.interval*9/10, p.floor)
	}
}
