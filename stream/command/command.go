package command

import (
	"encoding/json"
	"fmt"
	"time"

	"suhe/assets"
)

// State is how far a command is; see the package doc.
type State string

// The states.
const (
	Sent          State = "sent"
	Undeliverable State = "undeliverable"
	Accepted      State = "accepted"
	Done          State = "done"
	Failed        State = "failed"
	Refused       State = "refused"
	Timeout       State = "timeout"
)

// final says whether nothing more can come of it.
func (s State) final() bool { return s != Sent && s != Accepted }

// Command is one command to one device.
type Command struct {
	ID        string          `json:"id"`
	Device    assets.ID       `json:"device"`
	Name      string          `json:"name"`
	Arguments json.RawMessage `json:"arguments"`
	By        string          `json:"by"` // who sent it
	Sent      time.Time       `json:"sent"`
	Expires   time.Time       `json:"expires"`
	State     State           `json:"state"`
	Detail    string          `json:"detail,omitempty"`
	Changed   time.Time       `json:"changed"`
}

// At is the command as of now: one that nobody ended in time has timed out.
func (c Command) At(now time.Time) Command {
	if !c.State.final() && !now.Before(c.Expires) {
		c.State, c.Detail, c.Changed = Timeout, "the device did not answer in time", c.Expires
		return c
	}
	return c
}

// Ack is what a device says of a command.
type Ack struct {
	Command string `json:"command"`
	Status  State  `json:"status"` // accepted, done, failed or refused
	Detail  string `json:"detail"`
}

// Next is the command after the answer; false: it changes nothing.
func (c Command) Next(a Ack, now time.Time) (Command, bool) {
	at := c.At(now)
	switch {
	case c.State == Timeout: // told before
		return c, false
	case at.State == Timeout || c.State == Undeliverable && !now.Before(c.Expires):
		late := now.Sub(c.Expires).Round(time.Second)
		at.State, at.Changed = Timeout, now
		at.Detail = fmt.Sprintf("the device answered %s %s too late: %s", a.Status, late, a.Detail)
		return at, true
	case c.State == a.Status, c.State.final() && c.State != Undeliverable:
		return c, false
	}
	c.State, c.Detail, c.Changed = a.Status, a.Detail, now
	return c, true
}
