package ingest

import (
	"fmt"
	"log/slog"
	"sync"
	"time"

	"suhe/assets"
)

const (
	complaintsEach = 3   // lines per device and minute
	complaintsAll  = 100 // lines per minute
	excerptBytes   = 48  // of a payload in a line
)

// complaints tells the log what devices do wrong, a few times a minute per
// device and within bounds for all of them.
type complaints struct {
	log  *slog.Logger
	what string // is refused

	mu      sync.Mutex
	minute  int64
	lines   int
	quiet   int
	devices map[assets.ID]int
}

func newComplaints(log *slog.Logger, what string) *complaints {
	return &complaints{log: log, what: what, devices: map[assets.ID]int{}}
}

// about tells of one mistake, with the beginning of the payload if there is one.
func (c *complaints) about(now time.Time, id assets.ID, err error, payload []byte) {
	quiet, ok := c.admit(now.Unix()/60, id)
	if !ok {
		return
	}
	args := []any{"asset", id, "result", resultOf(err), "err", err}
	if payload != nil {
		args = append(args, "begins", fmt.Sprintf("%q", payload[:min(len(payload), excerptBytes)]))
	}
	if quiet > 0 {
		args = append(args, "suppressed", quiet)
	}
	c.log.Warn(c.what+" refused", args...)
}

// admit says whether one more line may be written, and how many were not since
// the last minute.
func (c *complaints) admit(minute int64, id assets.ID) (quiet int, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if minute != c.minute {
		clear(c.devices)
		c.minute, c.lines = minute, 0
		quiet, c.quiet = c.quiet, 0
	}
	if c.lines == complaintsAll || c.devices[id] == complaintsEach {
		c.quiet++
		return 0, false
	}
	c.devices[id]++
	c.lines++
	return quiet, true
}
