package api

import (
	"context"
	"fmt"
	"math"
	"net/http"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/twin"
	"suhe/twin/sight"
)

// seenCamera is a camera that sees a place. What the caller is not shown is left out.
type seenCamera struct {
	Camera  assets.ID   `json:"camera"`
	Name    string      `json:"name,omitempty"`
	Class   string      `json:"class"`
	State   string      `json:"state,omitempty"`
	Lon     float64     `json:"lon"`
	Lat     float64     `json:"lat"`
	At      *orb.Point  `json:"at,omitempty"` // in the CRS that was asked for
	Metres  float64     `json:"metres"`
	Azimuth float64     `json:"azimuth"`
	Tilt    float64     `json:"tilt"`
	Now     bool        `json:"now"`
	Density float64     `json:"density,omitempty"`
	Level   sight.Level `json:"level,omitempty"`
	Aim     *aimed      `json:"aim,omitempty"`
}

// aimed is where to turn a camera, and what its picture is good for with all its zoom.
type aimed struct {
	Azimuth float64     `json:"azimuth"`
	Tilt    float64     `json:"tilt"`
	Density float64     `json:"density,omitempty"`
	Level   sight.Level `json:"level,omitempty"`
}

// sight answers which cameras see a place, a line, or where an incident is.
func (s *server) sight(ctx context.Context, w http.ResponseWriter, _ *http.Request, q *seeing) error {
	if q.query.Has("line") {
		return s.sightOfLine(ctx, w, q)
	}
	p, of, err := s.askedPlace(ctx, q)
	if err != nil {
		return err
	}
	seen := q.cameras.At(p, q.look)
	out := struct {
		At       [2]float64   `json:"at"`
		Height   geo.Metres   `json:"height"`
		Incident assets.ID    `json:"incident,omitempty"`
		Count    int          `json:"count"` // of all that see it
		Cameras  []seenCamera `json:"cameras"`
	}{q.told(p).(orb.Point), q.look.Height, of, len(seen), []seenCamera{}}
	for _, c := range seen[:min(q.limit, len(seen))] {
		out.Cameras = append(out.Cameras, q.seen(c))
	}
	answerUnkept(w, http.StatusOK, out)
	return nil
}

// askedPlace is the one place that is asked about: a point, with a height or without, or
// that of an incident.
func (s *server) askedPlace(ctx context.Context, q *seeing) (p orb.Point, of assets.ID, err error) {
	if at := q.some("point", "lon,lat or lon,lat,height", 2, 3); at != nil { // an incident beside it is why it is asked
		if len(at) == 3 {
			if q.look.Height = geo.Metres(at[2]); !(at[2] >= 0 && at[2] <= maxSightHeight) {
				q.wrong("point: height %g, want 0 to %d metres", at[2], maxSightHeight)
			}
		}
		p = q.place("point", at[0], at[1])
		return p, "", q.err
	}
	if of = assets.ID(q.query.Get(incidentParameter)); of == "" {
		q.wrong("point: none, want point=lon,lat, or line, or incident")
	}
	if q.err != nil {
		return p, "", q.err
	}
	in, err := s.Incidents.Get(ctx, q.who, of)
	return in.What.Place, of, err
}

// line is the line that is asked about.
func (q *seeing) line() orb.LineString {
	all := q.some("line", fmt.Sprintf("lon,lat,lon,lat… of 2 to %d points", maxLine), 4, 2*maxLine)
	if len(all)%2 != 0 {
		q.wrong("line: %d numbers, want two for each point", len(all))
		return nil
	}
	var line orb.LineString
	for i := 0; i < len(all); i += 2 {
		line = append(line, q.place("line", all[i], all[i+1]))
	}
	if length := geo.Length(line); q.err == nil && !(length > 0 && length <= maxLineLength) {
		q.wrong("line: %.0f m long, want more than 0 and at most %d", float64(length), maxLineLength)
	}
	return line
}

