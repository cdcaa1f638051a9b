package twin

import (
	"fmt"

	"suhe/assets"
)

// stock is all that the world holds at one position: the things, and the ways
// to find and to count them. It has one writer and no lock of its own.
type stock struct {
	things table
	ids    map[assets.ID]assets.FID
	layers map[assets.Kind]*layer
}

func newStock() *stock {
	s := &stock{ids: make(map[assets.ID]assets.FID), layers: make(map[assets.Kind]*layer)}
	for _, k := range assets.Kinds() {
		s.layers[k] = newLayer()
	}
	return s
}

// name lets the things of the assets, some of which may be nil, be found by their
// ids; it takes the place of what ids there were.
func (s *stock) name(all []*assets.Asset) {
	s.ids = make(map[assets.ID]assets.FID, len(all))
	for _, a := range all {
		if a != nil {
			s.ids[a.ID] = a.FID
		}
	}
}

// byID returns the thing of that id, or nil.
func (s *stock) byID(id assets.ID) *Thing {
	fid, ok := s.ids[id]
	if !ok {
		return nil
	}
	return s.things.get(fid)
}

// take makes the changes. The indexes come first: they alone can refuse, and
// things are made with boxes that they do not refuse.
func (s *stock) take(changes []Change) error {
	if err := s.index(changes); err != nil {
		return err
	}
	s.replaceAll(changes)
	return nil
}

// index moves the boxes. It touches nothing that replaceAll does.
func (s *stock) index(changes []Change) error {
	for i := range changes {
		s.note(changes[i])
	}
	for kind, l := range s.layers {
		if len(l.moves) == 0 {
			continue
		}
		err := l.index.Apply(l.moves)
		l.moves = l.moves[:0]
		if err != nil {
			return fmt.Errorf("index of %s: %w", kind, err)
		}
	}
	return nil
}

func (s *stock) replaceAll(changes []Change) {
	for i := range changes {
		s.replace(changes[i])
	}
}

// note collects the moves of one change: none unless its box is another.
func (s *stock) note(c Change) {
	switch {
	case c.Was == nil:
		s.layers[c.Is.Asset.Kind].moved(c.Is, false)
	case c.Is == nil:
		s.layers[c.Was.Asset.Kind].moved(c.Was, true)
	case c.Was.Asset == c.Is.Asset && c.Was.Live == c.Is.Live:
		// An observation moves nothing.
	case c.Was.Asset.Kind != c.Is.Asset.Kind:
		s.layers[c.Was.Asset.Kind].moved(c.Was, true)
		s.layers[c.Is.Asset.Kind].moved(c.Is, false)
	case c.Was.Bound() != c.Is.Bound():
		s.layers[c.Is.Asset.Kind].moved(c.Is, false)
	}
}

func (s *stock) replace(c Change) {
	if c.Was != nil && c.Is != nil && c.Was.Asset == c.Is.Asset {
		s.things.set(c.Is.Asset.FID, c.Is)
		if c.Was.State != c.Is.State {
			l := s.layers[c.Is.Asset.Kind]
			l.count(c.Was, -1)
			l.count(c.Is, 1)
		}
		return
	}
	if c.Was != nil {
		a := c.Was.Asset
		s.layers[a.Kind].count(c.Was, -1)
		// Another thing may have got the id by now.
		if s.ids[a.ID] == a.FID {
			delete(s.ids, a.ID)
		}
		s.things.set(a.FID, nil)
	}
	if c.Is != nil {
		s.ids[c.Is.Asset.ID] = c.Is.Asset.FID
		s.add(c.Is)
	}
}

func (s *stock) add(t *Thing) {
	s.layers[t.Asset.Kind].count(t, 1)
	s.things.set(t.Asset.FID, t)
}
