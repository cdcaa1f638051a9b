package bus

import (
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"
)

// sinkRate is how many lines a second the broker may write to the log: a client
// that misbehaves in a loop must not fill the disk.
const sinkRate = 10

// sink takes the embedded broker's log lines. What the broker calls an error is
// mostly a client's mistake, so it is a warning here.
type sink struct {
	log    *slog.Logger
	failed func(error) // hears that a stream takes nothing any more

	mu     sync.Mutex
	death  error
	second int64
	lines  int
	quiet  int
}

func newSink(log *slog.Logger, failed func(error)) *sink {
	return &sink{log: log.With("part", "broker"), failed: failed}
}

// The words with which the broker gives a stream up: after a failed write it
// refuses every other until it is started again.
var givenUp = [...]string{"Critical write error", "will be DISABLED"}

// fatal returns what the broker could not live with, or nil.
func (s *sink) fatal() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.death
}

// Fatalf remembers instead of ending the process.
func (s *sink) Fatalf(format string, v ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.death == nil {
		s.death = fmt.Errorf(format, v...)
	}
}

func (s *sink) Errorf(format string, v ...any) {
	s.warn(format, v)
	for _, words := range givenUp {
		if strings.Contains(format, words) {
			s.failed(fmt.Errorf(format, v...))
			return
		}
	}
}

func (s *sink) Warnf(format string, v ...any)   { s.warn(format, v) }
func (s *sink) Noticef(format string, v ...any) { s.log.Debug(fmt.Sprintf(format, v...)) }
func (s *sink) Debugf(string, ...any)           {}
func (s *sink) Tracef(string, ...any)           {}

func (s *sink) warn(format string, v []any) {
	quiet, ok := s.admit(time.Now().Unix())
	if !ok {
		return
	}
	line := fmt.Sprintf(format, v...)
	if quiet > 0 {
		s.log.Warn(line, "suppressed", quiet)
		return
	}
	s.log.Warn(line)
}

// admit says whether one more line fits into the second, and how many did not
// since the last one that did.
func (s *sink) admit(second int64) (quiet int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if second != s.second {
		s.second, s.lines = second, 0
	}
	if s.lines == sinkRate {
		s.quiet++
		return 0, false
	}
	s.lines++
	quiet, s.quiet = s.quiet, 0
	return quiet, true
}
