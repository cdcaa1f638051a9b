package api

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin/sight"
)

// blindSpot is ground that no camera sees.
type blindSpot struct {
	Area     float64         `json:"area"`
	Geometry json.RawMessage `json:"geometry"`
}

// bankGap is a stretch of bank that no camera sees.
type bankGap struct {
	Length   float64         `json:"length"`
	Geometry json.RawMessage `json:"geometry"`
}

// nextCamera is where one more camera would help most.
type nextCamera struct {
	Lon     float64    `json:"lon"`
	Lat     float64    `json:"lat"`
	At      *orb.Point `json:"at,omitempty"` // in the CRS that was asked for
	Azimuth float64    `json:"azimuth"`
	Area    float64    `json:"area"` // m² that it adds
	Bank    float64    `json:"bank"` // metres that it adds
}

// labelling is how much is told of the cameras that stand in an area.
type labelling struct {
	Area    string         `json:"area,omitempty"`
	Cameras int            `json:"cameras"`
	Told    map[string]int `json:"told"`
}

// coverageAnswer is how well cameras cover ground and bank. Areas are m², lengths metres.
type coverageAnswer struct {
	Step    geo.Metres `json:"step"`
	Height  geo.Metres `json:"height"`
	Cameras int        `json:"cameras"`
	Ground  struct {
		Area       float64     `json:"area"`
		Seen       float64     `json:"seen"`
		Share      float64     `json:"share"`
		Twice      float64     `json:"twice"`
		BlindSpots int         `json:"blindSpots"` // all of them
		Blind      []blindSpot `json:"blind"`      // the largest
	} `json:"ground"`
	Bank struct {
		Length float64   `json:"length"`
		Seen   float64   `json:"seen"`
		Share  float64   `json:"share"`
		Twice  float64   `json:"twice"`
		Gaps   int       `json:"gaps"`
		Blind  []bankGap `json:"blind"`
	} `json:"bank"`
	Next      []nextCamera `json:"next"`
	Labelling []labelling  `json:"labelling"`
}

// coverage answers how well cameras cover a piece of ground.
func (s *server) coverage(ctx context.Context, w http.ResponseWriter, _ *http.Request, q *seeing) error {
	wanted, ground := s.wanted(q), q.survey.Ground(q.ask.Region)
	q.narrow(ground.Box)
	if q.err != nil {
		return q.err
	}
	covered, err := q.cameras.Cover(ctx, sight.Ground{Box: ground.Box, Holds: ground.Holds}, wanted)
	if err != nil {
		return err
	}
	out := q.answer(covered)
	for _, l := range q.cameras.Labels(q.ask.Sees, q.ask.Shows, func(p orb.Point) bool { return ground.Box.Contains(p) && ground.Holds(p) }) {
		out.Labelling = append(out.Labelling, labelling(l))
	}
	answerUnkept(w, http.StatusOK, out)
	return nil
}

// narrow refuses ground that is none, or too wide to be looked at.
func (q *seeing) narrow(box orb.Bound) {
	middle := box.Center()
	width := geo.Distance(orb.Point{box.Min[0], middle[1]}, orb.Point{box.Max[0], middle[1]})
	height := geo.Distance(orb.Point{middle[0], box.Min[1]}, orb.Point{middle[0], box.Max[1]})
	if width == 0 || height == 0 {
		q.wrong("ground: a point or a line, want a piece of ground; distance makes one of it")
	}
	if box.Max[0]-box.Min[0] > 1 || !(width <= maxSide && height <= maxSide) {
		q.wrong("ground: %.0f by %.0f m, want at most %d by %d", float64(width), float64(height), maxSide, maxSide)
	}
}

// wanted reads how fine the answer is to be, and how many places for cameras of which
// class to look for.
func (s *server) wanted(q *seeing) sight.Wanted {
	out := sight.Wanted{Asked: q.look, Next: q.whole("next", 0, 0, sight.MaxNext), Bank: q.word("gain", "area", "bank") == "bank"}
	if q.query.Has("step") {
		out.Step = geo.Metres(q.ranged("step", 0, float64(sight.MinStep), float64(sight.MaxStep)))
	}
	class := cmp.Or(q.query.Get("with"), usualCamera)
	if k, known := s.Classes.Class(class); !known || k.Kind != assets.Camera || k.Optics == nil {
		q.wrong("with: %.60q, want a class of cameras of which the tables tell the optics", class)
	}
	out.With, _ = s.Classes.Lens(&assets.Asset{Kind: assets.Camera, Class: class}, [2]float64{}) // unaimed yet
	return out
}

// usualCamera is the class of cameras that are looked for places for.
const usualCamera = "camera.bullet"

func (q *seeing) answer(c *sight.Coverage) *coverageAnswer {
	out := &coverageAnswer{Step: c.Step, Height: q.look.Height, Cameras: c.Cameras, Next: []nextCamera{}, Labelling: []labelling{}}
	g, b := &out.Ground, &out.Bank
	g.Area, g.Seen, g.Share, g.Twice = tenth(c.Area), tenth(c.Seen), share(c.Seen, c.Area), tenth(c.Twice)
	g.BlindSpots, g.Blind = len(c.Blind), []blindSpot{}
	corners := 0
	for _, spot := range c.Blind[:min(q.limit, len(c.Blind))] {
		for _, ring := range spot.Ground {
			corners += len(ring)
		}
		if corners > maxSpotCorners {
			break
		}
		g.Blind = append(g.Blind, blindSpot{tenth(spot.Area), geometry(q.told(spot.Ground))})
	}
	b.Length, b.Seen, b.Share, b.Twice = tenth(c.Bank.Length), tenth(c.Bank.Seen), share(float64(c.Bank.Seen), float64(c.Bank.Length)), tenth(c.Bank.Twice)
	b.Gaps, b.Blind = len(c.Bank.Blind), []bankGap{}
	for _, gap := range c.Bank.Blind[:min(q.limit, len(c.Bank.Blind))] {
		b.Blind = append(b.Blind, bankGap{tenth(gap.Length), geometry(q.told(gap.Line))})
	}
	for _, p := range c.Next {
		out.Next = append(out.Next, nextCamera{p.At[0], p.At[1], q.at(p.At), float64(p.Azimuth), tenth(p.Area), tenth(p.Bank)})
	}
	return out
}
