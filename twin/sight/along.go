package sight

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"suhe/geo"
	"suhe/twin"
)

// Line is how much of a line is seen, and by whom.
type Line struct {
	Length  geo.Metres
	Seen    geo.Metres // by one camera or more
	Twice   geo.Metres // by two or more
	Pieces  []Piece    // from end to end
	Cameras []Share    // that see any of it, who sees most first
}

// Piece is a part of a line that the same cameras see.
type Piece struct {
	From, To geo.Metres // along the line
	Cameras  []*twin.Thing
}

// Share is how much of a line a camera sees.
type Share struct {
	Thing  *twin.Thing
	Metres geo.Metres
}

// pieceOf is a part of a line that one camera sees.
type pieceOf struct {
	from, to geo.Metres
	watcher  int
}

// Along says how much of a line is seen. It is reckoned, not sampled: a piece ends where
// the picture or the shadow of a building does. The error is the context's.
func (c *Cameras) Along(ctx context.Context, line orb.LineString, ask Asked) (Line, error) {
	marks := make([]geo.Metres, len(line)) // how far along the line its vertices are
	for i := 1; i < len(line); i++ {
		marks[i] = marks[i-1] + geo.Distance(line[i-1], line[i])
	}
	out := Line{Length: marks[len(marks)-1]}
	watchers := c.watchers(line.Bound(), &ask)
	var parts []pieceOf
	for i, w := range watchers {
		if err := ctx.Err(); err != nil {
			return Line{}, err
		}
		first := len(parts)
		parts = c.spans(parts, line, marks, i, w, &ask)
		sum := geo.Metres(0)
		for _, p := range parts[first:] {
			sum += p.to - p.from
		}
		if sum > 0 {
			out.Cameras = append(out.Cameras, Share{w.thing, sum})
		}
	}
	slices.SortStableFunc(out.Cameras, func(a, b Share) int { return cmp.Compare(b.Metres, a.Metres) })
	out.Pieces = pieces(parts, watchers, out.Length)
	for _, p := range out.Pieces {
		if n := len(p.Cameras); n > 0 {
			out.Seen += p.To - p.From
			if n > 1 {
				out.Twice += p.To - p.From
			}
		}
	}
	return out, nil
}

// spans appends what one camera sees of the line.
func (c *Cameras) spans(dst []pieceOf, line orb.LineString, marks []geo.Metres, i int, w watcher, ask *Asked) []pieceOf {
	reach := reachOf(w.lens)
	var eye *geo.Eye
	var room [8]geo.Span
	for k := 1; k < len(line); k++ {
		if !reach.Intersects(orb.MultiPoint{line[k-1], line[k]}.Bound()) {
			continue
		}
		if eye == nil {
			eye = c.eye(w.lens, common(reach, line.Bound()), ask)
		}
		for _, s := range eye.Along(room[:0], line[k-1], line[k], ask.Height, ask.Turning) {
			length := marks[k] - marks[k-1]
			dst = append(dst, pieceOf{marks[k-1] + length*geo.Metres(s.From), marks[k-1] + length*geo.Metres(s.To), i})
		}
	}
	return dst
}

// common is what two boxes that touch have in common.
func common(a, b orb.Bound) orb.Bound {
	return orb.Bound{
		Min: orb.Point{max(a.Min[0], b.Min[0]), max(a.Min[1], b.Min[1])},
		Max: orb.Point{min(a.Max[0], b.Max[0]), min(a.Max[1], b.Max[1])},
	}
}

// least is how long a piece is at least, in metres: what is shorter is a rounding error.
const least = 1e-6

// pieces cuts a line where a camera begins or ceases to see it. What is next to each
// other and seen by the same is one piece.
func pieces(parts []pieceOf, watchers []watcher, length geo.Metres) []Piece {
	type turn struct {
		at      geo.Metres
		watcher int
		by      int
	}
	turns := make([]turn, 0, 2*len(parts)+1)
	for _, p := range parts {
		turns = append(turns, turn{p.from, p.watcher, 1}, turn{p.to, p.watcher, -1})
	}
	turns = append(turns, turn{length, -1, 0})
	slices.SortFunc(turns, func(a, b turn) int { return cmp.Compare(a.at, b.at) })
	open := map[int]int{}
	var out []Piece
	at := geo.Metres(0)
	for _, t := range turns {
		if t.at-at > least {
			out = add(out, Piece{at, t.at, things(open, watchers)})
			at = t.at
		}
		if open[t.watcher] += t.by; open[t.watcher] == 0 {
			delete(open, t.watcher)
		}
	}
	if n := len(out); n > 0 {
		out[n-1].To = length
	}
	return out
}

func things(open map[int]int, watchers []watcher) []*twin.Thing {
	which := make([]int, 0, len(open))
	for i := range open {
		which = append(which, i)
	}
	slices.Sort(which)
	out := make([]*twin.Thing, len(which))
	for k, i := range which {
		out[k] = watchers[i].thing
	}
	return out
}

func add(all []Piece, p Piece) []Piece {
	if n := len(all); n > 0 && slices.Equal(all[n-1].Cameras, p.Cameras) {
		all[n-1].To = p.To
		return all
	}
	return append(all, p)
}

// Part is the part of a line between two lengths along it.
func Part(line orb.LineString, from, to geo.Metres) orb.LineString {
	var out orb.LineString
	at := geo.Metres(0)
	for i := 1; i < len(line) && from < to && at < to; i++ {
		step := geo.Distance(line[i-1], line[i])
		if next := at + step; step > 0 && next > from {
			a, b := float64(max(from, at)-at)/float64(step), float64(min(to, next)-at)/float64(step)
			if len(out) == 0 {
				out = append(out, between(line[i-1], line[i], a))
			}
			out = append(out, between(line[i-1], line[i], b))
		}
		at += step
	}
	return out
}

func between(a, b orb.Point, share float64) orb.Point {
	share = math.Max(0, math.Min(1, share))
	return orb.Point{a[0] + (b[0]-a[0])*share, a[1] + (b[1]-a[1])*share}
}
