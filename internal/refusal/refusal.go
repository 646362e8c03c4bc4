// Package refusal has errors that the peer is told: in go a status of HTTP and a sentence, out comes an answer.
package refusal

import (
	"errors"
	"net/http"
)

// An Error is one that the peer is told.
type Error struct {
	Status   int    // of HTTP
	Sentence string // what is wrong, and the way out
}

// New returns a refusal.
func New(status int, sentence string) *Error {
	return &Error{Status: status, Sentence: sentence}
}

// Error implements error.
func (r *Error) Error() string { return r.Sentence }

// Of returns the refusal that err is, or one that blames the request.
func Of(err error) *Error {
	var r *Error
	if errors.As(err, &r) {
		return r
	}
	return New(http.StatusBadRequest, err.Error())
}

// Answer answers a request with what Of returns.
func Answer(w http.ResponseWriter, err error) {
	r := Of(err)
	if r.Status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "5")
	}
	Say(w, r.Status, r.Sentence)
}

// Say answers a request with one sentence.
func Say(w http.ResponseWriter, status int, sentence string) {
	w.Header().Set("Cache-Control", "no-store")
	http.Error(w, sentence, status)
}
