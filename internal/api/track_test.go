package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// patrol is a mover that was seen so many minutes ago.
func patrol(now time.Time, ago ...int) *twin.Thing {
	t := sensor()
	t.Asset.ID, t.Asset.Kind, t.Asset.Class, t.Asset.Name, t.Asset.Sensor, t.Last = "p-1", assets.Mover, "mover.patrol", "巡查一组", nil, nil
	for _, minutes := range ago {
		f := fixAgo(now, minutes)
		var track []twin.TrackPoint
		if t.Live != nil {
			track = t.Live.Track
		}
		t.Live = &twin.Live{Fix: f, Track: append(track, twin.TrackPoint{Time: f.PhenomenonTime, Lon: f.Lon, Lat: f.Lat}),
			Location: assets.Location{Area: "310107005", Place: &geo.Place{Chainage: 1200, Bank: geo.Left, Offset: 30}},
			Snapped:  orb.Point{121.5, 31.25}, OnBank: true}
	}
	return t
}

func fixAgo(now time.Time, minutes int) twin.Fix {
	at := now.Add(-time.Duration(minutes) * time.Minute).UnixMilli()
	return twin.Fix{Asset: "p-1", PhenomenonTime: at, ReceivedTime: at, Lon: 121 + float64(minutes)/1e5, Lat: 31, Heading: 0, Speed: twin.NotTold, Accuracy: 5}
}

func TestTrack(t *testing.T) {
	now := time.Now()
	jump := fixAgo(now, 50)
	jump.Lon = 122
	for _, c := range []struct {
		name, query string
		thing       *twin.Thing
		past        []twin.Fix
		want        string // geometry and longitudes behind 121, in 1e-5
		asks        bool
	}{
		{"memory", "", patrol(now, 29, 10, 1), nil, "LineString 29 10 1", false},
		{"the last minutes", "?minutes=15", patrol(now, 29, 10, 1), nil, "LineString 10 1", false},
		{"one point", "?minutes=5", patrol(now, 29, 10, 1), nil, "Point 1", false},
		{"none", "", patrol(now), nil, "null", false},
		{"long ago", "", patrol(now, 45), nil, "null", false},
		{"history before", "?minutes=60", patrol(now, 29, 10), []twin.Fix{fixAgo(now, 55), jump, fixAgo(now, 45)}, "LineString 55 45 29 10", true},
	} {
		r := open()
		r.thing, r.fixes = c.thing, c.past
		w := ask(handler(r, nil), "GET", "/v1/assets/p-1/track"+c.query, "", "Suhe-Purpose", "test")
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/geo+json" || w.Header().Get("Cache-Control") != "private, no-store" {
			t.Fatalf("%s: %d %v %s", c.name, w.Code, w.Header(), w.Body)
		}
		if got := sketch(t, w.Body.Bytes()); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		if asks := !r.asked[0].IsZero(); asks != c.asks {
			t.Errorf("%s: history is asked %t, want %t", c.name, asks, c.asks)
		}
		if c.asks && r.asked[1].UnixMilli() != fixAgo(now, 29).PhenomenonTime {
			t.Errorf("%s: history is asked up to %v", c.name, r.asked[1])
		}
	}
}

// sketch is a track in short.
func sketch(t *testing.T, body []byte) string {
	t.Helper()
	var f struct {
		Type, ID string
		Geometry *struct {
			Type        string
			Coordinates json.RawMessage
		}
		Properties struct{ Times []string }
	}
	if err := json.Unmarshal(body, &f); err != nil || f.Type != "Feature" || f.ID != "p-1" {
		t.Fatalf("%s: %v", body, err)
	}
	if f.Geometry == nil {
		return "null"
	}
	line := []orb.Point{{}}
	var into any = &line
	if f.Geometry.Type == "Point" {
		into = &line[0]
	}
	if err := json.Unmarshal(f.Geometry.Coordinates, into); err != nil || len(line) != len(f.Properties.Times) {
		t.Fatalf("%s: %v", body, err)
	}
	out := f.Geometry.Type
	for i, p := range line {
		out += fmt.Sprintf(" %.0f", (p[0]-121)*1e5)
		if !strings.HasSuffix(f.Properties.Times[i], "+08:00") {
			t.Errorf("time %s is not Shanghai's", f.Properties.Times[i])
		}
	}
	return out
}

func TestTrackRefuses(t *testing.T) {
	r := open()
	h := handler(r, nil)
	for _, c := range []struct {
		path   string
		status int
		want   string
	}{
		{"/v1/assets/wl-1/track", 400, "wl-1 is a sensor, want a mover"},
		{"/v1/assets/nobody/track", 404, ""},
	} {
		if w := ask(h, "GET", c.path, ""); w.Code != c.status || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%s: %d %s", c.path, w.Code, w.Body)
		}
	}
	r.thing = patrol(time.Now(), 1)
	for _, minutes := range []string{"0", "-1", "1441", "1.5", "all"} {
		if w := ask(h, "GET", "/v1/assets/p-1/track?minutes="+minutes, ""); w.Code != 400 || !strings.Contains(w.Body.String(), "want 1 to 1440") {
			t.Errorf("minutes=%s: %d %s", minutes, w.Code, w.Body)
		}
	}
}

func TestAssetOfAMoverHasItsFix(t *testing.T) {
	r := open()
	r.thing = patrol(time.Now(), 1)
	w := ask(handler(r, nil), "GET", "/v1/assets/p-1", "")
	for _, want := range []string{`"lon":121.00001,"lat":31,"heading":0,"accuracy":5,"area":"310107005","chainage":1200,"bank":"left","offset":30,"snapped":[121.5,31.25]`} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s lacks %s", w.Body, want)
		}
	}
	if strings.Contains(w.Body.String(), `"speed"`) {
		t.Errorf("%s tells a speed that nobody told", w.Body)
	}
}

func TestPositionsArePosted(t *testing.T) {
	if w := ask(handler(open(), nil), "POST", "/v1/positions", "{}"); w.Code != 200 || !strings.Contains(w.Body.String(), `"accepted":7`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
