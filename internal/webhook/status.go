package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"suhe/assets"
	"suhe/internal/bus"
)

// The results of messages.
const (
	Delivered = "delivered"
	Retrying  = "retrying"
	Failed    = "failed"  // not taken within Patience
	Dropped   = "dropped" // not to be told any more
)

// Status is how a hook fares.
type Status struct {
	Delivered uint64 `json:"delivered"`
	Failed    uint64 `json:"failed"`
	Dropped   uint64 `json:"dropped"`
	Last      *Try   `json:"last,omitempty"`
}

// Try is what became of a message at last.
type Try struct {
	ID       string    `json:"id"`
	At       time.Time `json:"at"`
	Result   string    `json:"result"`
	Attempts int       `json:"attempts"`
	Why      string    `json:"why,omitempty"`
}

// with is the status after another try.
func (s Status) with(t Try) Status {
	switch t.Result {
	case Delivered:
		s.Delivered++
	case Failed:
		s.Failed++
	case Dropped:
		s.Dropped++
	}
	s.Last = &t
	return s
}

func statusKey(hook string) string { return "hook." + hook }

// status reads how a hook fares.
func (d *Desk) status(ctx context.Context, hook string) (s Status, err error) {
	_, err = d.kept(ctx, statusKey(hook), &s)
	return s, err
}

// kept reads an entry of the table into v, which it leaves as it is if there is none.
// An error wraps assets.ErrBusy.
func (d *Desk) kept(ctx context.Context, key string, v any) (revision uint64, err error) {
	e, err := d.o.Table.Get(ctx, key)
	if errors.Is(err, bus.ErrNone) {
		return 0, nil
	}
	if err == nil {
		err = json.Unmarshal(e.Value, v)
	}
	if err != nil {
		return 0, fmt.Errorf("%w: webhooks: %w", assets.ErrBusy, err)
	}
	return e.Revision, nil
}

// tell keeps what became of a message; that it cannot keeps nobody from being told.
func (d *Desk) tell(ctx context.Context, hook string, t Try) {
	d.results.WithLabelValues(t.Result).Inc()
	var s Status
	revision, err := d.kept(ctx, statusKey(hook), &s)
	if err == nil {
		_, err = d.o.Table.Put(ctx, statusKey(hook), textOf(s.with(t)), revision)
	}
	if err != nil && ctx.Err() == nil {
		d.o.Log.Warn("how a webhook fares is not kept", "hook", hook, "err", err)
	}
}

// textOf is the JSON of what is sure to have some.
func textOf(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return text
}
