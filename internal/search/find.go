package search

import (
	"bytes"
	"cmp"
	"context"
	"math/bits"
	"slices"
	"sync"
	"unicode/utf8"

	"suhe/internal/access"
)

// What one question looks at.
const (
	maxCounted  = 1 << 16 // things that are counted; once there are more, a segment on, no others are looked at but those that may be what is asked for
	maxVerified = 5_000   // records that are read to count; beyond, pairs of characters count
	maxLists    = 64      // of areas or classes, that spare looking at each thing
)

// Find answers a question of who has the scope and is shown the fields. assets.ErrBusy:
// the index is being built; assets.ErrInvalid: the question is none.
func (x *Index) Find(ctx context.Context, q Query, scope access.Scope, shows access.Fields) (Found, error) {
	a := askings.Get().(*asking)
	defer askings.Put(a)
	if err := x.read(ctx, a, &q, shows); err != nil {
		return Found{}, err
	}
	x.answer(a, scope)
	return x.found(a, scope, shows), nil
}

// read reads the question and waits for the index.
func (x *Index) read(ctx context.Context, a *asking, q *Query, shows access.Fields) error {
	if err := q.check(shows); err != nil {
		return err
	}
	if err := a.begin(q, shows); err != nil {
		return err
	}
	return x.wait(ctx)
}

// answer asks every segment.
func (x *Index) answer(a *asking, scope access.Scope) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	x.prepare(a, scope)
	for _, s := range a.inOrder(x.segments) {
		a.ask(s)
	}
}

// inOrder are the segments in the order in which they are asked: what there is most of,
// which lies in the first, comes last; if something is to be near, the nearest first.
func (a *asking) inOrder(all []*segment) []*segment {
	a.order = append(a.order[:0], all...)
	slices.Reverse(a.order)
	if a.near != nil {
		slices.SortStableFunc(a.order, func(s, o *segment) int {
			return cmp.Compare(a.near.to(&s.around), a.near.to(&o.around))
		})
	}
	return a.order
}

// asking is one question on its way. It is used again.
type asking struct {
	q     *Query
	terms []term
	whole []byte
	first rune   // of whole
	last  rune   // of whole
	mask  uint16 // fields that are searched

	sure   bool           // pairs of characters tell all of the terms
	sureOf [maxTerms]bool // of each term

	timed bool // it is asked when

	severity bool // may order them
	near     *nearness
	box      *box
	from, to uint32 // seconds, [from, to); to 0: for ever
	after    *rank

	passes  []bool     // by number of like: it is seen, and asked for
	within  [][]key    // lists, of which things are in one of each: so that fewer are looked at
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
	order                           []*segment
	common                          []uint16
}

var askings = sync.Pool{New: func() any { return new(asking) }}

