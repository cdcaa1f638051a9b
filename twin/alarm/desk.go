package alarm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/internal/audit"
	"suhe/internal/docket"
)

// DeskOptions are the settings of a Desk.
type DeskOptions struct {
	Store  Cases
	Locate func(orb.Point) assets.Location
	Now    func() time.Time // default time.Now
}

// Desk is where people act on alarms, on any node.
type Desk struct{ options DeskOptions }

// NewDesk makes a desk.
func NewDesk(o DeskOptions) *Desk {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Desk{o}
}

// Order is what somebody wants to be done.
type Order struct {
	Verb  Verb
	Why   string     // must be told with suppress and false
	Until *time.Time // suppress: when it ends, at most 90 days from now; none: when somebody clears it
	Rev   int64      // the revision that was looked at; 0: whatever it is
}

// Verbs are those that people have.
func Verbs() []Verb { return []Verb{Acknowledge, Suppress, Resume, Confirm, Refute, Clear} }

const maxWhy = 500 // characters

func (o Order) check(now time.Time) error {
	n := utf8.RuneCountInString(o.Why)
	switch {
	case n > maxWhy:
		return invalid("why", n, fmt.Sprintf("at most %d characters", maxWhy))
	case n == 0 && (o.Verb == Suppress || o.Verb == Refute):
		return invalid("why", "", "the reason")
	case o.Until != nil && o.Verb != Suppress:
		return invalid("until", o.Until.Format(time.RFC3339), "none: only suppress has an end")
	case o.Until != nil && (!o.Until.After(now) || o.Until.Sub(now) > maxSilence):
		return invalid("until", o.Until.Format(time.RFC3339), "later than now, at most 90 days")
	}
	return nil
}

// again is how often an order without a revision is tried when others are first.
const again = 5

// Do does the order on the alarm, in the name of who acts, and records it.
// assets.ErrNotFound: there is none; assets.ErrConflict: it has another revision, or
// is in no state for that.
func (d *Desk) Do(ctx context.Context, id assets.ID, o Order) (docket.Case, error) {
	now := d.options.Now().UTC().Truncate(time.Millisecond)
	if err := o.check(now); err != nil {
		return docket.Case{}, err
	}
	for tries := 1; ; tries++ {
		c, err := d.try(ctx, id, o, now)
		if o.Rev != 0 || !errors.Is(err, errMoved) || tries == again {
			return c, err
		}
	}
}

// errMoved says that the alarm changed while it was looked at.
var errMoved = fmt.Errorf("%w: somebody else changed it", assets.ErrConflict)

func (d *Desk) try(ctx context.Context, id assets.ID, o Order, now time.Time) (docket.Case, error) {
	was, err := d.options.Store.Case(ctx, assets.Alarm, id)
	if err != nil {
		return docket.Case{}, err
	}
	if o.Rev != 0 && o.Rev != was.Rev {
		return docket.Case{}, fmt.Errorf("alarm %s: revision %d, and it is in %d: %w", id, o.Rev, was.Rev, errMoved)
	}
	is, err := read(was)
	if err != nil {
		return docket.Case{}, err
	}
	who := audit.From(ctx)
	s := Step{Verb: o.Verb, By: who.Who, At: now, Why: o.Why, Until: o.Until}
	if is, err = is.After(s); err != nil {
		return docket.Case{}, err
	}
	change, err := changeOf(is, was.Rev, s, d.options.Locate)
	if err != nil {
		return docket.Case{}, err
	}
	entry := who.Entry(audit.AlarmStep, "alarm "+string(id)+" "+string(o.Verb), audit.Done)
	all, err := d.options.Store.CommitCases(ctx, []docket.Change{change}, entry)
	if errors.Is(err, assets.ErrConflict) {
		return docket.Case{}, fmt.Errorf("alarm %s: %w", id, errMoved)
	}
	if err != nil {
		return docket.Case{}, err
	}
	return all[0], nil
}

// Replay makes an alarm of its events, as the store keeps them.
func Replay(events []docket.Event) (Alarm, error) {
	var is Alarm
	for _, e := range events {
		var s Step
		err := json.Unmarshal(e.Doc, &s)
		if err == nil {
			is, err = is.After(s)
		}
		if err != nil {
			return is, fmt.Errorf("event %d: %w", e.N, err)
		}
	}
	return is, nil
}
