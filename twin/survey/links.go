package survey

import (
	"slices"
	"strings"
	"sync"

	"suhe/assets"
	"suhe/twin"
)

// Links is the index of relations: who names whom, and who is named by whom. It is a
// sink of the world whose things it keeps; the zero Links, of none, is ready. All
// methods may be called at once.
type Links struct {
	mu  sync.RWMutex
	out map[assets.ID][]link // by who says it
	in  map[assets.ID][]link // by whom it is said of
}

// link is one relation to another asset.
type link struct {
	relation string
	to       assets.ID
}

// Fill makes the index what the world is. It is for a world that has just been loaded:
// what happens to it meanwhile may be missed.
func (l *Links) Fill(w World) {
	fresh := new(Links)
	for _, kind := range assets.RegisteredKinds() {
		for t := range w.Walk(kind, nil, 0) {
			fresh.set(t.Asset.ID, linksOf(t.Asset))
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.out, l.in = fresh.out, fresh.in
}

// Took implements twin.Sink.
func (l *Links) Took(b twin.Batch) {
	for _, c := range b.Changes {
		switch {
		case c.Was != nil && c.Is != nil && c.Was.Asset == c.Is.Asset:
		case c.Is == nil:
			l.learn(c.Was.Asset.ID, nil)
		default:
			l.learn(c.Is.Asset.ID, linksOf(c.Is.Asset))
		}
	}
}

func linksOf(a *assets.Asset) (links []link) {
	for r, id := range a.Related() {
		links = append(links, link{r.Name, id})
	}
	return links
}

func (l *Links) learn(id assets.ID, links []link) {
	l.mu.RLock()
	same := slices.Equal(l.out[id], links)
	l.mu.RUnlock()
	if same {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.set(id, links)
}

// set replaces what an asset says. Lists that others read are never written into.
func (l *Links) set(id assets.ID, links []link) {
	if l.out == nil {
		l.out, l.in = make(map[assets.ID][]link), make(map[assets.ID][]link)
	}
	for _, was := range l.out[id] {
		back := link{was.relation, id}
		left := slices.DeleteFunc(slices.Clone(l.in[was.to]), func(o link) bool { return o == back })
		if l.in[was.to] = left; len(left) == 0 {
			delete(l.in, was.to)
		}
	}
	delete(l.out, id)
	if len(links) == 0 {
		return
	}
	l.out[id] = links
	for _, is := range links {
		l.in[is.to] = append(slices.Clip(slices.Clone(l.in[is.to])), link{is.relation, id})
	}
}

// of are whom the asset names, and by whom it is named, in order.
func (l *Links) of(id assets.ID) (out, in []link) {
	l.mu.RLock()
	out, in = slices.Clone(l.out[id]), slices.Clone(l.in[id])
	l.mu.RUnlock()
	slices.SortFunc(out, byLink)
	slices.SortFunc(in, byLink)
	return out, in
}

func byLink(a, b link) int {
	if c := strings.Compare(a.relation, b.relation); c != 0 {
		return c
	}
	return strings.Compare(string(a.to), string(b.to))
}