// begin reads the question.
func (a *asking) begin(q *Query, shows access.Fields) (err error) {
	*a = asking{
		q: q, mask: shown(shows), severity: shows("severity"), exact: true, sure: true,
		passes: a.passes[:0], words: a.words[:0], counts: a.counts[:0], keys: a.keys, lists: a.lists,
		order: a.order, common: a.common,
		classes: a.classes[:0], areas: a.areas[:0], top: top{most: q.Limit + 1, ranks: a.top.ranks[:0]},
	}
	if a.terms, a.whole, err = parse(q.Text); err != nil {
		return err
	}
	a.first, _ = utf8.DecodeRune(a.whole)
	a.last, _ = utf8.DecodeLastRune(a.whole)
	for i := range a.terms {
		a.sureOf[i] = a.terms[i].sure()
		a.sure = a.sure && a.sureOf[i]
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
	a.timed = a.from > 0 || a.to > 0
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
	a.narrow(fieldArea, x.likes.area, len(x.likes.areas))
	a.narrow(fieldClass, x.likes.class, len(x.likes.classes))
	for t := range a.terms {
		a.classes = append(a.classes, numbersWith(classWords, t))
		a.areas = append(a.areas, numbersWith(areaWords, t))
	}
}

// narrow looks at the lists of few areas or classes alone, if no others pass.
func (a *asking) narrow(f field, of []uint32, all int) {
	passing := make([]bool, all)
	for like, n := range of {
		passing[n] = passing[n] || a.passes[like]
	}
	var keys []key
	for n, passes := range passing {
		if passes {
			keys = append(keys, number(f, uint32(n)))
		}
	}
	if len(keys) < all && len(keys) <= maxLists {
		a.within = append(a.within, keys)
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
func (a *asking) termsIn(record []byte, mask uint16) (found uint8) {
	for i := range a.terms {
		if a.terms[i].in(record, mask) {
			found |= 1 << i
		}
	}
	return found
}

// ask counts and ranks the things of a segment.
func (a *asking) ask(s *segment) {
	a.choose(s)
	among := &a.all
	if a.total >= maxCounted {
		a.exact = false
		among = &a.one
	}
	for w, left := range among {
		if left != 0 {
			a.askBlock(s, w, left)
		}
	}
}

// askBlock counts and ranks things of one block, a bit of each.
func (a *asking) askBlock(s *segment, block int, left uint64) {
	lie := a.lie(&s.blocks[block])
	if lie == outside {
		return
	}
	var best rank // that a thing of the block may have
	if a.near != nil {
		best.distance = a.near.to(&s.blocks[block])
	}
	for ; left != 0; left &= left - 1 {
		i := uint16(block<<6 + bits.TrailingZeros64(left))
		m := s.marks[i]
		switch {
		case !a.passes[m.like()], lie != inside && a.lie(&s.docs[i].box) == outside, a.timed && !a.lasts(s.docs[i].time), !a.sure && !a.has(s, i):
			continue
		}
		a.total++
		a.counts[m.like()]++
		if best.tier, best.severity = a.bestTier(i), a.severityOf(m); !a.top.wants(&best) {
			continue
		}
		r := rank{tier: best.tier, severity: best.severity, fid: s.fids[i]}
		if a.near != nil {
			r.distance = a.near.to(&s.docs[i].box)
		}
		if a.top.wants(&r) {
			a.rank(s.record(i), m.like(), r)
		}
	}
}

// lie is how a box lies to what is asked for.
func (a *asking) lie(b *box) lie {
	if a.box == nil {
		return inside
	}
	return b.to(a.box)
}

// lasts says whether a time is asked for.
func (a *asking) lasts(time uint32) bool { return time >= a.from && (a.to == 0 || time < a.to) }

// has says whether a thing's record, or what is a word for its class or area, has all
// terms. Of too many records it is taken to be so.
func (a *asking) has(s *segment, i uint16) bool {
	if a.verified == maxVerified {
		a.exact = false
		return true
	}
	a.verified++
	record, words := s.record(i), a.words[s.marks[i].like()]
	for t := range a.terms {
		if !a.sureOf[t] && words>>t&1 == 0 && !a.terms[t].in(record, a.mask) {
			return false
		}
	}
	return true
}

// severityOf is a mark's severity in a rank.
func (a *asking) severityOf(m mark) uint8 {
	if a.severity && m.severity() > 0 {
		return m.severity()
	}
	return 5
}

// rank takes a thing that may come among the first; it was counted, and is not any more
// if its record tells that it is not meant.
func (a *asking) rank(record []byte, like uint32, r rank) {
	if r.tier < tierHas || !a.sure {
		var meant bool
		if r.tier, meant = a.judge(record, a.words[like]); !meant {
			a.total--
			a.counts[like]--
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
	case a.titled.has(i) && a.one.has(i):
		return tierIs
	case a.titled.has(i):
		return tierBegins
	case a.text.has(i):
		return tierHas
	}
	return tierOf
}

// judge reads a record: the tier that a thing is of, and whether it is meant at all.
// words are the terms that are words for its class or area.
func (a *asking) judge(record []byte, words uint8) (tier uint8, meant bool) {
	has := a.termsIn(record, a.mask)
	every := uint8(1<<len(a.terms) - 1)
	switch {
	case (has|words)&every != every:
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
