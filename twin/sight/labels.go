package sight

import (
	"maps"
	"slices"

	"github.com/paulmach/orb"
	"github.com/prometheus/client_golang/prometheus"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/twin"
)

// Labelling is how much is told of the cameras of an area.
type Labelling struct {
	Area    string // code; empty: outside all
	Cameras int
	Told    map[string]int // of how many cameras, by the names of assets.CameraLabels
}

// Labels says how much is told of the cameras in use that who asks sees, by area, in
// order of its code: of labels that it is shown. With holds only of those in places
// that are held.
func (c *Cameras) Labels(sees func(*assets.Asset) bool, shows access.Fields, holds func(orb.Point) bool) []Labelling {
	names := assets.CameraLabels()
	byArea := map[string]*Labelling{}
	told := make([]bool, len(names))
	c.world.Each(assets.Camera, func(t *twin.Thing) bool {
		if t.Asset.Lifecycle != assets.InUse || !sees(t.Asset) || holds != nil && !holds(t.Anchor) {
			return true
		}
		area := ""
		if shows("area") {
			area = t.Asset.Location.Area
		}
		is := byArea[area]
		if is == nil {
			is = &Labelling{Area: area, Told: map[string]int{}}
			byArea[area] = is
		}
		is.Cameras++
		t.Asset.Labelled(told)
		for i, name := range names {
			if told[i] && shows(name) {
				is.Told[name]++
			}
		}
		return true
	})
	out := make([]Labelling, 0, len(byArea))
	for _, area := range slices.Sorted(maps.Keys(byArea)) {
		out = append(out, *byArea[area])
	}
	return out
}

var (
	camerasTold = prometheus.NewDesc("suhe_cameras_labelled", "Cameras in use that tell something of themselves, by area and by what they tell.", []string{"area", "label"}, nil)
	camerasAll  = prometheus.NewDesc("suhe_cameras", "Cameras in use, by area.", []string{"area"}, nil)
)

// Describe implements prometheus.Collector.
func (c *Cameras) Describe(out chan<- *prometheus.Desc) { out <- camerasAll; out <- camerasTold }

// Collect implements prometheus.Collector.
func (c *Cameras) Collect(out chan<- prometheus.Metric) {
	all := func(string) bool { return true }
	for _, l := range c.Labels(func(*assets.Asset) bool { return true }, all, nil) {
		out <- prometheus.MustNewConstMetric(camerasAll, prometheus.GaugeValue, float64(l.Cameras), l.Area)
		for _, name := range assets.CameraLabels() {
			out <- prometheus.MustNewConstMetric(camerasTold, prometheus.GaugeValue, float64(l.Told[name]), l.Area, name)
		}
	}
}
