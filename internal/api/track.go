package api

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/internal/audit"
	"suhe/twin"
)

// The bounds of one track.
const (
	defaultTrack  = 30      // minutes
	maxTrack      = 24 * 60 // minutes
	maxTrackFixes = 20_000  // read from history
)

// positions takes a batch of positions.
func (s *server) positions(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	return s.Places.ServePositions(w, r, s.sender(who))
}

// trackAnswer is a GeoJSON feature (RFC 7946): a LineString, a Point if the
// mover was seen once, no geometry if it was not.
type trackAnswer struct {
	Type       string          `json:"type"`
	ID         assets.ID       `json:"id"`
	Geometry   *trackGeometry  `json:"geometry"`
	Properties trackProperties `json:"properties"`
}

type trackGeometry struct {
	Type        string `json:"type"`
	Coordinates any    `json:"coordinates"`
}

// trackProperties tell when; times go with the coordinates.
type trackProperties struct {
	Name      string      `json:"name"`
	Class     string      `json:"class"`
	Minutes   int         `json:"minutes"`
	Truncated bool        `json:"truncated,omitempty"` // there were more points before the first
	Times     []time.Time `json:"times"`
}

// track answers with where a mover was in the last minutes, jumps of its receiver
// left out. What the world keeps needs no database.
func (s *server) track(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	thing, err := s.visible(r, who)
	if err != nil {
		return err
	}
	if thing.Asset.Kind != assets.Mover {
		return fmt.Errorf("%w: %s is a %s, want a mover", assets.ErrInvalid, thing.Asset.ID, thing.Asset.Kind)
	}
	minutes, err := minutesOf(r)
	if err != nil {
		return err
	}
	if err := wantPurpose(r, "the track"); err != nil {
		return err
	}
	seen := entry(r.Context(), audit.TrackView, "asset "+string(thing.Asset.ID), audit.Done, map[string]int{"minutes": minutes})
	if err := s.Recorder.Viewed(r.Context(), seen); err != nil {
		return err
	}
	from := time.Now().Add(-time.Duration(minutes) * time.Minute)
	points, truncated := kept(thing, from), false
	if time.Duration(minutes)*time.Minute > twin.TrackKept {
		if points, truncated, err = s.before(r, thing, from, points); err != nil {
			return err
		}
	}
	w.Header().Set("Cache-Control", "private, no-store")
	writeJSON(w, "application/geo+json", http.StatusOK, trackOf(thing, minutes, truncated, points))
	return nil
}

func minutesOf(r *http.Request) (int, error) {
	text := r.URL.Query().Get("minutes")
	if text == "" {
		return defaultTrack, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > maxTrack {
		return 0, fmt.Errorf("%w: minutes: %.20q, want 1 to %d", assets.ErrInvalid, text, maxTrack)
	}
	return n, nil
}

// kept are the points since then that the world holds, and where the mover is now.
func kept(t *twin.Thing, from time.Time) []twin.TrackPoint {
	if t.Live == nil || t.Live.PhenomenonTime < from.UnixMilli() {
		return nil
	}
	points := t.Live.Track
	for len(points) > 0 && points[0].Time < from.UnixMilli() {
		points = points[1:]
	}
	now := twin.TrackPoint{Time: t.Live.PhenomenonTime, Lon: t.Live.Lon, Lat: t.Live.Lat}
	if n := len(points); n > 0 && points[n-1].Time == now.Time {
		return points
	}
	return append(points[:len(points):len(points)], now)
}

// before puts in front of the points what history tells of the time before them.
func (s *server) before(r *http.Request, t *twin.Thing, from time.Time, points []twin.TrackPoint) ([]twin.TrackPoint, bool, error) {
	to := time.Now().Add(time.Minute)
	if len(points) > 0 {
		to = time.UnixMilli(points[0].Time)
	}
	fixes, err := s.Live.History.Fixes(r.Context(), t.Asset.ID, from, to, maxTrackFixes)
	if err != nil {
		return nil, false, err
	}
	var motion assets.Motion
	if c, ok := s.Classes.Class(t.Asset.Class); ok && c.Motion != nil {
		motion = *c.Motion
	}
	var all []twin.TrackPoint
	for _, f := range twin.Believed(fixes, motion) {
		all = append(all, twin.TrackPoint{Time: f.PhenomenonTime, Lon: f.Lon, Lat: f.Lat})
	}
	return append(all, points...), len(fixes) == maxTrackFixes, nil
}

func trackOf(t *twin.Thing, minutes int, truncated bool, points []twin.TrackPoint) trackAnswer {
	out := trackAnswer{Type: "Feature", ID: t.Asset.ID, Properties: trackProperties{
		Name: t.Asset.Name, Class: t.Asset.Class, Minutes: minutes, Truncated: truncated, Times: []time.Time{}}}
	var line orb.LineString
	for _, p := range points {
		line = append(line, orb.Point{p.Lon, p.Lat})
		out.Properties.Times = append(out.Properties.Times, time.UnixMilli(p.Time).In(shanghai))
	}
	switch len(line) {
	case 0:
	case 1:
		out.Geometry = &trackGeometry{"Point", line[0]}
	default:
		out.Geometry = &trackGeometry{"LineString", line}
	}
	return out
}

// fixAnswer is where a mover is, with what it did not tell left out.
type fixAnswer struct {
	Time     time.Time    `json:"time"`
	Lon      float64      `json:"lon"`
	Lat      float64      `json:"lat"`
	Heading  *geo.Degrees `json:"heading,omitempty"`  // clockwise from north
	Speed    *float64     `json:"speed,omitempty"`    // metres a second
	Accuracy *geo.Metres  `json:"accuracy,omitempty"` // metres
	Area     string       `json:"area,omitempty"`
	Chainage *geo.Metres  `json:"chainage,omitempty"` // metres along the creek
	Bank     geo.Bank     `json:"bank,omitempty"`
	Offset   *geo.Metres  `json:"offset,omitempty"`  // metres from the creek's line
	Snapped  *orb.Point   `json:"snapped,omitempty"` // on the path along the bank
}

// fixOf is nil for what never told where it is.
func fixOf(l *twin.Live) *fixAnswer {
	if l == nil {
		return nil
	}
	out := &fixAnswer{Time: time.UnixMilli(l.PhenomenonTime).In(shanghai), Lon: l.Lon, Lat: l.Lat,
		Heading: told(l.Heading), Speed: told(l.Speed), Accuracy: told(l.Accuracy), Area: l.Location.Area}
	if p := l.Location.Place; p != nil {
		out.Chainage, out.Bank, out.Offset = &p.Chainage, p.Bank, &p.Offset
	}
	if l.OnBank {
		out.Snapped = &l.Snapped
	}
	return out
}

func told[V ~float64](v V) *V {
	if v < 0 {
		return nil
	}
	return &v
}
