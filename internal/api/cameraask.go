package api

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/twin/sight"
)

// The bounds of questions about sight.
const (
	sightPatience  = 10 * time.Second
	maxLine        = 500    // points
	maxLineLength  = 20_000 // metres
	maxSightHeight = 500    // metres
	maxSightShown  = 500    // cameras
	usualShown     = 50     // cameras
	maxSide        = 50_000 // metres of ground
	maxSpotCorners = 50_000 // of all blind spots in an answer
)

// numbers reads numbers that are joined by commas; nil: there are none.
func numbers(r *http.Request, name, want string, least, most int) ([]float64, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return nil, nil
	}
	wrong := func() error {
		return fmt.Errorf("%w: %s: %.80q, want %s", assets.ErrInvalid, name, text, want)
	}
	if len(text) > 64*most {
		return nil, wrong()
	}
	var out []float64
	for part := range strings.SplitSeq(text, ",") {
		v, err := strconv.ParseFloat(part, 64)
		if err != nil || v != v || v > 1e9 || v < -1e9 || len(out) == most {
			return nil, wrong()
		}
		out = append(out, v)
	}
	if len(out) < least {
		return nil, wrong()
	}
	return out, nil
}

// number reads one number between two, or takes the usual one.
func number(r *http.Request, name string, usual, least, most float64) (float64, error) {
	v, err := numbers(r, name, fmt.Sprintf("a number, %g to %g", least, most), 1, 1)
	switch {
	case err != nil:
		return 0, err
	case v == nil:
		return usual, nil
	case v[0] < least || v[0] > most:
		return 0, fmt.Errorf("%w: %s: %g, want %g to %g", assets.ErrInvalid, name, v[0], least, most)
	}
	return v[0], nil
}

// yes reads true or false.
func yes(r *http.Request, name string) (bool, error) {
	switch text := r.URL.Query().Get(name); text {
	case "", "false":
		return false, nil
	case "true":
		return true, nil
	default:
		return false, fmt.Errorf("%w: %s: %.40q, want true or false", assets.ErrInvalid, name, text)
	}
}

// place checks a point.
func place(name string, lon, lat float64) (orb.Point, error) {
	if lon < -180 || lon > 180 || lat < -90 || lat > 90 {
		return orb.Point{}, fmt.Errorf("%w: %s: %g,%g, want longitude and latitude in degrees", assets.ErrInvalid, name, lon, lat)
	}
	return orb.Point{lon, lat}, nil
}

// askedSight is how the caller asks what cameras see. What it tells is where cameras look:
// who is not shown that is not told.
func (s *server) askedSight(r *http.Request, who access.Principal) (ask sight.Asked, err error) {
	shows := s.shows(who)
	for _, field := range []string{"azimuth", "hfov", "range"} {
		if !shows(field) {
			return ask, fmt.Errorf("%w: sight: you are not shown %s", access.ErrDenied, field)
		}
	}
	var scope access.Sight
	scope.By(who.Scope)
	ask.Sees = scope.Sees
	height, wrongHeight := number(r, "height", float64(sight.UsualHeight), 0, maxSightHeight)
	working, wrongWorking := yes(r, "working")
	turning, wrongTurning := yes(r, "turning")
	ask.Height, ask.Working, ask.Turning = geo.Metres(height), working, turning
	if err := cmp.Or(wrongHeight, wrongWorking, wrongTurning); err != nil {
		return ask, err
	}
	if working && !shows("state") {
		return ask, fmt.Errorf("%w: working: you are not shown states", access.ErrDenied)
	}
	return ask, nil
}

// geometry is the geometry as GeoJSON.
func geometry(g orb.Geometry) json.RawMessage { return geo.AppendGeoJSON(nil, geo.Solid{Plane: g}) }
