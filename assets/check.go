package assets

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"suhe/geo"
)

// The bounds of an asset's fields.
const (
	MaxName           = 200  // runes
	MaxOwner          = 200  // runes
	MinBase           = -500 // metres
	MaxBase           = 9000 // metres
	MaxHeight         = 2000 // metres
	MaxMeasures       = 32   // of one sensor
	MaxReportInterval = 31 * 24 * time.Hour
)

// caseNumber is how alarms and incidents are numbered, which share the map with assets.
var caseNumber = regexp.MustCompile(`^(A|[0-9]{6,12})-[0-9]{8}-[0-9]{4,8}$`)

// Check says what of a breaks the rules of the registry, or nil. The error
// names field, value and expectation and wraps ErrInvalid. It looks at the
// asset alone, not at what is stored.
func (r *Registry) Check(a *Asset) error {
	if _, err := ParseID(string(a.ID)); err != nil {
		return err
	}
	if caseNumber.MatchString(string(a.ID)) {
		return invalid("id", fmt.Sprintf("%q", a.ID), "none that is the number of an alarm or incident")
	}
	if err := r.checkClass(a); err != nil {
		return err
	}
	if err := checkTexts(a); err != nil {
		return err
	}
	if err := checkShape(a.Shape); err != nil {
		return err
	}
	if err := r.checkProperties(a); err != nil {
		return err
	}
	if err := checkRelations(a); err != nil {
		return err
	}
	return r.checkDevice(a)
}

func invalid(field string, value any, want string) error {
	return fmt.Errorf("%w: %s: %v, want %s", ErrInvalid, field, value, want)
}

