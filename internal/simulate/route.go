package simulate

import (
	"math"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"suhe/geo"
)

// moverInterval is the time between two positions of a mover, unless told otherwise.
const moverInterval = 5 * time.Second

// Route is the way that a mover goes to and fro, at a steady pace.
type Route struct {
	path     *geo.River // a line to measure along
	from, to geo.Metres // along it
	beside   geo.Place  // side and offset
	speed    float64    // metres a second
}

// Ways are what routes follow.
type Ways struct {
	River *geo.River
	Banks []orb.LineString // may be empty
}

// RouteOf is the route of a mover of the class that is at home at the point: a
// patrol walks along the nearest bank, a vehicle crosses the creek there and
// drives along both sides, all else floats on the creek.
func (w Ways) RouteOf(class string, home orb.Point) *Route {
	switch {
	case strings.HasSuffix(class, ".patrol"):
		return around(w.bank(home), home, 700, 1.3)
	case strings.HasSuffix(class, ".vehicle"):
		return w.across(home)
	}
	r := around(w.River, home, 1500, 2.8)
	r.beside.Offset = min(r.beside.Offset, 5)
	return r
}

// around goes so many metres up and down the path from where home is.
func around(path *geo.River, home orb.Point, metres geo.Metres, speed float64) *Route {
	at := path.Locate(home)
	return &Route{path, max(0, at.Chainage-metres), min(path.Length(), at.Chainage+metres), at, speed}
}

// bank is the path along the nearest bank, or the creek if none is known.
func (w Ways) bank(home orb.Point) *geo.River {
	nearest, offset := w.River, geo.Metres(math.Inf(1))
	for _, line := range w.Banks {
		if path, err := geo.NewRiver(line); err == nil {
			if at := path.Locate(home); at.Offset < offset {
				nearest, offset = path, at.Offset
			}
		}
	}
	return nearest
}

const (
	drive      = 800 // metres on each side of the creek
	driveStep  = 50
	driveAside = 60 // metres from the creek's line
)

// across drives down the left side to home, over the creek, and on on the right.
func (w Ways) across(home orb.Point) *Route {
	at := w.River.Locate(home).Chainage
	var line orb.LineString
	for s := geo.Metres(-drive); s <= drive; s += driveStep {
		if s <= 0 {
			line = append(line, w.River.At(geo.Place{Chainage: at + s, Bank: geo.Left, Offset: driveAside}))
		}
		if s >= 0 {
			line = append(line, w.River.At(geo.Place{Chainage: at + s, Bank: geo.Right, Offset: driveAside}))
		}
	}
	path, err := geo.NewRiver(line)
	if err != nil {
		return around(w.River, home, drive, 8)
	}
	return &Route{path: path, to: path.Length(), speed: 8}
}

// at is where the mover is, and where it heads. Each starts elsewhere on its route.
func (r *Route) at(t time.Time, start float64) (p orb.Point, heading geo.Degrees) {
	length := float64(r.to - r.from)
	if length <= 0 {
		return r.path.At(r.beside), 0
	}
	s := math.Mod(hours(t)*3600*r.speed+start*2*length, 2*length)
	heading = 0
	if s > length {
		s, heading = 2*length-s, 180
	}
	place := r.beside
	place.Chainage = r.from + geo.Metres(s)
	heading += r.path.Azimuth(place.Chainage)
	return r.path.At(place), geo.Degrees(math.Mod(float64(heading), 360))
}

// position is the payload of one report of a mover.
type position struct {
	Time     string  `json:"time"`
	Lon      float64 `json:"lon"`
	Lat      float64 `json:"lat"`
	Heading  float64 `json:"heading"`
	Speed    float64 `json:"speed"`
	Accuracy float64 `json:"accuracy"`
}

// jumps is the share of positions that are far off.
const jumps = 0.01

// position is where the mover's receiver takes it to be.
func (n Nature) position(d Device, t time.Time) position {
	id, second := string(d.ID), float64(t.UnixMilli())/1000
	p, heading := d.Route.at(t, n.chance(id, -2))
	accuracy := math.Round(3 + 9*n.chance(id+"accuracy", math.Floor(second/60)))
	off := accuracy * n.chance(id+"off", second)
	if n.chance(id+"jump", second) < jumps {
		off = 400 + 1500*n.chance(id+"far", second)
	}
	p = away(p, off, 2*math.Pi*n.chance(id+"way", second))
	speed := d.Route.speed * (0.9 + 0.2*n.chance(id+"speed", second))
	return position{
		Time: t.In(shanghai).Format(time.RFC3339Nano), Lon: p[0], Lat: p[1],
		Heading: math.Round(float64(heading)*10) / 10, Speed: math.Round(speed*100) / 100, Accuracy: accuracy,
	}
}

// away is the point so many metres from p in a direction, rounded to a centimetre.
func away(p orb.Point, metres, way float64) orb.Point {
	const perLat = 110_900 // metres of a degree here
	lat := p[1] + metres*math.Sin(way)/perLat
	lon := p[0] + metres*math.Cos(way)/(perLat*math.Cos(p[1]*math.Pi/180))
	return orb.Point{math.Round(lon*1e7) / 1e7, math.Round(lat*1e7) / 1e7}
}
