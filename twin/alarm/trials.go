package alarm

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/twin"
)

// Readings is history, as far as Trials read it; see twin.History.
type Readings interface {
	Readings(ctx context.Context, id assets.ID, phenomenon string, from, to time.Time, limit int) ([]twin.Observation, error)
}

// TrialOptions are the settings of Trials. All are needed.
type TrialOptions struct {
	World      World
	History    Readings
	Locate     func(orb.Point) assets.Location
	Phenomenon func(string) (twin.Rule, bool) // as the world's
}

// Trials try rules on what was, before anybody saves them: by the judge that judges what
// is, by a clock that runs through the past. Nothing comes of it. All methods may be
// called at once.
type Trials struct {
	options TrialOptions
	places  chan struct{}
}

// The bounds of a trial.
const (
	MaxTrial    = 7 * 24 * time.Hour
	trialsAt    = 2                // at once on a node: each takes a processor
	trialTakes  = 20 * time.Second // of the clock on the wall
	trialReads  = 3_000_000        // observations, all in all
	trialReads1 = 200_000          // of one thing
	trialFinds  = 20_000           // conditions
	trialTells  = 200              // alarms
	lingers     = 30 * time.Second // as a keeper's do
)

// Trial is what is to be tried: a rule on the time [From, To), whole seconds, at most
// MaxTrial long.
type Trial struct {
	Rule     *Rule
	From, To time.Time
	Sees     func(*assets.Asset) bool // the things that it is tried on; nil: all
}

// Tried is what a rule would have done.
type Tried struct {
	From       time.Time  `json:"from"`
	To         time.Time  `json:"to"`
	Things     int        `json:"things"`          // that it is about
	Judged     int        `json:"judged"`          // of these; fewer if a bound was reached
	Bound      string     `json:"bound,omitempty"` // which: time, readings, conditions
	Readings   int        `json:"readings"`        // observations that were judged
	Conditions int        `json:"conditions"`      // that began in the time
	Raised     int        `json:"raised"`          // alarms, in the time
	Before     int        `json:"before"`          // alarms of before that were open when it began
	Days       []TriedDay `json:"days"`            // of the calendar of Shanghai, also those on which nothing was raised
	Alarms     []*WouldBe `json:"alarms"`          // newest first, at most 200
}

// TriedDay counts the alarms of a day.
type TriedDay struct {
	Day    string `json:"day"`
	Raised int    `json:"raised"`
}

// NewTrials makes a place for trials.
func NewTrials(o TrialOptions) *Trials { return &Trials{o, make(chan struct{}, trialsAt)} }

// Try tries a rule. assets.ErrInvalid: it is of a kind that is not tried, or the time is
// none; assets.ErrBusy: others are trying. A rule that is off is tried as if it were on.
func (t *Trials) Try(ctx context.Context, is Trial) (*Tried, error) {
	if err := is.check(); err != nil {
		return nil, err
	}
	select {
	case t.places <- struct{}{}:
		defer func() { <-t.places }()
	default:
		return nil, fmt.Errorf("%w: %d rules are being tried, as many as may be at once", assets.ErrBusy, trialsAt)
	}
	rule := *is.Rule
	rule.Off = false
	out := &Tried{From: is.From.In(shanghai), To: is.To.In(shanghai)}
	turns, err := t.run(ctx, &rule, is, out)
	if err != nil {
		return nil, fmt.Errorf("try rule %s: %w", rule.Name, err)
	}
	slices.SortStableFunc(turns, func(a, b timed) int { return cmp.Or(cmp.Compare(a.now, b.now), after(a.heard, b.heard)) })
	out.tell(turns, wouldBeOf(turns, lingers, is.To.UnixMilli()-1))
	return out, nil
}

