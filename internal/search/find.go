package search

import (
	"bytes"
	"context"
	"sync"
	"unicode/utf8"

	"suhe/internal/access"
)

// What one question looks at.
const (
	maxCounted  = 200_000 // things that the scope sees: of more it says that it is not exact
	maxVerified = 20_000  // records that are read to count; beyond, pairs of characters count
)

// Find answers a question of who has the scope and is shown the fields. assets.ErrBusy:
// the index is being built; assets.ErrInvalid: the question is none.
func (x *Index) Find(ctx context.Context, q Query, scope access.Scope, shows access.Fields) (Found, error) {
	if err := q.check(); err != nil {
		return Found{}, err
	}
	if err := q.CheckShown(shows); err != nil {
		return Found{}, err
	}
	a := askings.Get().(*asking)
	defer askings.Put(a)
	if err := a.begin(&q, shows); err != nil {
		return Found{}, err
	}
	if err := x.wait(ctx); err != nil {
		return Found{}, err
	}
	x.answer(a, scope)
	return x.found(a, scope, shows), nil
}

// answer asks every segment.
func (x *Index) answer(a *asking, scope access.Scope) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	x.prepare(a, scope)
	for _, s := range x.segments {
		if !a.ask(s) {
			a.exact = false
			return
		}
	}
}

// asking is one question on its way. It is used again.
type asking struct {
	q     *Query
	terms []term
	whole []byte
	first rune   // of whole
	last  rune   // of whole
	mask  uint16 // fields that are searched
	sure  bool   // pairs of characters tell all of the terms

	severity bool // may order them
	near     *nearness
	box      *[4]uint32
	from, to uint32 // seconds, [from, to); to 0: for ever
	after    *rank

	passes  []bool     // by number of like: it is seen, and asked for
	words   []uint8    // by number of like: the terms that are words for its class or area
	classes [][]uint32 // of each term, numbers of classes that have it
	areas   [][]uint32

	top      top
	counts   []int32 // by number of like
	total    int
	verified int
	exact    bool

	all, text, titled, one, scratch set
	keys                            []key
	lists                           []list
}

var askings = sync.Pool{New: func() any { return new(asking) }}

// begin reads the question.
func (a *asking) begin(q *Query, shows access.Fields) (err error) {
	*a = asking{
		q: q, mask: shown(shows), severity: shows("severity"), exact: true, sure: true,
		passes: a.passes[:0], words: a.words[:0], counts: a.counts[:0], keys: a.keys, lists: a.lists,
		classes: a.classes[:0], areas: a.areas[:0], top: top{most: q.Limit + 1, ranks: a.top.ranks[:0]},
	}
	if a.terms, a.whole, err = parse(q.Text); err != nil {
		return err
	}
	a.first, _ = utf8.DecodeRune(a.whole)
	a.last, _ = utf8.DecodeLastRune(a.whole)
	for i := range a.terms {
		a.sure = a.sure && a.terms[i].sure()
	}
	if q.Near != nil {
		a.near = newNearness(*q.Near)
	}
	if q.Box != nil {
		box := fixedBox(*q.Box)
		a.box = &box
	}
	if !q.From.IsZero() {
		a.from = seconds(q.From.Unix())
	}
	if !q.To.IsZero() {
		a.to = max(1, seconds(q.To.Unix()))
	}
	if q.After != "" {
		r, err := parseRank(q.After)
		if err != nil {
			return err
		}
		a.after = &r
	}
	return nil
}

// prepare finds out what is seen and asked for of what things have in common, and of
// which classes and areas the terms are words. The caller holds the lock.
func (x *Index) prepare(a *asking, scope access.Scope) {
	n := len(x.likes.all)
	classWords, areaWords := x.classWords(a), x.areaWords(a, scope)
	for i := range n {
		l := &x.likes.all[i]
		a.passes = append(a.passes, a.q.passes(l) && scope.SeesFacet(l.facet))
		a.words = append(a.words, classWords[x.likes.class[i]]|areaWords[x.likes.area[i]])
		a.counts = append(a.counts, 0)
	}
	for t := range a.terms {
		a.classes = append(a.classes, numbersWith(classWords, t))
		a.areas = append(a.areas, numbersWith(areaWords, t))
	}
}

// numbersWith are the places of those that have the bit.
func numbersWith(masks []uint8, bit int) (out []uint32) {
	for i, m := range masks {
		if m>>bit&1 != 0 {
			out = append(out, uint32(i))
		}
	}
	return out
}

