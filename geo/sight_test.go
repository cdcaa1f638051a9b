package geo_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"pgregory.net/rapid"

	"suhe/geo"
)

// pole is where the lenses of these tests hang.
var pole = orb.Point{121.43, 31.24}

// metre is how many degrees a metre is at the pole, east and north.
var metre = orb.Point{1 / (float64(geo.Distance(pole, orb.Point{pole[0] + 1e-3, pole[1]})) * 1e3), 1 / (float64(geo.Distance(pole, orb.Point{pole[0], pole[1] + 1e-3})) * 1e3)}

// from is the point so many metres east and north of the pole.
func from(east, north float64) orb.Point {
	return orb.Point{pole[0] + east*metre[0], pole[1] + north*metre[1]}
}

// house is a house whose walls run north and east.
func house(west, south, east, north, base, top float64) geo.Block {
	return geo.Block{
		Ground: orb.Polygon{{from(west, south), from(east, south), from(east, north), from(west, north), from(west, south)}},
		Base:   geo.Metres(base), Top: geo.Metres(top),
	}
}

// bullet looks north, and a little down.
func bullet() geo.Lens {
	return geo.Lens{At: pole, Height: 6, Tilt: 10, Horizontal: 60, Vertical: 40, Range: 100, Pixels: 1920}
}

func TestSees(t *testing.T) {
	turning, walled, fisheye, over := bullet(), bullet(), bullet(), bullet()
	turning.Turn = geo.Turn{Can: true, Up: -10, Down: 90}
	walled.Turn = geo.Turn{Can: true, From: 300, To: 60, Up: -10, Down: 45}
	fisheye.Horizontal, fisheye.Vertical, fisheye.Tilt = 360, 180, 0
	over.Tilt, over.Height, over.Vertical, over.Range = 90, 100, 60, 200
	wall := []geo.Block{house(-20, 20, 20, 30, 0, 12)}
	for _, c := range []struct {
		name        string
		lens        geo.Lens
		around      []geo.Block
		east, north float64
		z           geo.Metres
		sees, turns bool // as it stands, and turned
	}{
		{"ahead", bullet(), nil, 0, 50, 1.5, true, true},
		{"behind", bullet(), nil, 0, -50, 1.5, false, false},
		{"too far", bullet(), nil, 0, 101, 1.5, false, false},
		{"at the edge of the picture", bullet(), nil, 49 * math.Tan(math.Pi/6), 50, 1.5, true, true},
		{"beyond the edge", bullet(), nil, 51.5 * math.Tan(math.Pi/6), 50, 1.5, false, false},
		{"below the picture", bullet(), nil, 0, 5, 0, false, false},
		{"high up", bullet(), nil, 0, 30, 30, false, false},
		{"behind a house", bullet(), wall, 0, 60, 1.5, false, false},
		{"before a house", bullet(), wall, 0, 15, 1.5, true, true},
		{"on its wall", bullet(), wall, 0, 20, 3, true, true},
		{"in it", bullet(), wall, 0, 25, 1.5, false, false},
		{"on its roof", bullet(), wall, 0, 25, 12.5, false, false}, // the edge of the roof is in the way
		{"over a low house", bullet(), []geo.Block{house(-20, 20, 20, 30, 0, 5)}, 0, 40, 5, true, true},
		{"past it", bullet(), []geo.Block{house(-20, 20, 5, 30, 0, 12)}, 35, 65, 1.5, true, true},
		{"below a raised house", bullet(), []geo.Block{house(-20, 20, 20, 30, 8, 12)}, 0, 60, 1.5, true, true},
		{"behind a low wall, high", bullet(), []geo.Block{house(-20, 20, 20, 20.5, 0, 4)}, 0, 60, 3.5, true, true},
		{"behind a low wall, low", bullet(), []geo.Block{house(-20, 20, 20, 20.5, 0, 4)}, 0, 50, 0, false, false},
		{"through a yard", bullet(), []geo.Block{{Ground: orb.Polygon{
			house(-20, 20, 20, 60, 0, 0).Ground.(orb.Polygon)[0], house(-10, 30, 10, 50, 0, 0).Ground.(orb.Polygon)[0]}, Top: 12}}, 0, 40, 1.5, false, false},
		{"in the yard that it hangs in", bullet(), []geo.Block{{Ground: orb.Polygon{
			house(-30, -10, 30, 60, 0, 0).Ground.(orb.Polygon)[0], house(-10, -5, 10, 50, 0, 0).Ground.(orb.Polygon)[0]}, Top: 12}}, 0, 40, 1.5, true, true},
		{"its own house", bullet(), []geo.Block{house(-5, -5, 5, 5, 0, 12)}, 0, 50, 1.5, true, true},
		{"its own roof", bullet(), []geo.Block{house(-5, -5, 5, 20, 0, 5.5)}, 0, 30, 1.5, false, false},
		{"a house of several parts", bullet(), []geo.Block{{Ground: orb.MultiPolygon{house(-90, 0, -80, 9, 0, 0).Ground.(orb.Polygon), wall[0].Ground.(orb.Polygon)}, Top: 12}}, 0, 60, 1.5, false, false},
		{"a house without height", bullet(), []geo.Block{house(-20, 20, 20, 30, 0, 0)}, 0, 60, 1.5, true, true},
		{"behind, turning", turning, nil, 0, -50, 1.5, false, true},
		{"below, turning", turning, nil, 0, 2, 0, false, true},
		{"too far, turning", turning, nil, 0, -101, 1.5, false, false},
		{"behind, turning to the side", walled, nil, 0, -50, 1.5, false, false},
		{"to the side, turning", walled, nil, 50, 5, 1.5, false, true},
		{"at the foot, turning", walled, nil, 0, 1, 0, false, false},
		{"fisheye behind", fisheye, nil, 0, -50, 1.5, true, true},
		{"fisheye above", fisheye, nil, 0, 10, 50, true, true},
		{"straight down", over, nil, 40, 40, 0, true, true},
		{"straight down, beside", over, nil, 0, 60, 0, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, p := geo.NewEye(c.lens, c.around), from(c.east, c.north)
			if got := e.Sees(p, c.z, false); got != c.sees {
				t.Errorf("sees %v", got)
			}
			if got := e.Sees(p, c.z, true); got != c.turns {
				t.Errorf("turned: sees %v", got)
			}
		})
	}
}

