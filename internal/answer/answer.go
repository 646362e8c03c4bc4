// Package answer waits for servers that may never answer, through libraries that cannot be told to stop waiting.
package answer

import (
	"errors"
	"time"
)

// ErrNone is returned when there was no answer in time.
var ErrNone = errors.New("it does not answer")

// Within returns what ask returns, or ErrNone after limit. An answer that comes later is freed; ask itself goes on until
// then.
func Within[T any](limit time.Duration, ask func() (T, error), free func(T)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done, late := make(chan result), make(chan struct{})
	go func() { // ends when the server answers or hangs up
		v, err := ask()
		select {
		case done <- result{v, err}:
		case <-late:
			if err == nil {
				free(v)
			}
		}
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case r := <-done:
		return r.value, r.err
	case <-timer.C:
		close(late)
		var none T
		return none, ErrNone
	}
}