// classWords are, of each class, the terms that are words for it.
func (x *Index) classWords(a *asking) []uint8 {
	masks := make([]uint8, len(x.likes.words))
	for i, record := range x.likes.words {
		masks[i] = a.termsIn(record, everyField)
	}
	return masks
}

// areaWords are, of each area code, the terms that are words for an area that is seen.
func (x *Index) areaWords(a *asking, scope access.Scope) []uint8 {
	masks := make([]uint8, len(x.likes.areas))
	const names = 1<<fieldName | 1<<fieldNameEn | 1<<fieldPinyin | 1<<fieldInitials
	for fid, code := range x.areas {
		i, known := x.likes.areas[code]
		if !known {
			continue // nothing is in it
		}
		at := x.places[fid]
		s := x.segments[at.segment]
		if scope.SeesFacet(x.likes.all[s.marks[at.doc].like()].facet) {
			masks[i] |= a.termsIn(s.record(at.doc), a.mask&names)
		}
	}
	return masks
}

const everyField = 1<<fields - 1

// termsIn are the terms that are in one of the fields of the record, a bit of each.
func (a *asking) termsIn(record []byte, mask uint16) (bits uint8) {
	for i := range a.terms {
		if a.terms[i].in(record, mask) {
			bits |= 1 << i
		}
	}
	return bits
}

// ask counts and ranks the things of a segment; false: it did not come to the end.
func (a *asking) ask(s *segment) bool {
	a.choose(s)
	return a.all.each(func(i uint16) bool {
		m := s.marks[i]
		like := m.like()
		if !a.passes[like] || !a.lies(s, i) {
			return true
		}
		if a.total == maxCounted {
			return false
		}
		a.consider(s, i, m)
		return true
	})
}

// lies says whether a thing is where and when it is asked for.
func (a *asking) lies(s *segment, i uint16) bool {
	if a.box == nil && a.from == 0 && a.to == 0 {
		return true
	}
	d := &s.docs[i]
	if b := a.box; b != nil && (d.box[0] > b[2] || d.box[2] < b[0] || d.box[1] > b[3] || d.box[3] < b[1]) {
		return false
	}
	return d.time >= a.from && (a.to == 0 || d.time < a.to)
}

// consider counts a thing that may be meant, and ranks it if it comes among the first.
func (a *asking) consider(s *segment, i uint16, m mark) {
	r := rank{tier: a.bestTier(i), severity: 5, fid: s.fids[i]}
	if a.severity && m.severity() > 0 {
		r.severity = m.severity()
	}
	if a.near != nil {
		r.distance = a.near.to(&s.docs[i].box)
	}
	judged := false
	if !a.sure {
		if a.verified < maxVerified {
			a.verified++
			judged = true
			var meant bool
			if r.tier, meant = a.judge(s.record(i), m.like()); !meant {
				return
			}
		} else {
			a.exact = false
		}
	}
	a.total++
	a.counts[m.like()]++
	if !a.top.wants(&r) {
		return
	}
	if !judged && (!a.sure || r.tier < tierHas) {
		var meant bool
		if r.tier, meant = a.judge(s.record(i), m.like()); !meant {
			a.total--
			a.counts[m.like()]--
			return
		}
	}
	if (a.after == nil || compareRanks(r, *a.after) > 0) && a.top.wants(&r) {
		a.top.add(r)
	}
}

// bestTier is the best that a thing may be of, as far as posting lists tell.
func (a *asking) bestTier(i uint16) uint8 {
	switch {
	case len(a.terms) == 0:
		return tierHas
	case a.one.has(i):
		return tierIs
	case a.titled.has(i):
		return tierBegins
	case a.text.has(i):
		return tierHas
	}
	return tierOf
}

// judge reads a record: the tier that a thing is of, and whether it is meant at all.
func (a *asking) judge(record []byte, like uint32) (tier uint8, meant bool) {
	has := a.termsIn(record, a.mask)
	every := uint8(1<<len(a.terms) - 1)
	switch {
	case (has|a.words[like])&every != every:
		return 0, false
	case has != every:
		return tierOf, true
	}
	tier = tierHas
	eachField(record, func(f field, text []byte) bool {
		if a.mask&titles>>f&1 != 0 && bytes.HasPrefix(text, a.whole) {
			tier = tierBegins
			if len(text) == len(a.whole) {
				tier = tierIs
			}
		}
		return tier != tierIs
	})
	return tier, true
}
