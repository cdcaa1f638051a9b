package incident

import (
	"context"
	"errors"

	"suhe/assets"
)

// Tick tells of each clock that has turned yellow or red since it was told, by the
// same door as people, and does what the class says of what is past due. An incident
// of which it cannot is told at the next tick; the error names all of them.
func (d *Desk) Tick(ctx context.Context) error {
	var due []told
	now := d.o.Now()
	for in := range d.o.Open() {
		for _, k := range in.Clocks {
			if !k.Running() || k.stands() {
				continue
			}
			if r := d.o.Tables.Calendar.Read(k, now); r.Colour.worse(k.Told) {
				due = append(due, told{in, k.Step, r.Colour})
			}
		}
	}
	var wrong []error
	for _, t := range due {
		if err := d.tell(ctx, t); err != nil && !errors.Is(err, assets.ErrConflict) {
			wrong = append(wrong, err)
		}
		if ctx.Err() != nil {
			break
		}
	}
	return errors.Join(wrong...)
}

// told is a clock to tell of.
type told struct {
	in     Incident
	step   Step
	colour Colour
}

func (d *Desk) tell(ctx context.Context, t told) error {
	verb := Remind
	if t.colour == Red {
		verb = Overdue
	}
	in, err := d.act(ctx, t.in.ID, Action{Verb: verb, Who: Clerk(), own: &Own{Step: t.step, Told: t.colour}}, t.in.Rev)
	if err != nil || verb != Overdue || t.step != StepHandle {
		return err
	}
	switch {
	case in.Terms.Overdue == Supervise && in.Task.Supervised == "",
		in.Terms.Overdue == Escalate && in.Task.Level.above() != "":
		_, err = d.Do(ctx, Clerk(), in.ID, in.Terms.Overdue, Ask{Reason: "handling is past due"}, in.Rev)
	}
	return err
}