// after orders what was heard after what was not.
func after(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

func (t Trial) check() error {
	switch t.Rule.Kind {
	case Threshold, Rate, Stuck, Stale, Missing:
	default:
		return invalid("kind", t.Rule.Kind, fmt.Sprintf("one that can be tried: %v", []Kind{Threshold, Rate, Stuck, Stale, Missing}))
	}
	if length := t.To.Sub(t.From); length <= 0 || length > MaxTrial {
		return invalid("from", t.From.Format(time.RFC3339), fmt.Sprintf("before to %s, by at most %v", t.To.Format(time.RFC3339), MaxTrial))
	}
	return nil
}

// run lets the judge hear all things that the rule is about, one after the other.
func (t *Trials) run(ctx context.Context, rule *Rule, is Trial, out *Tried) (turns []timed, err error) {
	book := NewBook([]*Rule{rule}, nil)
	begin := is.From.Add(-rule.memory())
	r := &replay{book: book, locate: t.options.Locate, phenomenon: t.options.Phenomenon, from: begin.UnixMilli(), to: is.To.UnixMilli(), scheduled: rule.Schedule != nil}
	of := rule.Phenomenon
	if rule.Kind == Missing {
		of = "" // whatever it is, something was heard
	}
	things := t.things(book, is.Sees)
	out.Things = len(things)
	within, cancel := context.WithTimeout(ctx, trialTakes)
	defer cancel()
	for _, thing := range things {
		limit := min(trialReads1, trialReads-out.Readings)
		if limit <= 0 {
			out.Bound = "readings"
			return turns, nil
		}
		heard, err := t.options.History.Readings(within, thing.Asset.ID, of, begin, is.To, limit)
		if within.Err() != nil && ctx.Err() == nil {
			out.Bound = "time"
			return turns, nil
		}
		if err != nil {
			return nil, err
		}
		turns = append(turns, r.hear(thing, heard)...)
		out.Readings, out.Judged = out.Readings+len(heard), out.Judged+1
		if len(heard) == limit {
			out.Bound = "readings" // the oldest of it were not read
		}
		if len(turns) > trialFinds {
			out.Bound = "conditions"
			return turns, nil
		}
	}
	return turns, ctx.Err()
}

// things are those that some check of the book's rule is about, in order of number.
func (t *Trials) things(book *Book, sees func(*assets.Asset) bool) []*twin.Thing {
	var out []*twin.Thing
	j := NewJudge(0, t.options.Locate, nil)
	j.Renew(book, func(func(*twin.Thing) bool) {}, 0)
	t.options.World.Each(assets.Sensor, func(thing *twin.Thing) bool {
		if sees == nil || sees(thing.Asset) {
			own := &subject{thing: thing}
			if j.enlist(own, j.about(thing.Asset), nil); len(own.checks) > 0 {
				out = append(out, thing)
			}
		}
		return true
	})
	slices.SortFunc(out, func(a, b *twin.Thing) int { return cmp.Compare(a.Asset.FID, b.Asset.FID) })
	return out
}

// memory is how long before the first moment of a time a judge must have begun to know
// what it would know then.
func (r *Rule) memory() time.Duration {
	longest := max(r.For, r.Over, r.Within, r.After)
	for _, o := range r.Overrides {
		for _, own := range []*Span{o.For, o.After} {
			if own != nil {
				longest = max(longest, *own)
			}
		}
	}
	return max(time.Hour, time.Duration(longest)).Truncate(time.Second)
}

// tell counts what would be, and lists the newest.
func (t *Tried) tell(turns []timed, all []*WouldBe) {
	for i := range turns {
		if turns[i].On && turns[i].now >= t.From.UnixMilli() {
			t.Conditions++
		}
	}
	all = slices.DeleteFunc(all, func(w *WouldBe) bool { return w.Over != nil && w.Over.Before(t.From) })
	byDay := map[string]int{}
	for _, w := range all {
		if w.Raised.Before(t.From) {
			t.Before++
			continue
		}
		t.Raised++
		byDay[w.Raised.Format(time.DateOnly)]++
	}
	t.Days = []TriedDay{}
	last := t.To.Add(-time.Millisecond).Format(time.DateOnly)
	for day := t.From; ; day = day.AddDate(0, 0, 1) {
		name := day.Format(time.DateOnly)
		t.Days = append(t.Days, TriedDay{name, byDay[name]})
		if name == last {
			break
		}
	}
	slices.Reverse(all)
	t.Alarms = all[:min(len(all), trialTells)]
	if t.Alarms == nil {
		t.Alarms = []*WouldBe{}
	}
}
