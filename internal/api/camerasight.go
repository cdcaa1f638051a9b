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
func (s *server) sight(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	v, err := s.views(r.Context(), who)
	if err != nil {
		return err
	}
	ask, err := s.askedSight(r, who)
	if err != nil {
		return err
	}
	limit, err := limitOf(r, usualShown, maxSightShown)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), sightPatience)
	defer cancel()
	if line, err := lineOf(r); err != nil || line != nil {
		if err != nil {
			return err
		}
		return s.sightOfLine(ctx, w, v, who, line, ask, limit)
	}
	p, incident, err := s.askedPlace(ctx, r, who, &ask)
	if err != nil {
		return err
	}
	seen := v.Cameras.At(p, ask)
	out := struct {
		At       [2]float64   `json:"at"`
		Height   geo.Metres   `json:"height"`
		Incident assets.ID    `json:"incident,omitempty"`
		Count    int          `json:"count"` // of all that see it
		Cameras  []seenCamera `json:"cameras"`
	}{p, ask.Height, incident, len(seen), []seenCamera{}}
	for _, c := range seen[:min(limit, len(seen))] {
		out.Cameras = append(out.Cameras, s.seenOf(c, who))
	}
	answerUnkept(w, http.StatusOK, out)
	return nil
}

// askedPlace is the one place that is asked about: a point, with a height or without, or
// that of an incident.
func (s *server) askedPlace(ctx context.Context, r *http.Request, who access.Principal, ask *sight.Asked) (p orb.Point, of assets.ID, err error) {
	of = assets.ID(r.URL.Query().Get(incidentParameter))
	at, err := numbers(r, "at", "lon,lat or lon,lat,height", 2, 3)
	switch {
	case err != nil:
		return p, "", err
	case at != nil: // an incident beside it is why it is asked
		if len(at) == 3 {
			if at[2] < 0 || at[2] > maxSightHeight {
				return p, "", fmt.Errorf("%w: at: height %g, want 0 to %d metres", assets.ErrInvalid, at[2], maxSightHeight)
			}
			ask.Height = geo.Metres(at[2])
		}
		p, err = place("at", at[0], at[1])
		return p, "", err
	case of == "":
		return p, "", fmt.Errorf("%w: at: none, want at=lon,lat, or line, or incident", assets.ErrInvalid)
	}
	in, err := s.Incidents.Get(ctx, who, of)
	return in.What.Place, of, err
}

// lineOf is the line that is asked about; nil: none.
func lineOf(r *http.Request) (orb.LineString, error) {
	all, err := numbers(r, "line", fmt.Sprintf("lon,lat,lon,lat… of 2 to %d points", maxLine), 4, 2*maxLine)
	if err != nil || all == nil {
		return nil, err
	}
	if len(all)%2 != 0 {
		return nil, fmt.Errorf("%w: line: %d numbers, want two for each point", assets.ErrInvalid, len(all))
	}
	var line orb.LineString
	for i := 0; i < len(all); i += 2 {
		p, err := place("line", all[i], all[i+1])
		if err != nil {
			return nil, err
		}
		line = append(line, p)
	}
	if length := geo.Length(line); !(length > 0 && length <= maxLineLength) {
		return nil, fmt.Errorf("%w: line: %.0f m long, want more than 0 and at most %d", assets.ErrInvalid, float64(length), maxLineLength)
	}
	return line, nil
}

func (s *server) seenOf(c sight.Seen, who access.Principal) seenCamera {
	name, state := s.brief(c.Thing, who)
	out := seenCamera{
		Camera: c.Thing.Asset.ID, Name: name, Class: c.Thing.Asset.Class, State: state, Lon: c.Thing.Anchor[0], Lat: c.Thing.Anchor[1],
		Metres: tenth(c.Glance.Metres), Azimuth: tenth(c.Glance.Azimuth), Tilt: tenth(c.Glance.Tilt), Now: c.Now, Density: tenth(c.Glance.Density), Level: c.Level,
	}
	if c.Turns {
		out.Aim = &aimed{tenth(c.Aim.Azimuth), tenth(c.Aim.Tilt), tenth(c.Closest), c.Best}
	}
	return out
}

// brief is the name and the state of a thing, if they are shown.
func (s *server) brief(t *twin.Thing, who access.Principal) (name, state string) {
	shows := s.shows(who)
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
	Camera assets.ID `json:"camera"`
	Name   string    `json:"name,omitempty"`
	State  string    `json:"state,omitempty"`
	Lon    float64   `json:"lon"`
	Lat    float64   `json:"lat"`
	Metres float64   `json:"metres"`
	Share  float64   `json:"share"`
}

// sightOfLine answers how much of a line is seen and by whom.
func (s *server) sightOfLine(ctx context.Context, w http.ResponseWriter, v Views, who access.Principal, line orb.LineString, ask sight.Asked, limit int) error {
	is, err := v.Cameras.Along(ctx, line, ask)
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
	}{ask.Height, tenth(is.Length), tenth(is.Seen), share(float64(is.Seen), float64(is.Length)), tenth(is.Twice), []linePiece{}, len(is.Cameras), []lineCamera{}}
	for _, p := range is.Pieces {
		piece := linePiece{tenth(p.From), tenth(p.To), []assets.ID{}}
		for _, c := range p.Cameras[:min(limit, len(p.Cameras))] {
			piece.Cameras = append(piece.Cameras, c.Asset.ID)
		}
		out.Pieces = append(out.Pieces, piece)
	}
	for _, c := range is.Cameras[:min(limit, len(is.Cameras))] {
		name, state := s.brief(c.Thing, who)
		out.Cameras = append(out.Cameras, lineCamera{c.Thing.Asset.ID, name, state, c.Thing.Anchor[0], c.Thing.Anchor[1], tenth(c.Metres), share(float64(c.Metres), float64(is.Length))})
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
