package stream

import (
	"slices"

	"suhe/assets"
)

// region draws where to look.
func (s *simulation) region(a *ask) {
	a.BBox, a.Area, a.Chainage = nil, nil, nil
	switch s.oneOf(6) {
	case 0:
		town := pick(s, simTowns)
		a.Area = &town
	case 1:
		from := float64(s.oneOf(4) * 1000)
		a.Chainage = []float64{from, from + 1500}
	default:
		a.BBox = pick(s, simBoxes)
	}
}

// part draws one of what a view asks for.
func (s *simulation) part(a *ask) {
	switch s.oneOf(9) {
	case 0, 1, 2:
		s.region(a)
	case 3, 4:
		zoom := pick(s, simZooms)
		a.Zoom = &zoom
	case 5:
		text := pick(s, simFilter)
		a.Filter = &text
	case 6:
		a.Fields = pick(s, simFields)
	case 7:
		name := pick(s, simDatums)
		a.Datum = &name
		s.region(a) // it was in another datum
	case 8:
		a.Layers = pick(s, simLayers)
	}
	if s.oneOf(4) == 0 {
		rate := pick(s, simRates)
		a.Rate = &rate
	}
}

// subscribe opens a view, maybe in place of another.
func (s *simulation) subscribe(c *simClient, id string) {
	if c.s == nil {
		return
	}
	defer s.calm(c)
	v := c.view(id)
	opened := v != nil
	if !opened {
		v = &simView{picture: make(map[assets.FID]object), cells: make(map[string][]cellHeard)}
		c.views = append(c.views, v)
	}
	v.asked = ask{ID: id, Layers: pick(s, simLayers)}
	s.region(&v.asked)
	if s.oneOf(2) == 0 {
		s.part(&v.asked)
	}
	v.redrawn = !opened
	s.ok(c.subscribe(v))
	c.review()
	s.refused(c, v)
}

// refused takes the view away if it would hold too much.
func (s *simulation) refused(c *simClient, v *simView) {
	for _, data := range c.s.control {
		f, err := hear(c.format, data)
		s.ok(err)
		if f.Type == "error" && f.ID == v.asked.ID {
			c.s.control = slices.DeleteFunc(c.s.control, func(b []byte) bool { return string(b) == string(data) })
			if c.s.view(v.asked.ID) == nil {
				c.views = slices.DeleteFunc(c.views, func(w *simView) bool { return w == v })
				c.review()
			}
			return
		}
	}
}

// update moves views, one of them some times in a row.
func (s *simulation) update(c *simClient) {
	if c.s == nil || len(c.views) == 0 {
		return
	}
	defer s.calm(c)
	v := pick(s, c.views)
	for range 1 + s.oneOf(4)*s.oneOf(2) {
		a := ask{Type: askUpdate, ID: v.asked.ID}
		s.part(&a)
		was := v.asked
		combine(&v.asked, a)
		c.sights(v)
		if a.Fields != nil || a.Datum != nil {
			v.redrawn = false
		}
		s.ok(c.say(a))
		if _, err := c.node.hub.look(v.asked, nil, c.who.Scope); err != nil {
			s.Fatal(err)
		}
		before := len(c.s.control)
		if s.refused(c, v); len(c.s.control) < before {
			v.asked = was
		}
		c.review()
	}
}

// combine takes over what an update asks for.
func combine(to *ask, from ask) {
	if from.BBox != nil || from.Area != nil || from.Chainage != nil {
		to.BBox, to.Area, to.Chainage = from.BBox, from.Area, from.Chainage
	}
	if from.Layers != nil {
		to.Layers = from.Layers
	}
	if from.Fields != nil {
		to.Fields = from.Fields
	}
	for _, part := range []struct{ to, from **float64 }{{&to.Zoom, &from.Zoom}, {&to.Rate, &from.Rate}} {
		if *part.from != nil {
			*part.to = *part.from
		}
	}
	for _, part := range []struct{ to, from **string }{{&to.Filter, &from.Filter}, {&to.Datum, &from.Datum}} {
		if *part.from != nil {
			*part.to = *part.from
		}
	}
}

func (s *simulation) unsubscribe(c *simClient, id string) {
	if c.s == nil || c.view(id) == nil {
		return
	}
	s.ok(c.say(ask{Type: askUnsubscribe, ID: id}))
	c.views = slices.DeleteFunc(c.views, func(v *simView) bool { return v.asked.ID == id })
	c.review()
}

// drop loses the connection, or opens another.
func (s *simulation) drop(c *simClient) {
	if c.s != nil {
		c.drop()
	}
	if s.oneOf(3) > 0 {
		s.connect(c)
	}
}

func (s *simulation) connect(c *simClient) {
	s.ok(c.connect(pick(s, s.nodes)))
	for _, v := range slices.Clone(c.views) {
		s.refused(c, v)
	}
}
