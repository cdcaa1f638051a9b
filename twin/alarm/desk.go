package alarm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
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
func Verbs() []Verb { return []Verb{Acknowledge, Suppress, Resume, Confirm, Refute, Clear, Promote} }

const maxWhy = 500 // characters

func (o Order) check(now time.Time) error {
	n := utf8.RuneCountInString(o.Why)
	switch {
	case !slices.Contains(Verbs(), o.Verb):
		return invalid("verb", o.Verb, fmt.Sprintf("one of %v", Verbs()))
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
	return d.do(ctx, id, o.Rev, Step{Verb: o.Verb, By: audit.From(ctx).Who, At: now, Why: o.Why, Until: o.Until})
}

// Link says which incident was made of the alarm.
func (d *Desk) Link(ctx context.Context, id, incident assets.ID) error {
	_, err := d.do(ctx, id, 0, Step{Verb: Link, By: Rules, At: d.options.Now().UTC().Truncate(time.Millisecond), Into: incident})
	return err
}

// do takes the step. Without a revision it is tried again when others are first.
func (d *Desk) do(ctx context.Context, id assets.ID, rev int64, s Step) (docket.Case, error) {
	for tries := 1; ; tries++ {
		c, err := d.try(ctx, id, rev, s)
		if rev != 0 || !errors.Is(err, ErrMoved) || tries == again {
			return c, err
		}
	}
}

// ErrMoved says that the alarm is not in the revision that was looked at.
var ErrMoved = fmt.Errorf("%w: somebody else changed it", assets.ErrConflict)

func (d *Desk) try(ctx context.Context, id assets.ID, rev int64, s Step) (docket.Case, error) {
	was, err := d.options.Store.Case(ctx, assets.Alarm, id)
	if err != nil {
		return docket.Case{}, err
	}
	if rev != 0 && rev != was.Rev {
		return docket.Case{}, fmt.Errorf("alarm %s: revision %d, and it is in %d: %w", id, rev, was.Rev, ErrMoved)
	}
	is, err := read(was)
	if err != nil {
		return docket.Case{}, err
	}
	if is, err = is.After(s); err != nil {
		return docket.Case{}, err
	}
	change, err := changeOf(is, was.Rev, s, d.options.Locate)
	if err != nil {
		return docket.Case{}, err
	}
	entry := audit.From(ctx).Entry(audit.AlarmStep, "alarm "+string(id)+" "+string(s.Verb), audit.Done)
	all, err := d.options.Store.CommitCases(ctx, []docket.Change{change}, entry)
	if errors.Is(err, assets.ErrConflict) {
		return docket.Case{}, fmt.Errorf("alarm %s: %w", id, ErrMoved)
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
