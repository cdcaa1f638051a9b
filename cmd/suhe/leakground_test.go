package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"

	"suhe/assets"
)

// askGround asks a question about the ground where the sides meet: neither rows nor
// counts may tell of the other.
func (l *leakNode) askGround(a *leakAsk, chance *rand.Rand) {
	query := url.Values{}
	if chance.IntN(3) == 0 {
		query.Set("filter", one(chance, "name LIKE '"+a.other.mark+"%'", "values.people > 300000", "properties.note = '"+a.other.mark+" note'", "severity > 0"))
		a.echo = url.QueryEscape(query.Get("filter"))
	}
	west := 121.40 + 0.04*chance.Float64()
	switch chance.IntN(9) {
	case 0:
		a.path = "/v1/nearest"
		query.Set("point", fmt.Sprintf("%f,31.24", west))
		query.Set("limit", "40")
	case 1:
		a.path = "/v1/within"
		query.Set("bbox", fmt.Sprintf("%f,31.22,%f,31.26", west, west+0.02))
		query.Set("limit", "1000")
	case 2:
		a.method, a.path = http.MethodPost, "/v1/within"
		query.Set("distance", "2000")
		a.body = fmt.Sprintf(`{"type": "LineString", "coordinates": [[%f, 31.23], [%f, 31.25]]}`, west, west+0.01)
	case 3:
		a.path = "/v1/clusters"
		query.Set("reach", "800")
		query.Set("kind", "sensor,asset")
	case 4:
		a.path = "/v1/creek"
		query.Set("limit", "500")
	case 5:
		a.path = "/v1/creek/strip"
		query.Set("f", one(chance, "svg", "json"))
		query.Set("phenomenon", "people")
	case 6:
		of := l.sides[chance.IntN(2)]
		a.path = "/v1/relations/" + string(one(chance, of.kinds[assets.Sensor]...))
		a.check = statusIs(map[bool]int{true: http.StatusOK, false: http.StatusNotFound}[of == a.by])
	case 7:
		l.askSums(a)
		return
	case 8:
		l.askGroups(a)
		return
	}
	if len(query) > 0 {
		a.path += "?" + query.Encode()
	}
}

// askSums asks for the whole world at a glance, which is as much as the side sees.
func (l *leakNode) askSums(a *leakAsk) {
	a.path = "/v1/summary"
	by := a.by
	a.check = func(w *httptest.ResponseRecorder) error {
		var sum struct {
			Kinds []struct {
				Kind   assets.Kind
				Total  int
				States map[string]int
			}
		}
		if err := json.Unmarshal(w.Body.Bytes(), &sum); err != nil {
			return err
		}
		for _, k := range sum.Kinds {
			states := 0
			for _, n := range k.States {
				states += n
			}
			if want := by.totals[k.Kind] + l.ground[k.Kind]; k.Total != want || states != want {
				return fmt.Errorf("%d %s in %d states, want %d", k.Total, k.Kind, states, want)
			}
		}
		return nil
	}
}

// askGroups counts things by kind, cell and bank: all together are as many as the side
// sees.
func (l *leakNode) askGroups(a *leakAsk) {
	a.path = "/v1/aggregate?by=kind,grid,bank&size=300"
	by := a.by
	a.check = func(w *httptest.ResponseRecorder) error {
		var answer struct {
			Groups []struct {
				Kind  assets.Kind
				Count int
			}
		}
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
			return err
		}
		counts := map[assets.Kind]int{}
		for _, g := range answer.Groups {
			counts[g.Kind] += g.Count
		}
		for kind, n := range counts {
			if want := by.totals[kind] + l.ground[kind]; n != want {
				return fmt.Errorf("%d %s, want %d", n, kind, want)
			}
		}
		return nil
	}
}
