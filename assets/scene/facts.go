package scene

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/paulmach/orb"

	"suhe/geo"
)

//go:embed facts.json
var factsJSON []byte

// Sheet is what is known of the place. It is shared and must not be changed.
type Sheet struct {
	Title       string    // Chinese
	TitleEn     string    //
	Attribution string    // must be shown wherever the scene is
	Bounds      orb.Bound // of the creek with some land around, degrees WGS84
	Center      orb.Point // where a first view should look

	creek     creekFacts
	streets   []streetFacts
	bridges   []spotFacts
	landmarks []spotFacts
	stations  []spotFacts
}

type creekFacts struct {
	Name   string     `json:"name"`
	Length geo.Metres `json:"length_m"`
	Width  struct {
		P10    float64 `json:"p10"`
		Median float64 `json:"median"`
		P90    float64 `json:"p90"`
	} `json:"width_m"`
	Line orb.LineString `json:"centreline"`
}

type streetFacts struct {
	Name        string    `json:"name"`
	Code        string    `json:"code"`
	Label       orb.Point `json:"label"`
	Outline     orb.Ring  `json:"outline"`
	Approximate bool      `json:"approximate"`
}

type spotFacts struct {
	Name        string  `json:"name"`
	Lon         float64 `json:"lon"`
	Lat         float64 `json:"lat"`
	Approximate bool    `json:"approximate"`
}

func (s spotFacts) point() orb.Point { return orb.Point{s.Lon, s.Lat} }

var loadFacts = sync.OnceValue(func() *Sheet {
	f, err := parseFacts(factsJSON)
	if err != nil {
		panic("scene: facts.json: " + err.Error())
	}
	return f
})

// Facts returns what is known of the place.
func Facts() *Sheet { return loadFacts() }

// River returns the creek's reference line: chainage counts from its west end.
func River() *geo.River { return loadRiver() }

var loadRiver = sync.OnceValue(func() *geo.River {
	r, err := geo.NewRiver(loadFacts().creek.Line)
	if err != nil {
		panic("scene: facts.json: creek.centreline: " + err.Error())
	}
	return r
})

func parseFacts(b []byte) (*Sheet, error) {
	var w struct {
		Attribution string        `json:"attribution"`
		Creek       creekFacts    `json:"creek"`
		Streets     []streetFacts `json:"streets"`
		Bridges     []spotFacts   `json:"bridges"`
		Landmarks   []spotFacts   `json:"landmarks"`
		Stations    []spotFacts   `json:"metro_stations"`
	}
	if err := json.Unmarshal(b, &w); err != nil {
		return nil, err
	}
	if len(w.Creek.Line) < 2 {
		return nil, fmt.Errorf("creek.centreline: %d points, want two or more", len(w.Creek.Line))
	}
	const margin = 0.008 // degrees, about 800 m
	return &Sheet{
		Title: "苏河秀带", TitleEn: "Suhe · Suzhou Creek riverside",
		Attribution: w.Attribution,
		Bounds:      w.Creek.Line.Bound().Pad(margin),
		Center:      orb.Point{121.4348, 31.2505}, // the bends at 长寿路, between 梦清园 and 天安千树
		creek:       w.Creek, streets: w.Streets, bridges: w.Bridges,
		landmarks: w.Landmarks, stations: w.Stations,
	}, nil
}