func TestGlanceAndAim(t *testing.T) {
	l := bullet()
	l.Turn = geo.Turn{Can: true, From: 300, To: 60, Up: 0, Down: 30}
	e := geo.NewEye(l, nil)
	for _, c := range []struct {
		east, north float64
		z           geo.Metres
		glance, aim string
	}{
		{0, 40, 6, "40.0 m 0.0° 0.0° 41.6 px/m", "0.0° 0.0°"},
		{30, 0, 6, "30.0 m 90.0° 0.0° 55.4 px/m", "60.0° 0.0°"},
		{-30, -1, 6, "30.0 m 268.1° 0.0° 55.4 px/m", "300.0° 0.0°"},
		{0, 6, 0, "8.5 m 0.0° 45.0° 196.0 px/m", "0.0° 30.0°"},
		{-10, 10, 16, "17.3 m 315.0° -35.3° 96.0 px/m", "315.0° 0.0°"},
	} {
		p := from(c.east, c.north)
		g, a := e.Glance(p, c.z), e.Aim(p, c.z)
		if got := fmt.Sprintf("%.1f m %.1f° %.1f° %.1f px/m", g.Metres, g.Azimuth, g.Tilt, g.Density); got != c.glance {
			t.Errorf("%v: %s, want %s", c, got, c.glance)
		}
		if got := fmt.Sprintf("%.1f° %.1f°", a.Azimuth, a.Tilt); got != c.aim {
			t.Errorf("%v: aim %s, want %s", c, got, c.aim)
		}
	}
	l.Horizontal = 180 // an arc of 40·π metres
	if got := l.Density(l.Horizontal, 40); math.Abs(got-1920/(40*math.Pi)) > 1e-9 {
		t.Errorf("fisheye: %v px/m", got)
	}
}

// place is a lens among houses that turn as they like, as one of these tests draws it.
type place struct {
	lens   geo.Lens
	houses []oriented
}

// oriented is a house whose walls need not run north: middle, half sizes and angle.
type oriented struct{ x, y, a, b, angle, base, top float64 }

// block is the house, larger by a margin on all sides.
func (o oriented) block(margin float64) geo.Block {
	sin, cos := math.Sincos(o.angle)
	var ring orb.Ring
	for _, c := range [][2]float64{{-1, -1}, {1, -1}, {1, 1}, {-1, 1}, {-1, -1}} {
		u, v := c[0]*(o.a+margin), c[1]*(o.b+margin)
		ring = append(ring, from(o.x+u*cos-v*sin, o.y+u*sin+v*cos))
	}
	return geo.Block{Ground: orb.Polygon{ring}, Base: geo.Metres(o.base - margin), Top: geo.Metres(o.top + margin)}
}

func drawPlace(t *rapid.T) place {
	number := func(name string, from, to float64) float64 { return rapid.Float64Range(from, to).Draw(t, name) }
	p := place{lens: geo.Lens{
		At: pole, Height: geo.Metres(number("height", 2, 30)), Azimuth: geo.Degrees(number("azimuth", 0, 359.9)), Tilt: geo.Degrees(number("tilt", -10, 60)),
		Horizontal: geo.Degrees(number("horizontal", 10, 360)), Vertical: geo.Degrees(number("vertical", 10, 170)), Range: geo.Metres(number("range", 20, 150)),
	}}
	if rapid.Bool().Draw(t, "turns") {
		p.lens.Turn = geo.Turn{Can: true, From: geo.Degrees(number("from", 0, 359)), To: geo.Degrees(number("to", 0, 359)), Up: geo.Degrees(number("up", -30, 0)), Down: geo.Degrees(number("down", 20, 90))}
	}
	for range rapid.IntRange(0, 5).Draw(t, "houses") {
		base := rapid.SampledFrom([]float64{0, 0, 0, 4, 10}).Draw(t, "base")
		p.houses = append(p.houses, oriented{number("x", -90, 90), number("y", -90, 90), number("a", 2, 30), number("b", 2, 15), number("angle", 0, 3), base, base + number("rise", 2, 40)})
	}
	return p
}

// march goes along the ray in small steps and looks whether it is in a house: it knows
// neither edges nor shadows.
func (p place) march(to orb.Point, z, margin float64) bool {
	const steps = 1500
	var around []geo.Block
	for _, h := range p.houses {
		b := h.block(margin)
		own := h.block(0)
		if geo.Contains(own.Ground, pole) && p.lens.Height >= own.Base && p.lens.Height < own.Top {
			continue
		}
		around = append(around, b)
	}
	for i := 2; i < steps-1; i++ {
		s := float64(i) / steps
		at := orb.Point{pole[0] + (to[0]-pole[0])*s, pole[1] + (to[1]-pole[1])*s}
		height := geo.Metres(float64(p.lens.Height) + (z-float64(p.lens.Height))*s)
		for _, b := range around {
			if height > b.Base && height < b.Top && planar.PolygonContains(b.Ground.(orb.Polygon), at) {
				return false
			}
		}
	}
	return true
}

// shown says whether the picture shows what is so far east, north and up from the
// lens, by turning it about the axes of the camera instead of by planes.
func shown(l geo.Lens, east, north, up, margin float64) bool {
	if math.Sqrt(east*east+north*north+up*up) > float64(l.Range)+margin {
		return false
	}
	rad := math.Pi / 180
	sin, cos := math.Sincos(float64(l.Azimuth) * rad)
	ahead, right := east*sin+north*cos, east*cos-north*sin
	grow := margin * rad
	if l.Horizontal >= 120 || l.Vertical >= 120 {
		side := math.Abs(math.Atan2(right, ahead))
		below := math.Atan2(-up, math.Hypot(east, north))
		return side <= float64(l.Horizontal)/2*rad+grow && math.Abs(below-float64(l.Tilt)*rad) <= float64(l.Vertical)/2*rad+grow
	}
	sin, cos = math.Sincos(float64(l.Tilt) * rad)
	deep, high := ahead*cos-up*sin, ahead*sin+up*cos
	return deep > 0 && math.Abs(math.Atan2(right, deep)) <= float64(l.Horizontal)/2*rad+grow && math.Abs(math.Atan2(high, deep)) <= float64(l.Vertical)/2*rad+grow
}

// What an eye sees is what a march along the ray finds, wherever a hand's breadth makes
// no difference to that.
func TestSeesAsTheRayMarches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPlace(t)
		var around []geo.Block
		for _, h := range p.houses {
			around = append(around, h.block(0))
		}
		e := geo.NewEye(p.lens, around)
		for range 10 {
			x, y, z := rapid.Float64Range(-160, 160).Draw(t, "east"), rapid.Float64Range(-160, 160).Draw(t, "north"), rapid.Float64Range(0, 25).Draw(t, "z")
			if math.Hypot(x, y) < 0.5 { // right below the lens every direction is as good
				continue
			}
			to := from(x, y)
			if clear := p.march(to, z, -0.15); clear == p.march(to, z, 0.15) && e.Clear(to, geo.Metres(z)) != clear {
				t.Fatalf("%+v to %v,%v,%v: clear %v, the march says %v", p, x, y, z, !clear, clear)
			}
			if in := shown(p.lens, x, y, z-float64(p.lens.Height), -0.1); in == shown(p.lens, x, y, z-float64(p.lens.Height), 0.1) && e.InPicture(to, geo.Metres(z)) != in {
				t.Fatalf("%+v to %v,%v,%v: in the picture %v, want %v", p, x, y, z, !in, in)
			}
		}
	})
}

// What an eye sees of a line is what it sees of its points.
func TestAlongIsWhatIsSeenOfPoints(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPlace(t)
		var around []geo.Block
		for _, h := range p.houses {
			around = append(around, h.block(0))
		}
		e := geo.NewEye(p.lens, around)
		number := func(name string, most float64) float64 { return rapid.Float64Range(-most, most).Draw(t, name) }
		a, b := from(number("ax", 160), number("ay", 160)), from(number("bx", 160), number("by", 160))
		z, turning := geo.Metres(number("z", 12)+12), rapid.Bool().Draw(t, "turning")
		spans := e.Along(nil, a, b, z, turning)
		last := 0.0
		for _, s := range spans {
			if !(s.From >= last && s.To > s.From && s.To <= 1) {
				t.Fatalf("spans %v", spans)
			}
			last = s.To
		}
		for i := range 400 {
			at := (float64(i) + .5) / 400
			in, near := false, false
			for _, s := range spans {
				in = in || at > s.From && at < s.To
				near = near || math.Abs(at-s.From) < 1e-6 || math.Abs(at-s.To) < 1e-6
			}
			q := orb.Point{a[0] + (b[0]-a[0])*at, a[1] + (b[1]-a[1])*at}
			if got := e.Sees(q, z, turning); !near && got != in {
				t.Fatalf("%+v, %v to %v at %v: seen %v, spans %v", p, a, b, at, got, spans)
			}
		}
	})
}

func BenchmarkEye(b *testing.B) {
	var around []geo.Block
	for i := range 12 {
		x := float64(i*16 - 90)
		around = append(around, house(x, 40, x+10, 50, 0, 15))
	}
	e := geo.NewEye(bullet(), around)
	b.Run("point", func(b *testing.B) {
		b.ReportAllocs()
		p := from(3, 80)
		for b.Loop() {
			e.Sees(p, 1.5, false)
		}
	})
	b.Run("line", func(b *testing.B) {
		b.ReportAllocs()
		from, to := from(-60, 80), from(60, 80)
		var spans []geo.Span
		for b.Loop() {
			spans = e.Along(spans[:0], from, to, 1.5, false)
		}
	})
}