func (r *Registry) checkClass(a *Asset) error {
	if _, err := ParseKind(string(a.Kind)); err != nil {
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	c, ok := r.classes.Class(a.Class)
	if !ok {
		return invalid("class", fmt.Sprintf("%q", a.Class), "a class of the tables, edition "+r.classes.Edition()+", or "+Generic(a.Kind))
	}
	if c.Kind != a.Kind {
		return invalid("class", a.Class+" is of kind "+string(c.Kind), "one of kind "+string(a.Kind))
	}
	switch a.Lifecycle {
	case Planned, InUse, Retired:
		return nil
	}
	return invalid("lifecycle", fmt.Sprintf("%q", a.Lifecycle), "planned, in_use or retired")
}

func checkTexts(a *Asset) error {
	for _, t := range []struct {
		field, text string
		max         int
	}{{"name", a.Name, MaxName}, {"owner", a.Owner, MaxOwner}} {
		if why := badText(t.text); why != "" {
			return fmt.Errorf("%w: %s: %s", ErrInvalid, t.field, why)
		}
		if n := utf8.RuneCountInString(t.text); n > t.max {
			return invalid(t.field, fmt.Sprintf("%d characters", n), fmt.Sprintf("at most %d", t.max))
		}
		if i := strings.IndexFunc(t.text, unicode.IsControl); i >= 0 {
			return invalid(t.field, fmt.Sprintf("control character at byte %d", i), "none")
		}
	}
	return nil
}

func checkShape(s Shape) error {
	if s.Geometry.Plane == nil {
		return invalid("geometry", "none", "one")
	}
	if err := geo.Check(s.Geometry.Plane); err != nil {
		return fmt.Errorf("%w: %w", ErrInvalid, err) // geo names the geometry itself
	}
	if err := checkHeights(s.Geometry); err != nil {
		return err
	}
	if err := within("base", float64(s.Base), MinBase, MaxBase); err != nil {
		return err
	}
	if err := within("height", float64(s.Height), 0, MaxHeight); err != nil {
		return err
	}
	if o := float64(s.Orientation); !(o >= 0 && o < 360) {
		return invalid("orientation", o, "[0,360)")
	}
	return nil
}

func checkHeights(g geo.Solid) error {
	if g.Z == nil {
		return nil
	}
	if n := geo.Vertices(g.Plane); n != len(g.Z) {
		return invalid("geometry", fmt.Sprintf("%d heights for %d vertices", len(g.Z), n), "one for each")
	}
	for _, z := range g.Z {
		if err := within("geometry: height", z, -12_000, 12_000); err != nil {
			return err
		}
	}
	return nil
}

// within says whether v is a number in [low, high].
func within(field string, v, low, high float64) error {
	if v >= low && v <= high {
		return nil
	}
	return invalid(field, v, fmt.Sprintf("[%v,%v]", low, high))
}

func (r *Registry) checkProperties(a *Asset) error {
	if err := a.Properties.Check(); err != nil {
		return err
	}
	c, _ := r.classes.Class(a.Class)
	return c.check(r.classes.unsealedAlone(a.Properties))
}

func (r *Registry) checkDevice(a *Asset) error {
	if a.Kind != Camera && a.Camera != nil {
		return invalid("camera", "given for kind "+string(a.Kind), "none")
	}
	if a.Kind != Sensor && a.Sensor != nil {
		return invalid("sensor", "given for kind "+string(a.Kind), "none")
	}
	if a.Camera != nil {
		return a.Camera.check()
	}
	if a.Sensor != nil {
		return r.checkSensor(a)
	}
	return nil
}

func (c *CameraSpec) check() error {
	if err := within("camera.mountHeight", float64(c.MountHeight), 0, 200); err != nil {
		return err
	}
	for _, f := range []struct {
		field string
		v     geo.Degrees
	}{{"camera.azimuth", c.Azimuth}, {"camera.panFrom", c.PanFrom}, {"camera.panTo", c.PanTo}} {
		if !(f.v >= 0 && f.v < 360) {
			return invalid(f.field, f.v, "[0,360)")
		}
	}
	if err := within("camera.tilt", float64(c.Tilt), -90, 90); err != nil {
		return err
	}
	for _, f := range []struct {
		field   string
		v, high float64
	}{
		{"camera.horizontalFov", float64(c.HorizontalFOV), 360},
		{"camera.verticalFov", float64(c.VerticalFOV), 180},
		{"camera.range", float64(c.Range), 5000},
		{"camera.narrowFov", float64(c.NarrowFOV), cmp.Or(float64(c.HorizontalFOV), 360)},
	} {
		if err := within(f.field, f.v, 0, f.high); err != nil {
			return err
		}
	}
	switch c.PTZ {
	case FixedCamera, TurningCamera, DomeCamera:
	default:
		return invalid("camera.ptz", fmt.Sprintf("%q", c.PTZ), "fixed, ptz or dome")
	}
	if c.GBID != "" && (len(c.GBID) != 20 || strings.Trim(c.GBID, "0123456789") != "") {
		return invalid("camera.gbId", fmt.Sprintf("%q", c.GBID), "20 digits or none")
	}
	return nil
}

func (r *Registry) checkSensor(a *Asset) error {
	s := a.Sensor
	if n := len(s.Measures); n > MaxMeasures {
		return invalid("sensor.measures", n, fmt.Sprintf("at most %d", MaxMeasures))
	}
	if s.ReportInterval < 0 || s.ReportInterval > MaxReportInterval {
		return invalid("sensor.reportInterval", s.ReportInterval, fmt.Sprintf("0 to %v", MaxReportInterval))
	}
	if s.MountedOn != "" {
		if _, err := ParseID(string(s.MountedOn)); err != nil {
			return fmt.Errorf("sensor.mountedOn: %w", err)
		}
		if s.MountedOn == a.ID {
			return invalid("sensor.mountedOn", s.MountedOn, "another asset")
		}
	}
	seen := make(map[string]bool, len(s.Measures))
	for i, m := range s.Measures {
		field := fmt.Sprintf("sensor.measures[%d]", i)
		if seen[m.Phenomenon] {
			return invalid(field+".phenomenon", m.Phenomenon, "each phenomenon once")
		}
		seen[m.Phenomenon] = true
		if err := r.checkMeasure(field, m); err != nil {
			return err
		}
	}
	return nil
}

func (r *Registry) checkMeasure(field string, m Measure) error {
	p, ok := r.classes.Phenomenon(m.Phenomenon)
	if !ok {
		return invalid(field+".phenomenon", fmt.Sprintf("%q", m.Phenomenon), "a phenomenon of the tables, edition "+r.classes.Edition())
	}
	if m.Unit != p.Unit {
		return invalid(field+".unit", fmt.Sprintf("%q", m.Unit), p.Unit+" for "+p.Code)
	}
	lo, hi := m.Normal[0], m.Normal[1]
	if !(lo < hi) || math.IsInf(lo, 0) || math.IsInf(hi, 0) {
		return invalid(field+".normal", m.Normal, "two finite numbers that rise")
	}
	return nil
}
