// Package xconn connects to X displays with xgb. Several connections can be open at a time, which xgb alone does not
// allow: starting an extension on one writes, unguarded, to tables that all others read from.
package xconn

import (
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"sync"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"

	"golive/internal/answer"
)

// ErrNoExtension is returned for a display without one of the extensions asked for.
var ErrNoExtension = errors.New("extension missing")

// answerLimit is how long a display may take to answer.
const answerLimit = 5 * time.Second

// quiet keeps xgb from writing to stderr by itself: its errors come back from the calls.
var quiet = sync.OnceFunc(func() { xgb.Logger = log.New(io.Discard, "", 0) })

// tables guards the tables of xgb against two writers.
var tables sync.Mutex

// Dial connects to the display name ("" means $DISPLAY) and starts extensions, by their X11 names. A program must have
// imported xgb's package of each.
func Dial(name string, extensions ...string) (*xgb.Conn, error) {
	quiet()
	c, err := answer.Within(answerLimit, func() (*xgb.Conn, error) { return xgb.NewConnDisplay(name) }, (*xgb.Conn).Close)
	if err != nil {
		return nil, err
	}
	for _, e := range extensions {
		if err := start(c, e); err != nil {
			c.Close()
			return nil, err
		}
	}
	return c, nil
}

func start(c *xgb.Conn, extension string) error {
	reply, err := xproto.QueryExtension(c, uint16(len(extension)), extension).Reply()
	if err != nil {
		return err
	}
	if !reply.Present {
		return fmt.Errorf("%w: %s", ErrNoExtension, extension)
	}
	c.ExtLock.Lock()
	c.Extensions[extension] = reply.MajorOpcode
	c.ExtLock.Unlock()
	tables.Lock()
	defer tables.Unlock()
	register(&xgb.NewEventFuncs, xgb.NewExtEventFuncs[extension], int(reply.FirstEvent))
	register(&xgb.NewErrorFuncs, xgb.NewExtErrorFuncs[extension], int(reply.FirstError))
	return nil
}

// register adds what a server numbers from first on to one of xgb's tables. Connections read the tables all the time:
// a full one is left alone, and a new one takes the place of the old whole.
func register[F any](table *map[int]F, add map[int]F, first int) {
	missing := false
	for n := range add {
		_, there := (*table)[first+n]
		missing = missing || !there
	}
	if !missing {
		return
	}
	fresh := maps.Clone(*table)
	for n, f := range add {
		fresh[first+n] = f
	}
	*table = fresh
}
