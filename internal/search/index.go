package search

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// World is what the index is built from.
type World interface {
	Each(kind assets.Kind, yield func(*twin.Thing) bool)
	ByFID(fid assets.FID) *twin.Thing
}

// Options are the settings of an Index. World must be set.
type Options struct {
	World World
	Names func(kind assets.Kind, class string) (zh, en string) // of a class; nil: none has one
}

// Index is the things of a world by their words. It is a twin.Sink; Run builds it. All
// methods may be called at once.
type Index struct {
	options Options
	likes   *likes

	begun chan struct{} // closed by the first batch: the world is there
	begin sync.Once
	built chan struct{} // closed when questions are answered

	mu       sync.RWMutex
	ready    bool
	missed   map[assets.FID]struct{} // changed while the index was built
	segments []*segment
	places   map[assets.FID]place
	areas    map[assets.FID]string // the codes of areas
}

// place is where a thing lies in the index.
type place struct {
	segment uint32
	doc     uint16
}

// New makes an index that is empty until Run has built it.
func New(o Options) *Index {
	if o.Names == nil {
		o.Names = func(assets.Kind, string) (zh, en string) { return "", "" }
	}
	return &Index{
		options: o, likes: newLikes(o.Names), begun: make(chan struct{}), built: make(chan struct{}),
		missed: map[assets.FID]struct{}{}, places: map[assets.FID]place{}, areas: map[assets.FID]string{},
	}
}

// Took implements twin.Sink: it takes the changes, or notes them for Run. Changes of
// values alone cost nothing.
func (x *Index) Took(b twin.Batch) {
	x.begin.Do(func() { close(x.begun) })
	if !slices.ContainsFunc(b.Changes, matters) {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, c := range b.Changes {
		if !matters(c) {
			continue
		}
		fid := fidOf(c)
		if x.ready {
			x.become(fid, c.Is)
		} else {
			x.missed[fid] = struct{}{}
		}
	}
}

func fidOf(c twin.Change) assets.FID {
	if c.Is != nil {
		return c.Is.Asset.FID
	}
	return c.Was.Asset.FID
}

// matters says whether the index tells of what changed.
func matters(c twin.Change) bool {
	return c.Was == nil || c.Is == nil || c.Was.Asset != c.Is.Asset || c.Was.Live != c.Is.Live ||
		c.Was.Severity != c.Is.Severity || c.Was.State != c.Is.State
}

// become makes the thing of fid what it is now: nil if it is gone.
func (x *Index) become(fid assets.FID, is *twin.Thing) {
	at, known := x.places[fid]
	if is == nil {
		if known {
			x.take(fid, at)
		}
		return
	}
	like, record := x.likes.number(likeOf(is)), appendRecord(nil, is.Asset)
	e := entryOf(is, like)
	if known {
		s := x.segments[at.segment]
		if x.alike(s.marks[at.doc].like(), like) && bytes.Equal(s.record(at.doc), record) {
			s.renew(at.doc, e)
			x.learn(is)
			return
		}
		x.take(fid, at)
	}
	at.segment = x.roomy()
	at.doc = x.segments[at.segment].put(e, record, x.likes)
	x.places[fid] = at
	x.learn(is)
}

// alike says whether two likes lie in the same posting lists.
func (x *Index) alike(a, b uint32) bool {
	if a == b {
		return true
	}
	classA, areaA := x.likes.places(a)
	classB, areaB := x.likes.places(b)
	return classA == classB && areaA == areaB
}

func (x *Index) take(fid assets.FID, at place) {
	x.segments[at.segment].take(at.doc, x.likes)
	delete(x.places, fid)
	delete(x.areas, fid)
}

// roomy is the number of a segment that is not full: of the last one, mostly.
func (x *Index) roomy() uint32 {
	for i := len(x.segments) - 1; i >= 0; i-- {
		if !x.segments[i].full() {
			return uint32(i)
		}
	}
	x.segments = append(x.segments, newSegment())
	return uint32(len(x.segments) - 1)
}

// learn notes the code of an area.
func (x *Index) learn(t *twin.Thing) {
	if t.Asset.Kind != assets.Area {
		return
	}
	code := t.Asset.Properties.Text("code")
	if code == "" {
		code = string(t.Asset.ID)
	}
	x.areas[t.Asset.FID] = code
}

// Run builds the index when the world has begun, unless it is built. It is called
// beside World.Run, by one at a time.
func (x *Index) Run(ctx context.Context) error {
	select {
	case <-x.begun:
	case <-x.built:
	case <-ctx.Done():
		return nil
	}
	x.mu.RLock()
	ready := x.ready
	x.mu.RUnlock()
	if ready {
		return nil
	}
	parts := x.parts()
	segments := make([]*segment, len(parts))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, part := range parts {
		group.Go(func() error {
			if ctx.Err() == nil {
				segments[i] = x.segment(part)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil || slices.Contains(segments, nil) {
		return err // nil: ctx ended
	}
	x.open(parts, segments)
	return nil
}

// parts are the things that are to be in a segment each. What there is most of comes
// first: it is looked at last. Of each kind what lies side by side comes side by side, so
// that who asks for a place need not look at all.
func (x *Index) parts() (parts [][]*twin.Thing) {
	var all []*twin.Thing
	most := []assets.Kind{assets.Fixture, assets.Building}
	for _, kind := range slices.Concat(most, slices.DeleteFunc(assets.Kinds(), func(k assets.Kind) bool { return slices.Contains(most, k) })) {
		from := len(all)
		x.options.World.Each(kind, func(t *twin.Thing) bool {
			all = append(all, t)
			return true
		})
		sortByPlace(all[from:])
	}
	for part := range slices.Chunk(all, segmentSize) {
		parts = append(parts, part)
	}
	return parts
}

// sortByPlace puts things in the order of a curve through the plane.
func sortByPlace(things []*twin.Thing) {
	type placed struct {
		cell  uint64
		thing *twin.Thing
	}
	all := make([]placed, len(things))
	for i, t := range things {
		all[i] = placed{geo.Curve(t.Anchor), t}
	}
	slices.SortStableFunc(all, func(a, b placed) int { return cmp.Compare(a.cell, b.cell) })
	for i, p := range all {
		things[i] = p.thing
	}
}

// segment makes the segment of some things.
func (x *Index) segment(things []*twin.Thing) *segment {
	s := newSegment()
	s.marks, s.fids, s.docs = make([]mark, 0, len(things)), make([]assets.FID, 0, len(things)), make([]doc, 0, len(things))
	var record []byte
	for _, t := range things {
		record = appendRecord(record[:0], t.Asset)
		s.put(entryOf(t, x.likes.number(likeOf(t))), record, x.likes)
	}
	s.pack()
	return s
}

// open lets questions in, once what changed meanwhile is taken.
func (x *Index) open(parts [][]*twin.Thing, segments []*segment) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.segments = segments
	for i, part := range parts {
		for k, t := range part {
			x.places[t.Asset.FID] = place{uint32(i), uint16(k)}
			x.learn(t)
		}
	}
	for fid := range x.missed {
		x.become(fid, x.options.World.ByFID(fid))
	}
	x.missed, x.ready = nil, true
	close(x.built)
}

// patience bounds how long a question waits for the index to be built.
const patience = 10 * time.Second

// wait returns when the index is built.
func (x *Index) wait(ctx context.Context) error {
	select {
	case <-x.built:
		return nil
	default:
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case <-x.built:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%w: the index of words is being built", assets.ErrBusy)
	}
}
