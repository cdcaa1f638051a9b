package storetest

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"suhe/assets"
	"suhe/twin"
	"suhe/twin/survey"
)

// Sums of any assets, times and periods are those of a model.
func surveySums(t *testing.T, h House) {
	s := h.Open(t)
	ids := []assets.ID{"b", "a", "Z", "c-1"}
	for _, id := range ids {
		put(t, s, sample(id, assets.Sensor))
	}
	random := rand.New(rand.NewPCG(11, 12))
	var all []twin.Kept
	for i := range 3000 {
		k := reading(ids[random.IntN(len(ids))], int64(i-1000)*97+int64(random.IntN(90)), math.Round(random.Float64()*4000)/100-5, 1)
		k.PhenomenonTime += int64(random.IntN(1000))
		if i%7 == 0 {
			k.Phenomenon = "flow"
		}
		all = append(all, k)
	}
	save(t, s, 1, all...)
	for range 60 {
		q := survey.SumQuery{
			Phenomenon: []string{"water_level", "flow"}[random.IntN(2)], Valid: [2]float64{0, 20 + 10*random.Float64()},
			From:  time.UnixMilli(noon + int64(random.IntN(200_000_000)) - 100_000_000),
			Every: time.Duration(1+random.IntN(30_000_000)) * time.Millisecond,
		}
		q.To = q.From.Add(time.Duration(random.IntN(100_000_000)) * time.Millisecond)
		for _, id := range append(ids, "nobody") {
			if random.IntN(3) > 0 {
				q.Assets = append(q.Assets, id)
			}
		}
		var got []survey.Sum
		if err := s.Sums(t.Context(), q, func(sum survey.Sum) error { got = append(got, sum); return nil }); err != nil {
			t.Fatal(err)
		}
		want := modelSums(q, all)
		if len(got) != len(want) {
			t.Fatalf("%+v: %d sums, want %d", q, len(got), len(want))
		}
		for i := range got {
			if math.Abs(got[i].Sum-want[i].Sum) > 1e-6 {
				t.Errorf("sum %v, want %v", got[i].Sum, want[i].Sum)
			}
			got[i].Sum = want[i].Sum
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v: %+v, want %+v", q, got, want)
		}
	}
	enough := errors.New("enough")
	q := survey.SumQuery{Assets: ids, Phenomenon: "water_level", Valid: [2]float64{-100, 100}, From: time.UnixMilli(noon), To: time.UnixMilli(noon + 1e8), Every: time.Hour}
	if err := s.Sums(t.Context(), q, func(survey.Sum) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("yield's error: %v", err)
	}
}

func modelSums(q survey.SumQuery, all []twin.Kept) (out []survey.Sum) {
	for _, k := range all {
		period := int((k.PhenomenonTime - q.From.UnixMilli()) / q.Every.Milliseconds())
		switch {
		case k.Phenomenon != q.Phenomenon, !slices.Contains(q.Assets, k.Asset), k.Value < q.Valid[0] || k.Value > q.Valid[1],
			k.PhenomenonTime < q.From.UnixMilli(), k.PhenomenonTime >= q.To.UnixMilli():
			continue
		}
		i := slices.IndexFunc(out, func(s survey.Sum) bool { return s.Asset == k.Asset && s.Period == period })
		if i < 0 {
			i = len(out)
			out = append(out, survey.Sum{Asset: k.Asset, Period: period, Tally: survey.Tally{Min: k.Value, Max: k.Value}})
		}
		out[i].Count++
		out[i].Sum += k.Value
		out[i].Min, out[i].Max = min(out[i].Min, k.Value), max(out[i].Max, k.Value)
	}
	slices.SortFunc(out, func(a, b survey.Sum) int {
		return cmp.Or(cmp.Compare(a.Asset, b.Asset), cmp.Compare(a.Period, b.Period))
	})
	return out
}

// Incidents are told by when they began, open or not, alarms and those without a
// beginning never.
func surveyBegun(t *testing.T, h House) {
	s := h.Open(t)
	began := func(id assets.ID, at string, open bool) {
		c := incident(id, 0, "report", open)
		c.Doc = json.RawMessage(fmt.Sprintf(`{"tally": {"begun": %q}}`, at))
		changed(t, s, c)
	}
	began("I-1", "2025-11-23T00:00:00Z", true)
	began("I-2", "2025-11-23T00:00:00.001Z", false)
	began("I-3", "2025-11-22T23:59:59.999Z", true)
	began("I-4", "2025-11-24T00:00:00Z", true)
	changed(t, s, incident("I-5", 0, "report", true))
	alarm := incident("A-1", 0, "raise", true)
	alarm.Marker.Kind, alarm.Event.Type, alarm.Doc = assets.Alarm, "alarm.raise", json.RawMessage(`{"tally": {"begun": "2025-11-23T08:00:00Z"}}`)
	changed(t, s, alarm)
	from := time.Date(2025, 11, 23, 0, 0, 0, 0, time.UTC)
	var got []string
	if err := s.Begun(t.Context(), from, from.Add(24*time.Hour), func(b survey.Begun) error {
		got = append(got, fmt.Sprint(b.Marker.ID, " ", b.Marker.Class, " ", b.Marker.Properties.Text("state"), " ", b.At.Format(time.RFC3339Nano)))
		if b.Marker.FID == 0 || b.Marker.Sensitivity != assets.Internal || b.Marker.Location.Area != "310107015" {
			t.Errorf("marker %+v", b.Marker)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if want := []string{"I-1 flood.street report 2025-11-23T00:00:00Z", "I-2 flood.street report 2025-11-23T00:00:00.001Z"}; !reflect.DeepEqual(got, want) {
		t.Errorf("began %q, want %q", got, want)
	}
	enough := errors.New("enough")
	if err := s.Begun(t.Context(), from, from.Add(24*time.Hour), func(survey.Begun) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("yield's error: %v", err)
	}
}
