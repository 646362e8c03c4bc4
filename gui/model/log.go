package model

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"
)

// maxRecords is how many records a Log keeps, and maxRecord how long one may be, in bytes.
const (
	maxRecords = 2000
	maxRecord  = 2000
)

// A Record is a line of the log.
type Record struct {
	Time  time.Time
	Level slog.Level
	Text  string // message and attributes, in one line
}

// String returns the record as it is copied and reported.
func (r Record) String() string {
	return fmt.Sprintf("%s %-5s %s", r.Time.Format("2006-01-02 15:04:05.000"), r.Level, r.Text)
}

// A Log keeps the newest records for the log window, and passes all on. It is a slog.Handler.
type Log struct {
	next  slog.Handler
	attrs string // of With
	kept  *records
}

type records struct {
	mu    sync.Mutex
	ring  []Record
	count int // that there ever were
}

// NewLog returns a Log that passes records on to next.
func NewLog(next slog.Handler) *Log { return &Log{next: next, kept: &records{}} }

// Enabled implements slog.Handler. Whatever next takes is kept, and what is of interest to a person.
func (l *Log) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelInfo || l.next.Enabled(ctx, level)
}

// Handle implements slog.Handler.
func (l *Log) Handle(ctx context.Context, r slog.Record) error {
	var text strings.Builder
	text.WriteString(r.Message)
	text.WriteString(l.attrs)
	r.Attrs(func(a slog.Attr) bool {
		fmt.Fprintf(&text, " %s=%v", a.Key, a.Value.Resolve())
		return true
	})
	l.kept.add(Record{r.Time, r.Level, oneLine(text.String())})
	if !l.next.Enabled(ctx, r.Level) {
		return nil
	}
	return l.next.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (l *Log) WithAttrs(attrs []slog.Attr) slog.Handler {
	c := *l
	c.next = l.next.WithAttrs(attrs)
	for _, a := range attrs {
		c.attrs += fmt.Sprintf(" %s=%v", a.Key, a.Value.Resolve())
	}
	return &c
}

// WithGroup implements slog.Handler.
func (l *Log) WithGroup(name string) slog.Handler {
	c := *l
	c.next = l.next.WithGroup(name)
	return &c
}

// Records returns the newest records of at least level with filter in them, in any case, oldest first. count is how
// many there ever were: it tells whether there is something new.
func (l *Log) Records(level slog.Level, filter string) (found []Record, count int) {
	filter = strings.ToLower(filter)
	l.kept.mu.Lock()
	defer l.kept.mu.Unlock()
	for _, r := range l.kept.ring {
		if r.Level >= level && strings.Contains(strings.ToLower(r.Text), filter) {
			found = append(found, r)
		}
	}
	return found, l.kept.count
}

func (k *records) add(r Record) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.count++
	if len(k.ring) >= maxRecords {
		k.ring = append(k.ring[:0], k.ring[maxRecords/10:]...)
	}
	k.ring = append(k.ring, r)
}

// oneLine makes a record fit a line of bounded length.
func oneLine(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > maxRecord {
		s = strings.ToValidUTF8(s[:maxRecord], "") + "..."
	}
	return s
}
