package alarm

import (
	"context"
	"iter"
	"maps"
	"slices"
	"time"

	"suhe/assets"
	"suhe/twin"
)

// Run judges until ctx ends; then it returns nil, and may be called again. It begins
// when the world tells a batch.
func (e *Engine) Run(ctx context.Context) error {
	for e.idle() {
		select {
		case <-e.wake:
		case <-ctx.Done():
			return nil
		}
	}
	seeds, ok := e.seeds(ctx)
	if !ok {
		return nil
	}
	e.restart()
	r := &run{Engine: e, judge: NewJudge(e.options.Now().UnixMilli(), e.options.Locate, seeds)}
	ticker := time.NewTicker(e.options.Tick)
	defer ticker.Stop()
	for {
		r.step()
		select {
		case <-e.wake:
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// restart forgets what the run before knew.
func (e *Engine) restart() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ready, e.held = false, map[Key]*Condition{}
	e.turns, e.lost = nil, true
}

// idle says whether nothing waits.
func (e *Engine) idle() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.queue) == 0
}

// seeds asks until it is told what held before; false if ctx ended.
func (e *Engine) seeds(ctx context.Context) ([]*Condition, bool) {
	for {
		all, err := e.options.Seeds(ctx)
		if err == nil {
			return all, true
		}
		e.options.Log.Error("it is not known which alarms were open, so nothing is judged yet", "err", err)
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return nil, false
		}
	}
}

// run is an engine that runs.
type run struct {
	*Engine
	judge *Judge
	by    *Book  // that it judges by; nil: it has not yet looked at the world
	shown uint64 // the batch that the world showed when it was looked at: what it changed is known, not what was heard on the way
}

// step judges what waits, and lets time pass. What came before another book is judged
// by the old one.
func (r *run) step() {
	batches, book, behind := r.next()
	now := r.options.Now().UnixMilli()
	if behind {
		r.options.Log.Warn("judging was too far behind: observations were dropped, and the world is looked at as it is")
	}
	if anew := r.by == nil || behind; anew {
		r.shown = r.options.World.Shown()
		r.renew(book, now)
	}
	for i := range batches {
		if batches[i].Shown > r.shown {
			r.learn(batches[i].Changes, len(batches[i].Heard) == 0, now)
		}
		r.take(&batches[i], now)
	}
	if r.by != book {
		r.renew(book, now)
	}
	r.judge.Tick(now)
	r.publish(batches, now)
}

func (r *run) renew(book *Book, now int64) {
	r.judge.Renew(book, r.things(), now)
	r.by = book
}

// next takes what waits.
func (e *Engine) next() (batches []twin.Batch, book *Book, behind bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	batches, behind = e.queue, e.behind
	e.queue, e.waiting, e.behind = nil, 0, false
	return batches, e.book, behind
}

// things are all things that the registry holds.
func (e *Engine) things() iter.Seq[*twin.Thing] {
	return func(yield func(*twin.Thing) bool) {
		for _, kind := range assets.RegisteredKinds() {
			more := true
			e.options.World.Each(kind, func(t *twin.Thing) bool {
				more = yield(t)
				return more
			})
			if !more {
				return
			}
		}
	}
}

// learn takes what things are now. If nothing was heard, what is new of them is news.
func (r *run) learn(changes []twin.Change, silent bool, now int64) {
	for _, c := range changes {
		switch {
		case c.Is == nil:
			r.judge.Remove(c.Was.Asset.FID, now)
		case !c.Is.Asset.Kind.Registered():
		case c.Was == nil || c.Was.Asset != c.Is.Asset || c.Was.State.Service != c.Is.State.Service:
			r.judge.Put(c.Is, now)
		default:
			r.judge.Change(c.Is)
			if silent {
				r.catchUp(c, now)
			}
		}
	}
	for _, c := range changes {
		if c.Is != nil && c.Is.Live != nil && (c.Was == nil || c.Was.Live != c.Is.Live) {
			r.judge.Move(c.Was, c.Is)
		}
	}
}

// take judges what was heard in a batch, in order.
func (r *run) take(b *twin.Batch, now int64) {
	for i := range b.Heard {
		r.judge.Observe(&b.Heard[i], now)
	}
	for i := range b.Findings {
		r.judge.Find(&b.Findings[i], now)
	}
	r.metrics.judged.Add(float64(len(b.Heard)))
}

// catchUp judges what a reload of the world brought: of that only the latest is known.
func (r *run) catchUp(c twin.Change, now int64) {
	if slices.Equal(c.Was.Last, c.Is.Last) {
		return
	}
	for _, o := range c.Is.Last {
		if !slices.Contains(c.Was.Last, o) {
			r.judge.Observe(&twin.Heard{Observation: o, FID: c.Is.Asset.FID, Valid: c.Is.State.Data != twin.Invalid}, now)
		}
	}
}

// publish tells what the judge decided.
func (r *run) publish(batches []twin.Batch, now int64) {
	turns := r.judge.Take()
	e := r.Engine
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.ready {
		e.ready, e.held = true, maps.Clone(r.judge.held)
	}
	for _, t := range turns {
		if t.On {
			e.held[t.Condition.Key] = t.Condition
			e.metrics.begun.Inc()
		} else {
			delete(e.held, t.Condition.Key)
			e.remember(t, now)
		}
	}
	if e.watched {
		if e.turns = append(e.turns, turns...); len(e.turns) > maxTurns {
			e.turns, e.lost = nil, true
		}
	}
	if len(turns) > 0 {
		signal(e.news)
	}
	e.metrics.held.Set(float64(len(e.held)))
	if n := len(batches); n > 0 {
		e.judged = batches[n-1].At
		close(e.moved)
		e.moved = make(chan struct{})
	}
}
