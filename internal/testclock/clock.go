// Package testclock is a clock for tests: it stands until the test sets it.
package testclock

import (
	"sync"
	"time"
)

// Clock tells the time that it was set to last. All methods may be called at once.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// New returns a clock that stands at the time.
func New(at time.Time) *Clock { return &Clock{at: at} }

// Now is what a clock is asked for, like time.Now.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Pass lets time pass; it goes back if d is negative.
func (c *Clock) Pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// Set sets the clock.
func (c *Clock) Set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}
