package tiles

import (
	"slices"

	"github.com/paulmach/orb"

	"suhe/geo"
	"suhe/internal/access"
	"suhe/twin"
)

// picked is a thing that shows in a tile: its place among the things found, its
// layer's among the layers drawn, and whether something is wrong with it.
type picked struct {
	at       int32
	layer    int16
	troubled bool
}

// picker chooses what of the things found shows: layer by layer, and in each in
// order of their numbers.
type picker struct {
	found []*twin.Thing
	list  []picked

	warmth uint64 // of warm
}

func (p *picker) reset() { p.list = p.list[:0] }

// simple says whether the layer has everything at zoom z, where it stands.
func (l *layer) simple(z uint32) bool { return l.Drawn == "" && z >= l.all }

// pick adds what the request sees of a range of the things found, as those of
// one layer; box is what shows, in degrees.
func (p *picker) pick(of [2]int, l *layer, at int, box orb.Bound, r *Request, sight *access.Sight) {
	simple := l.simple(r.Tile.Z)
	for from := of[0]; from < of[1]; from += block {
		to := min(from+block, of[1])
		p.warmth += warm(p.found[from:to])
		for i, t := range p.found[from:to] {
			if (simple || l.draws(t, r.Tile.Z) && l.mayTouch(t, box)) && r.sees(sight, t) {
				p.list = append(p.list, picked{int32(from + i), int16(at), t.Severity > 0})
			}
		}
	}
}

// draws says whether the layer has the thing at zoom z. What is in trouble is
// never thinned away.
func (l *layer) draws(t *twin.Thing, z uint32) bool {
	if l.Drawn == sight && !sees(t) {
		return false
	}
	return l.shows(t.Label.Class, z) || t.Severity > 0 && z >= l.MinZoom
}

// release forgets the things, so that scratch keeps none alive.
func (p *picker) release() {
	clear(p.found)
	p.found = p.found[:0]
}

// touching leaves out what the search by box found in vain: what is drawn
// outside the frame.
func (p *picker) touching(f *frame, drawn func(picked) *geo.Flat) {
	p.list = slices.DeleteFunc(p.list, func(e picked) bool { return !f.touches(drawn(e)) })
}

// keep leaves out, beyond the limit, things that nothing is wrong with: those of
// the last layers and the highest numbers. What is in trouble stays, however
// much it is.
func (p *picker) keep(limit int) {
	limit = max(0, limit-(len(p.list)-p.harmless()))
	n := 0
	for _, e := range p.list {
		if !e.troubled {
			if limit == 0 {
				continue
			}
			limit--
		}
		p.list[n] = e
		n++
	}
	p.list = p.list[:n]
}

// harmless is how many of the list have nothing wrong.
func (p *picker) harmless() int {
	n := 0
	for _, e := range p.list {
		if !e.troubled {
			n++
		}
	}
	return n
}
