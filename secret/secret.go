// Package secret holds what must never be shown: stream keys, tokens, passphrases. It is a leaf: it imports nothing of
// ours.
package secret

import (
	"fmt"
	"log/slog"
)

const hidden = "***"

// A Secret prints as *** everywhere: fmt, slog, JSON, TOML. Reveal is the one way to its value.
type Secret struct{ value string }

// New returns the Secret of value.
func New(value string) Secret { return Secret{value} }

// Reveal returns the value, for the wire and for the keyring.
func (s Secret) Reveal() string { return s.value }

// Empty says whether there is none.
func (s Secret) Empty() bool { return s.value == "" }

// String implements fmt.Stringer.
func (s Secret) String() string { return hidden }

// Format implements fmt.Formatter, for every verb.
func (s Secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, hidden) }

// LogValue implements slog.LogValuer.
func (s Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText implements encoding.TextMarshaler, which JSON and TOML use.
func (s Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }
