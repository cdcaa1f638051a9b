package scene

import (
	"iter"
	"math/rand/v2"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
)

// The sizes of a scene: how many fixtures (kind asset) it has.
const (
	DefaultSize = 20_000
	MinSize     = 1_000
	MaxSize     = 1_000_000
)

// What every scene has besides.
const (
	cameraCount = 600
	sensorCount = 800
)

// Options choose a scene.
type Options struct {
	Size int    // fixtures; 0 is DefaultSize; taken into [MinSize, MaxSize]
	Seed uint64 // equal seeds give equal scenes
}

// Generate yields the scene from below: areas, water, banks, bridges,
// landmarks and stations, buildings, fixtures, cameras, sensors, movers. Every
// asset passes Registry.Check; none has a Location yet. The assets are the caller's.
func Generate(o Options) iter.Seq[*assets.Asset] {
	if o.Size == 0 {
		o.Size = DefaultSize
	}
	size := min(max(o.Size, MinSize), MaxSize)
	return func(yield func(*assets.Asset) bool) {
		newMaker(o.Seed, size).run(yield)
	}
}

// maker holds what the parts of a scene must know of each other.
type maker struct {
	sheet    *Sheet
	seed     uint64
	size     int
	creek    *creek
	ground   *ground
	bridges  []bridge
	poles    []mount // carry the cameras and some sensors
	cabinets []mount // feed the poles
	manholes []mount
	outlets  []drainOutlet // outfalls, so far
}

// mount is an asset that can carry a sensor.
type mount struct {
	id   assets.ID
	spot spot
}

func newMaker(seed uint64, size int) *maker {
	m := &maker{sheet: Facts(), seed: seed, size: size}
	m.creek = newCreek(m.sheet, m.rng("creek"))
	m.ground = newGround(m.creek, 60)
	m.bridges = m.span()
	for _, b := range m.bridges {
		m.ground.build(b.approaches())
	}
	m.poles = m.standPoles()
	m.cabinets = m.standCabinets()
	return m
}

// rng returns a random source that only this part of the scene draws from, so
// that a change in one part leaves the others as they are.
func (m *maker) rng(part string) *rand.Rand {
	h := uint64(14695981039346656037) // FNV-1a
	for i := range len(part) {
		h = (h ^ uint64(part[i])) * 1099511628211
	}
	return rand.New(rand.NewPCG(m.seed, h))
}

func (m *maker) run(yield func(*assets.Asset) bool) {
	for _, part := range []func(func(*assets.Asset) bool) bool{
		m.areas, m.water, m.deckBridges, m.landmarks, m.buildings, m.fixtures, m.cameras, m.sensors, m.movers,
	} {
		if !part(yield) {
			return
		}
	}
}

func solid(g orb.Geometry) assets.Shape {
	return assets.Shape{Geometry: geo.Solid{Plane: g}}
}

func pointShape(p xy, height float64) assets.Shape {
	s := solid(toDegrees(p))
	s.Height = geo.Metres(height)
	return s
}
