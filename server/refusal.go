package server

import (
	"errors"
	"net/http"
)

// A refusal is an error that the peer is told: a status of HTTP and a sentence.
type refusal struct {
	status   int
	sentence string
}

func refused(status int, sentence string) *refusal {
	return &refusal{status: status, sentence: sentence}
}

// Error implements error.
func (r *refusal) Error() string { return r.sentence }

// failWith answers with a refusal, or blames the request.
func failWith(w http.ResponseWriter, err error) {
	var r *refusal
	if !errors.As(err, &r) {
		r = refused(http.StatusBadRequest, err.Error())
	}
	if r.status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "5")
	}
	fail(w, r.status, r.sentence)
}
