package twin

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"suhe/assets"
	"suhe/geo"
)

func TestAppendObservations(t *testing.T) {
	got, err := AppendObservations(nil, []Observation{
		{"id", "water_level", 3.12, 1763856000000, 1763856000123},
		{`q"\`, "水位", -1e300, -1, 0},
	})
	want := `[{"a":"id","p":"water_level","v":3.12,"t":1763856000000,"r":1763856000123},` +
		`{"a":"q\"\\","p":"水位","v":-1e+300,"t":-1,"r":0}]`
	if err != nil || string(got) != want {
		t.Errorf("got  %s, %v\nwant %s", got, err, want)
	}
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		got, err := AppendObservations([]byte("before"), []Observation{{"id", "level", v, 1, 1}})
		if err == nil || !strings.Contains(err.Error(), `"id"`) || string(got) != "before" {
			t.Errorf("%v: %q, %v", v, got, err)
		}
	}
}

// messages are texts that may come as a message of OBS; good ones have a count.
var messages = []struct {
	text string
	n    int // -1: an error
	fast bool
}{
	{`[]`, 0, true},
	{`[{"a":"x","x":121.4,"y":31.2,"h":90,"s":1.4,"c":8,"t":2,"r":3}]`, 1, true},
	{`[{"a":"x","x":121.4,"y":31.2,"h":-1,"s":-1,"c":-1,"t":2,"r":3},{"a":"x","p":"y","v":1,"t":2,"r":3}]`, 2, true},
	{`[{"a":"x","x":121.4,"y":31.2,"t":2,"r":3}]`, 1, false},
	{`[{"k":"ai","i":"1","a":"cam","p":"crowd","v":0.9,"x":121.4,"y":31.2,"t":2,"r":3}]`, 1, false},
	{`[{"k":"ai","i":"1","a":"cam","p":"crowd","v":0.9,"x":121.4,"y":31.2,"b":[0.1,0.2,0.3,0.4],"u":"https://x","t":2,"r":3},{"a":"x","p":"y","v":1,"t":2,"r":3}]`, 2, false},
	{`[{"k":"ai","a":"cam","p":"crowd","v":0.9,"x":121.4,"y":31.2,"t":2,"r":3}]`, -1, false},
	{`[{"k":"ai","i":"1","a":"cam","p":"crowd","v":0.9,"t":2,"r":3}]`, -1, false},
	{`[{"a":"x","x":121.4,"y":31.2,"h":90,"s":1.4,"c":8,"t":2}]`, -1, false},
	{`[{"a":"x","x":121.4,"h":90,"s":1.4,"c":8,"t":2,"r":3}]`, -1, false},
	{`[{"a":"x","y":31.2,"h":90,"s":1.4,"c":8,"t":2,"r":3}]`, -1, false},
	{`[{"a":"x","p":"y","v":1,"t":2,"r":3}]`, 1, true},
	{`[{"a":"x","p":"y","v":-1.5e-7,"t":-2,"r":0},{"a":"","p":"","v":0,"t":0,"r":0}]`, 2, true},
	{` [ {"r":3, "t":2, "v":1, "p":"y", "a":"x", "z":[1]} ] `, 1, false},
	{`[{"a":"x\n","p":"水位","v":1,"t":2,"r":3}]`, 1, false},
	{`[{"a":"x","p":"y","v":1e999,"t":2,"r":3}]`, -1, false},
	{`[{"a":"x","p":"y","v":01,"t":2,"r":3}]`, -1, false},
	{`[{"a":"x","p":"y","v":1.,"t":2,"r":3}]`, -1, false},
	{`[{"a":"x","p":"y","v":0x1p3,"t":2,"r":3}]`, -1, false},
	{`[{"a":"x","p":"y","v":NaN,"t":2,"r":3}]`, -1, false},
	{`[{"a":"x","p":"y","v":1,"t":2.5,"r":3}]`, -1, false},
	{`[{"a":"x","p":"y","v":1,"t":99999999999999999999,"r":3}]`, -1, false},
	{`[{"a":"x","p":"y","v":1,"t":2}]`, -1, false},
	{`[{"a":"x","p":"y","v":null,"t":2,"r":3}]`, -1, false},
	{`[{"a":"x","p":"y","v":1,"t":2,"r":3},]`, -1, false},
	{`[{"a":"x","p":"y","v":1,"t":2,"r":3}`, -1, false},
	{`[{"a":"x","p":"y","v":1,"t":2,"r":3}]]`, -1, false},
	{`[{"a":"x","p":"y","v":1,"t":2,"r":3}] 1`, -1, false},
	{`[]x]`, -1, false},
	{`{}`, -1, false},
	{`[`, -1, false},
	{`null`, -1, false},
	{``, -1, false},
	{`[[[[[[[[`, -1, false},
}

func TestDecodeReports(t *testing.T) {
	for _, c := range messages {
		got, err := DecodeReports([]byte(c.text))
		if (err != nil) != (c.n < 0) || err == nil && len(got.Observations)+len(got.Fixes)+len(got.Findings) != c.n {
			t.Errorf("%s: %v, %v; want %d", c.text, got, err, c.n)
		}
		if _, ok := scanReports(c.text); ok != c.fast {
			t.Errorf("%s: fast %v, want %v", c.text, ok, c.fast)
		}
	}
	if _, err := DecodeReports(make([]byte, MaxMessage+1)); err == nil {
		t.Error("a message over the bound was read")
	}
}

func TestReportsRoundTrip(t *testing.T) {
	one := rapid.Custom(func(t *rapid.T) Observation {
		return Observation{
			Asset:          assets.ID(rapid.String().Draw(t, "a")),
			Phenomenon:     rapid.StringMatching(`[a-z_]{0,12}`).Draw(t, "p"),
			Value:          rapid.Float64().Draw(t, "v"),
			PhenomenonTime: rapid.Int64().Draw(t, "t"),
			ReceivedTime:   rapid.Int64().Draw(t, "r"),
		}
	})
	fix := rapid.Custom(func(t *rapid.T) Fix {
		return Fix{
			Asset:          assets.ID(rapid.String().Draw(t, "a")),
			PhenomenonTime: rapid.Int64().Draw(t, "t"),
			ReceivedTime:   rapid.Int64().Draw(t, "r"),
			Lon:            rapid.Float64().Draw(t, "x"),
			Lat:            rapid.Float64().Draw(t, "y"),
			Heading:        geo.Degrees(rapid.Float64().Draw(t, "h")),
			Speed:          rapid.SampledFrom([]float64{NotTold, 0, 1.4}).Draw(t, "s"),
			Accuracy:       geo.Metres(rapid.SampledFrom([]float64{NotTold, 0, 5}).Draw(t, "c")),
		}
	})
	finding := rapid.Custom(func(t *rapid.T) Finding {
		return Finding{
			Hook: rapid.String().Draw(t, "k"), ID: rapid.String().Draw(t, "i"), Camera: assets.ID(rapid.String().Draw(t, "a")),
			Class: rapid.String().Draw(t, "p"), Confidence: rapid.Float64().Draw(t, "v"), Lon: 121, Lat: 31,
			Box: rapid.SampledFrom([][4]float64{{}, {0.1, 0.2, 0.3, 0.4}}).Draw(t, "b"), Picture: rapid.String().Draw(t, "u"),
			PhenomenonTime: rapid.Int64().Draw(t, "t"), ReceivedTime: rapid.Int64().Draw(t, "r"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		want := Reports{rapid.SliceOf(one).Draw(t, "observations"), rapid.SliceOf(fix).Draw(t, "fixes"), rapid.SliceOf(finding).Draw(t, "findings")}
		data := written(t, want)
		got, err := DecodeReports(data)
		if err != nil || !equalReports(got, want) {
			t.Fatalf("%s: %v, %v", data, got, err)
		}
	})
}

// written is the message that carries all of r: the arrays joined as Publisher does.
func written(t testingT, r Reports) []byte {
	t.Helper()
	obs, err := AppendObservations(nil, r.Observations)
	if err != nil {
		t.Fatal(err)
	}
	fixes, err := AppendFixes(nil, r.Fixes)
	if err != nil {
		t.Fatal(err)
	}
	findings, err := AppendFindings(nil, r.Findings)
	if err != nil {
		t.Fatal(err)
	}
	all := slices.DeleteFunc([]string{string(obs[1 : len(obs)-1]), string(fixes[1 : len(fixes)-1]), string(findings[1 : len(findings)-1])},
		func(s string) bool { return s == "" })
	return []byte("[" + strings.Join(all, ",") + "]")
}

func equalReports(a, b Reports) bool {
	return slices.Equal(a.Observations, b.Observations) && slices.Equal(a.Fixes, b.Fixes) && slices.Equal(a.Findings, b.Findings)
}

// Whatever the bytes, both ways of reading agree, and what was read can be
// written and read again.
func FuzzDecodeReports(f *testing.F) {
	for _, c := range messages {
		f.Add([]byte(c.text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := DecodeReports(data)
		if err != nil {
			return
		}
		slow, err := readReports(data)
		if err != nil || !equalReports(got, slow) {
			t.Fatalf("fast %v, slow %v, %v", got, slow, err)
		}
		again := written(t, got)
		if back, err := DecodeReports(again); err != nil || !equalReports(back, got) {
			t.Fatalf("%s comes back as %v, %v", again, back, err)
		}
	})
}

// Bytes that promise much buy little memory.
func TestDecodeReportsIsFrugal(t *testing.T) {
	for name, text := range map[string]string{
		"braces":    "[" + strings.Repeat("{", MaxMessage-2) + "]",
		"nothings":  "[" + strings.Repeat("{},", MaxMessage/3-2) + "{}]",
		"good once": `[{"a":"x","p":"y","v":1,"t":2,"r":3},` + strings.Repeat("{", MaxMessage-64) + "]",
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := DecodeReports([]byte(text)); err == nil {
			t.Errorf("%s: no error", name)
		}
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 16*MaxMessage {
			t.Errorf("%s: %d bytes allocated for %d", name, n, len(text))
		}
	}
}

func TestEventRoundTrip(t *testing.T) {
	a := gauge(7, "g", orb.Point{121.4, 31.2})
	a.Sensitivity = assets.Restricted
	for _, want := range []Event{
		{Seq: 1, Time: time.UnixMilli(t0).UTC(), Type: AssetPut, FID: 7, ID: "g", Asset: a},
		{Seq: 2, Time: time.UnixMilli(t0 + 1).In(time.FixedZone("", 8*3600)), Type: AssetRemoved, FID: 7, ID: "g"},
		{Seq: 3, Type: "incident.filed"},
	} {
		data, err := EncodeEvent(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := DecodeEvent(data)
		if err != nil {
			t.Fatalf("%s: %v", data, err)
		}
		again, _ := EncodeEvent(*got)
		if string(again) != string(data) || !got.Time.Equal(want.Time) || got.Asset != nil && got.Asset.Sensitivity != assets.Restricted {
			t.Errorf("%s comes back as %s", data, again)
		}
	}
}

// The relay's short cut writes what EncodeEvent writes.
func TestAppendPut(t *testing.T) {
	a := gauge(7, "g", orb.Point{121.4, 31.2})
	body, err := a.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []time.Time{time.UnixMilli(t0).UTC(), time.Unix(1, 23456).In(time.FixedZone("", 8*3600))} {
		e := Event{Seq: 1 << 40, Time: at, Type: AssetPut, FID: 7, ID: "g", Asset: a}
		want, _ := EncodeEvent(e)
		if got := appendPut(nil, &e, body); string(got) != string(want) {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

var events = []struct {
	text string
	good bool
}{
	{`{"seq":1,"time":"2026-11-23T08:00:00+08:00","type":"asset.removed","fid":1,"id":"x"}`, true},
	{`{"seq":1,"time":"2026-11-23T08:00:00+08:00","type":"alarm.raised"}`, true},
	{`{"seq":1,"time":"2026-11-23T08:00:00Z","type":"asset.put","fid":1,"id":"x","asset":{"fid":1,"id":"x","kind":"asset","class":"c","name":"","geometry":{"type":"Point","coordinates":[121,31]},"lifecycle":"in_use","revision":1,"properties":{}}}`, true},
	{`{"seq":0,"type":"asset.removed"}`, false},
	{`{"seq":1,"type":"asset.put","fid":1,"id":"x"}`, false},
	{`{"seq":1,"type":"asset.put","fid":2,"id":"x","asset":{"fid":1,"id":"x","kind":"asset","geometry":{"type":"Point","coordinates":[121,31]}}}`, false},
	{`[]`, false},
	{`{`, false},
	{``, false},
}

func TestDecodeEvent(t *testing.T) {
	for _, c := range events {
		if _, err := DecodeEvent([]byte(c.text)); (err == nil) != c.good {
			t.Errorf("%s: %v, want good %v", c.text, err, c.good)
		}
	}
	// An asset of which nobody says who may see it is for few.
	if e, err := DecodeEvent([]byte(events[2].text)); err != nil || e.Asset.Sensitivity != assets.Personal {
		t.Errorf("%+v, %v", e, err)
	}
	if _, err := DecodeEvent(fmt.Appendf(nil, "%*s", maxEvent+1, "{}")); err == nil {
		t.Error("an event over the bound was read")
	}
}

// An event that can be read can be applied: whatever its asset is, the world
// takes or refuses it.
func FuzzDecodeEvent(f *testing.F) {
	for _, c := range events {
		f.Add([]byte(c.text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := DecodeEvent(data)
		if err != nil {
			return
		}
		w, err := New(Options{})
		if err != nil {
			t.Fatal(err)
		}
		e.Seq = 1
		if err := w.apply([]Entry{{Stream: Events, Seq: 1, Event: e}}, nil); err != nil {
			t.Fatal(err)
		}
		if e.Type != AssetPut || w.ByFID(e.FID) == nil {
			return
		}
		if got := w.Within(nil, e.Asset.Kind, e.Asset.Shape.Geometry.Plane.Bound()); len(got) != 1 {
			t.Fatalf("found %d of one", len(got))
		}
	})
}
