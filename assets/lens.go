package assets

import (
	"fmt"
	"math"
	"regexp"
	"strconv"

	"suhe/geo"
)

// Optics is how the cameras of a class usually look: what of one is not told is taken
// from it. The zero Optics leaves it open, and such a camera is not known to see anything.
type Optics struct {
	MountHeight   geo.Metres  `json:"mountHeight"`
	Tilt          geo.Degrees `json:"tilt"`
	HorizontalFOV geo.Degrees `json:"horizontalFov"`
	VerticalFOV   geo.Degrees `json:"verticalFov"`
	Range         geo.Metres  `json:"range"`
	Pixels        float64     `json:"pixels"` // across the picture
	PTZ           string      `json:"ptz,omitempty"`
	NarrowFOV     geo.Degrees `json:"narrowFov,omitempty"` // the least horizontal field of view, of one with a zoom
	TiltUp        geo.Degrees `json:"tiltUp,omitempty"`    // the least and the greatest tilt that one can be turned to
	TiltDown      geo.Degrees `json:"tiltDown,omitempty"`
}

// spec is the optics as those of one camera.
func (o *Optics) spec() CameraSpec {
	ptz := o.PTZ
	if ptz == "" {
		ptz = FixedCamera
	}
	return CameraSpec{
		MountHeight: o.MountHeight, Unaimed: true, Tilt: o.Tilt, HorizontalFOV: o.HorizontalFOV, VerticalFOV: o.VerticalFOV,
		Range: o.Range, PTZ: ptz, NarrowFOV: o.NarrowFOV,
	}
}

// check says what of a class's optics cannot be; nil is none.
func (o *Optics) check(k Kind) error {
	switch {
	case o == nil:
		return nil
	case k != Camera:
		return fmt.Errorf("given for kind %s, want none", k)
	case !(o.Pixels >= 0 && o.Pixels <= maxPixels):
		return fmt.Errorf("pixels: %v, want 0 to %v", o.Pixels, maxPixels)
	case !(o.TiltUp >= -90 && o.TiltUp <= o.TiltDown && o.TiltDown <= 90):
		return fmt.Errorf("tiltUp, tiltDown: %v and %v, want two that do not fall, -90 to 90", o.TiltUp, o.TiltDown)
	}
	spec := o.spec()
	return spec.check()
}

const maxPixels = 100_000

// usual are the optics of a class; of one that tells none, and of no class, they are
// all open.
func (c *Classes) usual(class string) Optics {
	if k, ok := c.byCode[class]; ok && k.Optics != nil {
		return *k.Optics
	}
	return Optics{}
}

// Lens is how the camera at a place looks, what it does not tell taken from its class;
// false: not enough is known to say what it sees.
func (c *Classes) Lens(a *Asset, at [2]float64) (geo.Lens, bool) {
	if a.Kind != Camera {
		return geo.Lens{}, false
	}
	usual := c.usual(a.Class)
	spec := usual.spec()
	if a.Camera != nil {
		spec = a.Camera.over(spec)
	}
	l := geo.Lens{
		At: at, Height: spec.MountHeight, Azimuth: spec.Azimuth, Tilt: spec.Tilt, Unaimed: spec.Unaimed,
		Horizontal: spec.HorizontalFOV, Vertical: spec.VerticalFOV, Range: spec.Range, Pixels: pixels(a.Properties.Text("resolution"), usual.Pixels),
	}
	if spec.PTZ == TurningCamera {
		l.Turn = geo.Turn{Can: true, From: spec.PanFrom, To: spec.PanTo, Up: usual.TiltUp, Down: usual.TiltDown, Narrow: spec.NarrowFOV}
		if usual.TiltUp == usual.TiltDown { // the class does not say
			l.Turn.Up, l.Turn.Down = -15, 90
		}
	}
	known := l.Range > 0 && l.Horizontal > 0 && l.Vertical > 0 && (!l.Unaimed || l.Turn.Can || l.Horizontal == 360)
	return l, known
}

// over is what the specification tells, and of the rest what the other does.
func (c CameraSpec) over(usual CameraSpec) CameraSpec {
	for _, f := range [...]struct{ is, usual *float64 }{
		{(*float64)(&c.MountHeight), (*float64)(&usual.MountHeight)},
		{(*float64)(&c.HorizontalFOV), (*float64)(&usual.HorizontalFOV)},
		{(*float64)(&c.VerticalFOV), (*float64)(&usual.VerticalFOV)},
		{(*float64)(&c.Range), (*float64)(&usual.Range)},
		{(*float64)(&c.NarrowFOV), (*float64)(&usual.NarrowFOV)},
	} {
		if *f.is == 0 {
			*f.is = *f.usual
		}
	}
	if c.Unaimed {
		c.Tilt = usual.Tilt
	}
	return c
}

// resolution is how a width and a height in pixels are usually written.
var resolution = regexp.MustCompile(`^(\d{3,5}) ?[x×X*] ?\d{3,5}$`)

// named are the widths of pictures that go by a name.
var named = map[string]float64{"720p": 1280, "1080p": 1920, "1080P": 1920, "4K": 3840, "4k": 3840, "8K": 7680, "8k": 7680}

// pixels is how many a picture of that resolution has across; usual if it does not say.
func pixels(text string, usual float64) float64 {
	if n, ok := named[text]; ok {
		return n
	}
	if m := resolution.FindStringSubmatch(text); m != nil {
		if n, err := strconv.ParseFloat(m[1], 64); err == nil {
			return n
		}
	}
	return usual
}

// cameraLabels are what there is to tell of a camera, in the order in which one would ask.
var cameraLabels = [...]struct {
	name string
	told func(a *Asset, c CameraSpec) bool
}{
	{"name", func(a *Asset, _ CameraSpec) bool { return a.Name != "" }},
	{"azimuth", func(a *Asset, c CameraSpec) bool { return a.Camera != nil && !c.Unaimed }},
	{"mountHeight", func(_ *Asset, c CameraSpec) bool { return c.MountHeight > 0 }},
	{"horizontalFov", func(_ *Asset, c CameraSpec) bool { return c.HorizontalFOV > 0 }},
	{"verticalFov", func(_ *Asset, c CameraSpec) bool { return c.VerticalFOV > 0 }},
	{"range", func(_ *Asset, c CameraSpec) bool { return c.Range > 0 }},
	{"resolution", func(a *Asset, _ CameraSpec) bool { return pixels(a.Properties.Text("resolution"), math.NaN()) > 0 }},
	{"gbId", func(_ *Asset, c CameraSpec) bool { return c.GBID != "" }},
	{"stream", func(a *Asset, _ CameraSpec) bool { return a.Properties.Text("stream") != "" }},
	{"area", func(a *Asset, _ CameraSpec) bool { return a.Location.Area != "" }},
}

// CameraLabels are the names of what there is to tell of a camera.
func CameraLabels() []string {
	out := make([]string, len(cameraLabels))
	for i, l := range cameraLabels {
		out[i] = l.name
	}
	return out
}

// Labelled says, in the order of CameraLabels, whether the camera tells it; the slice
// of that length is filled.
func (a *Asset) Labelled(told []bool) {
	for i, l := range cameraLabels {
		told[i] = l.told(a, camera(a))
	}
}
