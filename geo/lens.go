package geo

import (
	"math"

	"github.com/paulmach/orb"
)

// Lens is how a camera looks: from where, whereto, how wide and how far. Heights
// are metres above the ground, which is taken for flat: over the kilometres that a
// camera sees, the curve of the earth is less than what footprints are sure of.
type Lens struct {
	At         orb.Point // degrees WGS84
	Height     Metres    // of the lens
	Azimuth    Degrees   // of the middle of the picture
	Unaimed    bool      // nobody knows the azimuth: only turned, or if it looks all round, the lens is known to see
	Tilt       Degrees   // of the middle of the picture, downward from the horizon
	Horizontal Degrees   // field of view, (0,360]
	Vertical   Degrees   // field of view, (0,180]
	Range      Metres    // along the ray
	Pixels     float64   // across the picture; 0: not known
	Turn       Turn
}

// Turn is how far a lens can be turned; the zero Turn not at all.
type Turn struct {
	Can      bool
	From, To Degrees // azimuths, clockwise from one to the other; equal: all round
	Up, Down Degrees // the least and the greatest tilt
	Narrow   Degrees // the least horizontal field of view, by zoom; 0: it has no zoom
}

// Aim is where a lens is turned to.
type Aim struct {
	Azimuth Degrees
	Tilt    Degrees // downward from the horizon
}

// Glance is how a lens sees a point.
type Glance struct {
	Metres  Metres  // along the ray
	Azimuth Degrees // from the lens to the point
	Tilt    Degrees // likewise, downward from the horizon
	Density float64 // pixels on a metre there, square to the ray; 0: not known
}

// fisheye is the field of view from which on a lens is taken to map angles instead
// of planes: no flat picture is so wide.
const fisheye = 120

// wide says whether the lens maps angles.
func (l *Lens) wide() bool { return l.Horizontal >= fisheye || l.Vertical >= fisheye }

// Density is how many pixels a metre has at a distance, in a picture of a horizontal
// field of view: in one that maps planes by the width of the scene there, in one that
// maps angles by the length of its arc (EN 62676-4:2015, 6.7 and Annex B).
func (l *Lens) Density(fov Degrees, distance Metres) float64 {
	if !(l.Pixels > 0) || !(distance > 0) || !(fov > 0) {
		return 0
	}
	if fov >= fisheye {
		return l.Pixels / (radians(float64(fov)) * float64(distance))
	}
	return l.Pixels / (2 * float64(distance) * math.Tan(radians(float64(fov)/2)))
}

// vec is a direction or a place around a lens: metres east, north and up.
type vec [3]float64

func (a vec) dot(b vec) float64 { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] }

func (a vec) length() float64 { return math.Sqrt(a.dot(a)) }

// plus is a + b·by.
func (a vec) plus(b vec, by float64) vec {
	return vec{a[0] + b[0]*by, a[1] + b[1]*by, a[2] + b[2]*by}
}

// glance is how the point at v is seen.
func (l *Lens) glance(v vec) Glance {
	d := v.length()
	return Glance{Metres: Metres(d), Azimuth: azimuthOf(v), Tilt: tiltOf(v), Density: l.Density(l.Horizontal, Metres(d))}
}

func azimuthOf(v vec) Degrees { return compass(degrees(math.Atan2(v[0], v[1]))) }

func tiltOf(v vec) Degrees { return Degrees(degrees(math.Atan2(0-v[2], math.Hypot(v[0], v[1])))) }

func degrees(radians float64) float64 { return radians * (180 / math.Pi) }

// compass brings an angle into [0,360).
func compass(angle float64) Degrees {
	a := math.Mod(angle, 360)
	if a < 0 {
		a += 360
	}
	if a >= 360 { // of an angle that is nothing below 0
		a = 0
	}
	return Degrees(a)
}

// aim is where the lens is turned to, to have v as near to the middle of its picture
// as it can.
func (l *Lens) aim(v vec) Aim {
	out := Aim{azimuthOf(v), max(l.Turn.Up, min(l.Turn.Down, tiltOf(v)))}
	width := compass(float64(l.Turn.To - l.Turn.From))
	if past := compass(float64(out.Azimuth - l.Turn.From)); width > 0 && past > width {
		out.Azimuth = l.Turn.To
		if 360-past < past-width {
			out.Azimuth = l.Turn.From
		}
	}
	return out
}
