package profile

import (
	"strings"

	"golive/secret"
)

// What is stored for a destination is its stream key alone or, since the query of an address may hold a token,
// "?QUERY KEY". No address has a space in it.
const mark, gap = "?", " "

// Hide returns address as a profile may hold it, without its query, and what to store in a secret.Store for it.
func Hide(address string, key secret.Secret) (shown string, hidden secret.Secret) {
	shown, query, _ := strings.Cut(address, "?")
	if query == "" && !strings.HasPrefix(key.Reveal(), mark) {
		return shown, key
	}
	return shown, secret.New(mark + query + gap + key.Reveal())
}

// Reveal is the way back from Hide.
func Reveal(shown string, hidden secret.Secret) (address string, key secret.Secret) {
	rest, ok := strings.CutPrefix(hidden.Reveal(), mark)
	query, plain, both := strings.Cut(rest, gap)
	if !ok || !both {
		return shown, hidden
	}
	if query != "" {
		shown, _, _ = strings.Cut(shown, "?")
		shown += "?" + query
	}
	return shown, secret.New(plain)
}
