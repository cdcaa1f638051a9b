package assets_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"suhe/assets"
	"suhe/geo"
)

// What a camera does not tell is taken from its class; what neither tells leaves it
// without a lens.
func TestLens(t *testing.T) {
	classes := assets.DefaultClasses()
	for _, c := range []struct {
		name, class string
		spec        string // its specification; "": none
		resolution  string
		want        string
	}{
		{"told all", "camera.bullet", `{"mountHeight":7,"azimuth":0,"tilt":5,"horizontalFov":40,"verticalFov":30,"range":50,"ptz":"fixed"}`, "1280x720", "7 m, 0° 5° down, 40°×30°, 50 m, 1280 px"},
		{"told where it looks", "camera.bullet", `{"azimuth":90,"tilt":3,"ptz":"fixed"}`, "", "5 m, 90° 3° down, 60°×34°, 80 m, 2560 px"},
		{"told nothing", "camera.bullet", "", "", "none"},
		{"not told where it looks", "camera.bullet", `{"mountHeight":7,"range":50,"ptz":"fixed"}`, "", "none"},
		{"not told, and turns", "camera.dome", `{"mountHeight":7,"ptz":"ptz"}`, "4K", "7 m, ? 12° down, 58°×33°, 150 m, 3840 px, turns 0° to 0°, -15° to 90°, 2.5°"},
		{"of a class that turns", "camera.dome", "", "2560 × 1440", "6 m, ? 12° down, 58°×33°, 150 m, 2560 px, turns 0° to 0°, -15° to 90°, 2.5°"},
		{"of a class that turns, and does not", "camera.dome", `{"azimuth":10,"ptz":"fixed"}`, "big", "6 m, 10° 0° down, 58°×33°, 150 m, 1920 px"},
		{"turns between walls", "camera.dome", `{"azimuth":10,"panFrom":300,"panTo":60,"narrowFov":5,"ptz":"ptz"}`, "", "6 m, 10° 0° down, 58°×33°, 150 m, 1920 px, turns 300° to 60°, -15° to 90°, 5°"},
		{"turns, of a class that does not", "camera.bullet", `{"azimuth":10,"ptz":"ptz"}`, "", "5 m, 10° 0° down, 60°×34°, 80 m, 2560 px, turns 0° to 0°, -15° to 90°, 0°"},
		{"all round", "camera.panoramic", `{"horizontalFov":360,"ptz":"dome"}`, "", "6 m, ? 30° down, 360°×80°, 45 m, 4096 px"},
		{"of no class", "camera.none", `{"azimuth":10,"ptz":"fixed"}`, "", "none"},
	} {
		a := &assets.Asset{Kind: assets.Camera, Class: c.class}
		if c.spec != "" {
			a.Camera = new(assets.CameraSpec)
			if err := json.Unmarshal([]byte(c.spec), a.Camera); err != nil {
				t.Fatal(err)
			}
		}
		if c.resolution != "" {
			a.Properties = assets.Properties{{Key: "resolution", Value: c.resolution}}
		}
		l, known := classes.Lens(a, [2]float64{121.4, 31.2})
		got := "none"
		if known {
			got = say(l)
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if _, known := classes.Lens(gauge(), [2]float64{}); known {
		t.Error("a sensor has a lens")
	}
}

func say(l geo.Lens) string {
	azimuth := fmt.Sprintf("%v°", l.Azimuth)
	if l.Unaimed {
		azimuth = "?"
	}
	s := fmt.Sprintf("%v m, %s %v° down, %v°×%v°, %v m, %v px", l.Height, azimuth, l.Tilt, l.Horizontal, l.Vertical, l.Range, l.Pixels)
	if t := l.Turn; t.Can {
		s += fmt.Sprintf(", turns %v° to %v°, %v° to %v°, %v°", t.From, t.To, t.Up, t.Down, t.Narrow)
	}
	return s
}

// A camera that nobody aimed says so, and is read so again.
func TestUnaimedCameraJSON(t *testing.T) {
	var c assets.CameraSpec
	for _, text := range []string{`{"azimuth":null,"ptz":"fixed"}`, `{"ptz":"fixed"}`} {
		if err := json.Unmarshal([]byte(text), &c); err != nil || !c.Unaimed {
			t.Errorf("%s: %+v, %v", text, c, err)
		}
	}
	b, err := json.Marshal(&c)
	if err != nil || !strings.Contains(string(b), `"azimuth":null`) {
		t.Errorf("%s, %v", b, err)
	}
	if err := json.Unmarshal([]byte(`{"azimuth":0,"ptz":"fixed"}`), &c); err != nil || c.Unaimed {
		t.Errorf("north: %+v, %v", c, err)
	}
}

func TestLabelled(t *testing.T) {
	names := assets.CameraLabels()
	told := make([]bool, len(names))
	of := func(a *assets.Asset) (out []string) {
		a.Labelled(told)
		for i, is := range told {
			if is {
				out = append(out, names[i])
			}
		}
		return out
	}
	full := camera()
	full.Name, full.Location.Area = "x", "310107005"
	full.Properties = assets.Properties{{Key: "resolution", Value: "1080p"}, {Key: "stream", Value: "rtsp://x"}}
	if got := of(full); !slices.Equal(got, names) {
		t.Errorf("%v, want all of %v", got, names)
	}
	if got := of(&assets.Asset{Kind: assets.Camera}); got != nil {
		t.Errorf("%v of nothing", got)
	}
	full.Camera = &assets.CameraSpec{Unaimed: true, PTZ: "fixed", Range: 3}
	if got := of(full); !slices.Equal(got, []string{"name", "range", "resolution", "stream", "area"}) {
		t.Error(got)
	}
}

func TestOpticsAreChecked(t *testing.T) {
	const table = `{"edition":"e","kind":%q,"classes":[{"code":"%s.other","name":"x","nameEn":"x","optics":%s}]}`
	for _, c := range []struct{ kind, optics, want string }{
		{"camera", `{"range":6000}`, "optics (camera.other): invalid: camera.range: 6000"},
		{"camera", `{"pixels":-1}`, "pixels: -1"},
		{"camera", `{"tiltUp":50,"tiltDown":40}`, "tiltUp, tiltDown: 50 and 40"},
		{"camera", `{"ptz":"spin"}`, "camera.ptz"},
		{"sensor", `{}`, "given for kind sensor"},
		{"camera", `{"colour":1}`, "colour"},
	} {
		_, err := assets.LoadClasses(fstest.MapFS{
			"phenomena.json": {Data: []byte(`{"edition":"e","phenomena":[]}`)},
			"a.json":         {Data: fmt.Appendf(nil, table, c.kind, c.kind, c.optics)},
		})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.optics, err, c.want)
		}
	}
}
