package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
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
	Lon     float64 `json:"lon"`
	Lat     float64 `json:"lat"`
	Azimuth float64 `json:"azimuth"`
	Area    float64 `json:"area"` // m² that it adds
	Bank    float64 `json:"bank"` // metres that it adds
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

// coverage answers how well cameras cover an area, a box, a stretch of the creek, or an
// outline in the body.
func (s *server) coverage(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	v, err := s.views(r.Context(), who)
	if err != nil {
		return err
	}
	ask, err := s.askedSight(r, who)
	if err != nil {
		return err
	}
	wanted, err := s.wanted(r, ask)
	if err != nil {
		return err
	}
	limit, err := limitOf(r, usualShown, maxSightShown)
	if err != nil {
		return err
	}
	ground, err := s.groundOf(r, v, who)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), sightPatience)
	defer cancel()
	covered, err := v.Cameras.Cover(ctx, ground, wanted)
	if err != nil {
		return err
	}
	out := answerOf(covered, wanted.Height, limit)
	for _, l := range v.Cameras.Labels(who.Scope.Sees, s.shows(who), func(p orb.Point) bool { return ground.Box.Contains(p) && ground.Holds(p) }) {
		out.Labelling = append(out.Labelling, labelling(l))
	}
	answerUnkept(w, http.StatusOK, out)
	return nil
}

// wanted reads how fine the answer is to be, and how many places for cameras of which
// class to look for.
func (s *server) wanted(r *http.Request, ask sight.Asked) (out sight.Wanted, err error) {
	out.Asked = ask
	if r.URL.Query().Get("step") != "" {
		step, err := number(r, "step", 0, float64(sight.MinStep), float64(sight.MaxStep))
		if err != nil {
			return out, err
		}
		out.Step = geo.Metres(step)
	}
	next, err := number(r, "next", 0, 0, sight.MaxNext)
	if err != nil {
		return out, err
	}
	out.Next = int(next)
	switch by := r.URL.Query().Get("gain"); by {
	case "", "area":
	case "bank":
		out.Bank = true
	default:
		return out, fmt.Errorf("%w: gain: %.40q, want area or bank", assets.ErrInvalid, by)
	}
	class := r.URL.Query().Get("with")
	if class == "" {
		class = usualCamera
	}
	if k, known := s.Classes.Class(class); !known || k.Kind != assets.Camera || k.Optics == nil {
		return out, fmt.Errorf("%w: with: %.60q, want a class of cameras of which the tables tell the optics", assets.ErrInvalid, class)
	}
	out.With, _ = s.Classes.Lens(&assets.Asset{Kind: assets.Camera, Class: class}, [2]float64{}) // unaimed yet
	return out, nil
}

// usualCamera is the class of cameras that are looked for places for.
const usualCamera = "camera.bullet"

func answerOf(c *sight.Coverage, height geo.Metres, limit int) *coverageAnswer {
	out := &coverageAnswer{Step: c.Step, Height: height, Cameras: c.Cameras, Next: []nextCamera{}, Labelling: []labelling{}}
	g, b := &out.Ground, &out.Bank
	g.Area, g.Seen, g.Share, g.Twice = tenth(c.Area), tenth(c.Seen), share(c.Seen, c.Area), tenth(c.Twice)
	g.BlindSpots, g.Blind = len(c.Blind), []blindSpot{}
	corners := 0
	for _, spot := range c.Blind[:min(limit, len(c.Blind))] {
		for _, ring := range spot.Ground {
			corners += len(ring)
		}
		if corners > maxSpotCorners {
			break
		}
		g.Blind = append(g.Blind, blindSpot{tenth(spot.Area), geometry(spot.Ground)})
	}
	b.Length, b.Seen, b.Share, b.Twice = tenth(c.Bank.Length), tenth(c.Bank.Seen), share(float64(c.Bank.Seen), float64(c.Bank.Length)), tenth(c.Bank.Twice)
	b.Gaps, b.Blind = len(c.Bank.Blind), []bankGap{}
	for _, gap := range c.Bank.Blind[:min(limit, len(c.Bank.Blind))] {
		b.Blind = append(b.Blind, bankGap{tenth(gap.Length), geometry(gap.Line)})
	}
	for _, p := range c.Next {
		out.Next = append(out.Next, nextCamera{p.At[0], p.At[1], float64(p.Azimuth), tenth(p.Area), tenth(p.Bank)})
	}
	return out
}
