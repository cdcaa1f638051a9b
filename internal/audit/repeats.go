package audit

import (
	"encoding/json"
	"sync"
	"time"
)

// repeats bounds what anybody can add to the record by doing one thing over and
// over: the first few times of a window are told one by one, the others are
// counted, and told as one entry when the window ends.
type repeats struct {
	window time.Duration
	each   int // so many of one kind are told one by one in a window
	all    int // and so many of all kinds; 0: no bound
	kinds  int // so many are known at a time
	kindOf func(Entry) kind

	mu    sync.Mutex
	known map[kind]*repeat
	told  int       // of all kinds, since begun
	begun time.Time // when the window of all kinds began
}

// kind is what makes entries alike.
type kind struct {
	who, session, address, what, purpose, incident string

	action  Action
	outcome Outcome
}

// repeat is one kind in its window.
type repeat struct {
	like   Entry
	since  time.Time
	until  time.Time // the last time
	told   int
	counts int // not told one by one
}

// tell says whether the entry is to be told by itself; one that is not was counted.
func (r *repeats) tell(e Entry, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	is := r.find(e, now)
	if now.Sub(r.begun) >= r.window {
		r.begun, r.told = now, 0
	}
	is.until = now
	if is.told >= r.each || r.all > 0 && r.told >= r.all {
		is.counts++
		return false
	}
	is.told++
	r.told++
	return true
}

// missed counts an entry that was to be told by itself, and could not.
func (r *repeats) missed(e Entry, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.find(e, now).counts++
}

// forget takes back that an entry was told by itself.
func (r *repeats) forget(e Entry, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if is := r.find(e, now); is.told > 0 {
		is.told--
	}
}

// find returns what is known of entries like this one. When too many kinds are
// known, the others are one kind.
func (r *repeats) find(e Entry, now time.Time) *repeat {
	k := r.kindOf(e)
	is := r.known[k]
	if is == nil && len(r.known) >= r.kinds {
		e = Entry{Who: "others", Action: e.Action, Outcome: e.Outcome}
		k = kind{action: e.Action, outcome: e.Outcome}
		is = r.known[k]
	}
	if is == nil {
		is = &repeat{like: e, since: now, until: now}
		if r.known == nil {
			r.known = map[kind]*repeat{}
		}
		r.known[k] = is
	}
	return is
}

// over returns the entries of the windows that have ended, or of all windows.
func (r *repeats) over(now time.Time, all bool) (entries []Entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for k, is := range r.known {
		if !all && now.Sub(is.since) < r.window {
			continue
		}
		delete(r.known, k)
		if is.counts == 0 {
			continue
		}
		e := is.like
		e.Detail, _ = json.Marshal(map[string]any{"repeats": is.counts, "since": is.since.UTC(), "until": is.until.UTC()}) // a number and times
		entries = append(entries, e)
	}
	return entries
}
