package testrig

import (
	"os"
	"testing"
	"time"
)

// SoakLength returns for how long a long test is to run: what GOLIVE_SOAK says, or short without it.
func SoakLength(t testing.TB, short time.Duration) time.Duration {
	t.Helper()
	soak := os.Getenv("GOLIVE_SOAK")
	if soak == "" {
		return short
	}
	length, err := time.ParseDuration(soak)
	if err != nil {
		t.Fatal(err)
	}
	return length
}
