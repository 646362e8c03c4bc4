// Package cli is Golive without a window: flags in, a status line for people on stderr, JSON lines for programs on
// stdout. Its names, addresses and exit codes are fixed; scripts rely on them.
package cli

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"golive/capture"
	"golive/encoder"
	"golive/publish"
)

// The exit codes.
const (
	exitDone      = 0
	exitError     = 1 // anything that has no code of its own, such as a port in use
	exitUsage     = 2 // bad usage or profile, or something that Golive does not have yet
	exitDevice    = 3
	exitEncoder   = 4
	exitRefused   = 5 // by every destination
	exitNeverLive = 6 // stopped by --duration with a destination that never went live
)

// A command is one of golive's faces.
type command struct {
	name, summary string
	run           func(*terminal, []string) error
}

func commands() []command {
	return []command{
		{"live", "broadcast without a window", live},
		{"serve", "run the companion server alone", serve},
		{"devices", "list what can be captured", devices},
		{"encoders", "try the video encoders and measure them", encoders},
		{"check", "say whether a broadcast would work here", check},
	}
}

// Run carries out a command line without the program's name and returns the exit code.
func Run(args []string, stdout, stderr io.Writer) int {
	t := &terminal{out: stdout, err: stderr, live: isTerminal(stderr), columns: columns(stderr)}
	t.log = slog.New(slog.NewTextHandler(t, &slog.HandlerOptions{Level: slog.LevelInfo, ReplaceAttr: shortTime}))
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		fmt.Fprint(stdout, usage())
		return exitDone
	}
	if args[0] == encoder.ProbeCommand { // not for people: encoder.Probe asks for it
		return encoder.RunProbe(os.Stdin, stdout, nil)
	}
	for _, c := range commands() {
		if c.name == args[0] {
			return t.finish(c.run(t, args[1:]))
		}
	}
	return t.finish(usageError("golive has no command %q; it has: %s", args[0], commandNames()))
}

func usage() string {
	var b strings.Builder
	b.WriteString("golive [COMMAND]\n\nWithout a command, golive opens its window. The commands:\n\n")
	for _, c := range commands() {
		fmt.Fprintf(&b, "  %-9s %s\n", c.name, c.summary)
	}
	b.WriteString("\ngolive COMMAND --help lists the flags of one.\n")
	return b.String()
}

func commandNames() string {
	var names []string
	for _, c := range commands() {
		names = append(names, c.name)
	}
	return strings.Join(names, ", ")
}

// An exit is an error that knows its exit code.
type exit struct {
	code int
	err  error
}

func (e exit) Error() string { return e.err.Error() }
func (e exit) Unwrap() error { return e.err }

func usageError(format string, args ...any) error {
	return exit{exitUsage, fmt.Errorf(format, args...)}
}

// code returns the exit code that an error means.
func code(err error) int {
	var known exit
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return exitDone
	case errors.As(err, &known):
		return known.code
	case errors.Is(err, capture.ErrBadSpec), errors.Is(err, capture.ErrUnsupported),
		errors.Is(err, publish.ErrBadURL), errors.Is(err, publish.ErrUnsupported), errors.Is(err, publish.ErrCodec),
		errors.Is(err, publish.ErrAudioCodec):
		return exitUsage
	case errors.Is(err, capture.ErrNoDevice):
		return exitDevice
	case errors.Is(err, encoder.ErrNoEncoder):
		return exitEncoder
	case errors.Is(err, publish.ErrRefused):
		return exitRefused
	}
	return exitError
}

// parse reads flags. Its errors name the flag and how to see them all.
func parse(t *terminal, fs *flag.FlagSet, args []string) error {
	fs.SetOutput(io.Discard)
	fs.Usage = func() {}
	err := fs.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(t.out, "golive %s\n\n", fs.Name())
		var flags strings.Builder
		fs.SetOutput(&flags)
		fs.PrintDefaults()
		for line := range strings.Lines(flags.String()) {
			if name, isFlag := strings.CutPrefix(line, "  -"); isFlag {
				line = "  --" + name
			}
			fmt.Fprint(t.out, line)
		}
		return err
	}
	if err != nil {
		words := strings.NewReplacer("flag provided but not defined: -", "there is no flag --", "invalid boolean value", "invalid value", "\" for -", "\" for --", "for flag -", "for --", "argument: -", "argument: --")
		return usageError("%s; golive %s --help lists the flags", words.Replace(err.Error()), fs.Name())
	}
	if fs.NArg() > 0 {
		return usageError("%q is not a flag; golive %s --help lists them", fs.Arg(0), fs.Name())
	}
	return nil
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// Exit says on stderr what went wrong, if anything, and returns the exit code of it.
func Exit(stderr io.Writer, err error) int {
	t := &terminal{err: stderr}
	return t.finish(err)
}
