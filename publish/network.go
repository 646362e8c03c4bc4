package publish

import (
	"log/slog"
	"net"
	"sync"
	"time"
)

// settleTime is how long the network must be quiet to be looked at: a new lease comes with a dozen changes.
const settleTime = 250 * time.Millisecond

// A routeMonitor tells of changes of links, addresses and routes.
type routeMonitor interface {
	wait() error // for the next change; an error after Close
	Close() error
}

// A networkWatch calls a function when the network of this computer has changed and is quiet again.
type networkWatch struct {
	monitor routeMonitor
	change  func()
	changes chan struct{}
	loops   sync.WaitGroup
}

// watchNetwork begins to watch. Where that is not possible, retries and timeouts do without.
func watchNetwork(change func(), log *slog.Logger) *networkWatch {
	w := &networkWatch{change: change, changes: make(chan struct{}, 1)}
	var err error
	if w.monitor, err = openRoutes(); err != nil {
		log.Debug("changes of the network are not seen", "error", err)
		return w
	}
	w.loops.Go(w.listen)
	w.loops.Go(w.settle)
	return w
}

// listen turns messages into changes until close.
func (w *networkWatch) listen() {
	defer close(w.changes)
	for w.monitor.wait() == nil {
		select {
		case w.changes <- struct{}{}:
		default:
		}
	}
}

// settle waits after each change until there are no more.
func (w *networkWatch) settle() {
	quiet := time.NewTimer(time.Hour)
	quiet.Stop()
	defer quiet.Stop()
	for {
		select {
		case _, open := <-w.changes:
			if !open {
				return
			}
			quiet.Reset(settleTime)
		case <-quiet.C:
			w.change()
		}
	}
}

// close ends the watch. It may be called twice.
func (w *networkWatch) close() {
	if w.monitor != nil {
		w.monitor.Close()
	}
	w.loops.Wait()
}

// source returns the address of this computer from which the kernel would send to a host now; nil when there is no way.
// Nothing is sent.
func source(to net.Addr) net.IP {
	c, err := net.Dial("udp", to.String())
	if err != nil {
		return nil
	}
	defer c.Close()
	return c.LocalAddr().(*net.UDPAddr).IP
}
