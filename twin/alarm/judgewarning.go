package alarm

import "time"

// Why the conditions of warnings end.
const (
	whyPast      = "the warning is over"
	whyWithdrawn = "the warning was withdrawn"
)

// heeded is a warning that the judge heeds.
type heeded struct {
	*Warning
	on *Condition // nil: it is not in force
}

// renewWarnings heeds those of another book. What was in force before this judge, or
// by the book before, goes on if it still is.
func (j *Judge) renewWarnings(all []*Warning, now int64) {
	was := j.warnings
	j.warnings = make(map[string]*heeded, len(all))
	for _, w := range all {
		h := &heeded{Warning: w}
		if old := was[w.Name]; old != nil && old.on != nil && old.Title == w.Title && old.Severity == w.Severity && old.Place == w.Place {
			h.on = old.on
			delete(was, w.Name)
		} else if seed := j.seeds[w.key()]; seed != nil {
			is := *seed
			is.rule = w.rule()
			h.on, j.held[is.Key] = &is, &is
		}
		j.warnings[w.Name] = h
	}
	for _, old := range was {
		if old.on != nil {
			j.forget(old, now, whyWithdrawn)
		}
	}
	j.heed(now)
}

// heed lets warnings come into force and be over.
func (j *Judge) heed(now int64) {
	at := time.UnixMilli(now)
	for _, h := range j.warnings {
		switch on := h.On(at); {
		case on && h.on == nil:
			h.on = h.condition(j.locate)
			j.held[h.on.Key] = h.on
			j.turns = append(j.turns, Turn{Condition: h.on, On: true, At: max(h.on.Since, j.started)})
		case !on && h.on != nil:
			j.forget(h, now, whyPast)
		}
	}
}

func (j *Judge) forget(h *heeded, now int64, why string) {
	j.turns = append(j.turns, Turn{Condition: h.on, At: max(now, h.on.Since), Why: why})
	delete(j.held, h.on.Key)
	h.on = nil
}