func (q *seeing) seen(c sight.Seen) seenCamera {
	name, state := brief(c.Thing, q.ask.Shows)
	out := seenCamera{
		Camera: c.Thing.Asset.ID, Name: name, Class: c.Thing.Asset.Class, State: state, Lon: c.Thing.Anchor[0], Lat: c.Thing.Anchor[1], At: q.at(orb.Point(c.Thing.Anchor)),
		Metres: tenth(c.Glance.Metres), Azimuth: tenth(c.Glance.Azimuth), Tilt: tenth(c.Glance.Tilt), Now: c.Now, Density: tenth(c.Glance.Density), Level: c.Level,
	}
	if c.Turns {
		out.Aim = &aimed{tenth(c.Aim.Azimuth), tenth(c.Aim.Tilt), tenth(c.Closest), c.Best}
	}
	return out
}

// brief is the name and the state of a thing, if they are shown.
func brief(t *twin.Thing, shows access.Fields) (name, state string) {
	if shows("name") {
		name = t.Asset.Name
	}
	if shows("state") {
		state = t.Summary()
	}
	return name, state
}

// tenth is a number to one decimal: nobody knows better where a camera looks.
func tenth[T ~float64](v T) float64 { return math.Round(float64(v)*10) / 10 }

// linePiece is a part of a line that the same cameras see.
type linePiece struct {
	From    float64     `json:"from"` // metres along the line
	To      float64     `json:"to"`
	Cameras []assets.ID `json:"cameras"`
}

// lineCamera is how much of a line a camera sees.
type lineCamera struct {
	Camera assets.ID  `json:"camera"`
	Name   string     `json:"name,omitempty"`
	State  string     `json:"state,omitempty"`
	Lon    float64    `json:"lon"`
	Lat    float64    `json:"lat"`
	At     *orb.Point `json:"at,omitempty"`
	Metres float64    `json:"metres"`
	Share  float64    `json:"share"`
}

// sightOfLine answers how much of a line is seen and by whom.
func (s *server) sightOfLine(ctx context.Context, w http.ResponseWriter, q *seeing) error {
	line := q.line()
	if q.err != nil {
		return q.err
	}
	is, err := q.cameras.Along(ctx, line, q.look)
	if err != nil {
		return err
	}
	out := struct {
		Height  geo.Metres   `json:"height"`
		Length  float64      `json:"length"`
		Seen    float64      `json:"seen"`
		Share   float64      `json:"share"`
		Twice   float64      `json:"twice"`
		Pieces  []linePiece  `json:"pieces"`
		Count   int          `json:"count"`
		Cameras []lineCamera `json:"cameras"`
	}{q.look.Height, tenth(is.Length), tenth(is.Seen), share(float64(is.Seen), float64(is.Length)), tenth(is.Twice), []linePiece{}, len(is.Cameras), []lineCamera{}}
	for _, p := range is.Pieces {
		piece := linePiece{tenth(p.From), tenth(p.To), []assets.ID{}}
		for _, c := range p.Cameras[:min(q.limit, len(p.Cameras))] {
			piece.Cameras = append(piece.Cameras, c.Asset.ID)
		}
		out.Pieces = append(out.Pieces, piece)
	}
	for _, c := range is.Cameras[:min(q.limit, len(is.Cameras))] {
		name, state := brief(c.Thing, q.ask.Shows)
		out.Cameras = append(out.Cameras, lineCamera{c.Thing.Asset.ID, name, state, c.Thing.Anchor[0], c.Thing.Anchor[1], q.at(orb.Point(c.Thing.Anchor)), tenth(c.Metres), share(float64(c.Metres), float64(is.Length))})
	}
	answerUnkept(w, http.StatusOK, out)
	return nil
}

// share is a part of a whole, to a thousandth; 0 of nothing.
func share(part, whole float64) float64 {
	if whole <= 0 {
		return 0
	}
	return math.Round(part/whole*1000) / 1000
}
