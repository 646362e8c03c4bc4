package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// script returns the path of a program made of lines of shell.
func script(t *testing.T, lines string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "golive")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+lines), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRunLeadsToDisplayAndSound(t *testing.T) {
	golive := script(t, `
		[ "$1 $2 $3" = "live --video screen:0" ] && [ "$8 $9" = "--stats json" ] || exit 3
		xwininfo -root | grep -q "Width: 1280" || exit 4
		pactl list sink-inputs | grep -q "Sample Specification: s16le 2ch 48000Hz" || exit 5
		exit 7`)
	code, err := run(t.Context(), golive, []string{"--stats", "json"})
	if code != 7 || err != nil {
		t.Errorf("exit code %d, %v", code, err)
	}
}

func TestRunEndsWithContext(t *testing.T) {
	ready := filepath.Join(t.TempDir(), "ready")
	for name, test := range map[string]struct {
		lines string
		code  int
		fails bool
	}{
		"when asked":     {"trap 'exit 0' INT; touch " + ready + "; while :; do sleep 0.1; done", 0, false},
		"not when asked": {"trap '' INT; touch " + ready + "; while :; do sleep 0.1; done", 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			os.Remove(ready)
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			watched := make(chan struct{})
			go func() { // ends when the script has started, or with ctx
				defer close(watched)
				for tick := time.Tick(20 * time.Millisecond); ctx.Err() == nil; <-tick {
					if _, err := os.Stat(ready); err == nil {
						cancel()
					}
				}
			}()
			code, err := run(ctx, script(t, test.lines), nil)
			cancel()
			<-watched
			if code != test.code || (err != nil) != test.fails {
				t.Errorf("exit code %d, %v", code, err)
			}
		})
	}
}
