package mapping

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"suhe/assets"
)

var received = time.Date(2026, 11, 23, 0, 0, 1, 500e6, time.UTC)

const vendor = `{
	"note": "levels in millimetres, local time",
	"gateways": ["gw-1"], "topic": "water/+/up", "http": true,
	"items": "/data/list",
	"device": {"from": "/sn", "ids": {"A1": "wl-1", "7": "wl-7"}},
	"time": {"from": "/t", "format": "layout", "layout": "2006-01-02 15:04:05", "zone": "Asia/Shanghai"},
	"values": [
		{"from": "/v/level", "phenomenon": "water_level", "unit": "mm", "deadband": 0.01},
		{"from": "/v/temp", "phenomenon": "water_temperature", "unit": "[degF]"},
		{"from": "/v/pump", "phenomenon": "people", "words": {"ON": 1, "OFF": 0, "true": 1}},
		{"from": "/v/raw", "phenomenon": "voltage", "scale": 0.5, "offset": -1}
	],
	"atLeastEvery": "10m"
}`

func must(t testing.TB, text string) *Mapping {
	t.Helper()
	m, err := Parse("vendor", []byte(text), assets.DefaultClasses())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// told writes a result as the tables have it.
func told(r Result) string {
	var out []string
	for _, o := range r.Readings {
		out = append(out, fmt.Sprintf("%s %s=%v@%s", o.Asset, o.Phenomenon, o.Value, time.UnixMilli(o.PhenomenonTime).UTC().Format("15:04:05.000")))
	}
	for _, refused := range r.Refusals {
		out = append(out, refused.Error())
	}
	return strings.Join(out, "; ")
}

// with replaces one part of the vendor's mapping.
func with(old, new string) string {
	if !strings.Contains(vendor, old) {
		panic(old)
	}
	return strings.Replace(vendor, old, new, 1)
}

var payloads = []struct {
	name    string
	mapping string
	payload string
	want    string
}{
	{"units, words, scale", vendor, `{"data":{"list":[{"sn":"A1","t":"2026-11-23 08:00:00","v":{"level":3120,"temp":50,"pump":"ON","raw":10}}]}}`,
		"wl-1 water_level=3.12@00:00:00.000; wl-1 water_temperature=10@00:00:00.000; wl-1 people=1@00:00:00.000; wl-1 voltage=4@00:00:00.000"},
	{"numbers in strings, numbers as ids, a boolean", vendor, `{"data":{"list":[{"sn":7,"t":"2026-11-23 08:00:00","v":{"level":"3120.5","pump":true}}]}}`,
		"wl-7 water_level=3.1205@00:00:00.000; wl-7 people=1@00:00:00.000"},
	{"one object", vendor, `{"data":{"list":{"sn":"A1","t":"2026-11-23 08:00:00","v":{"level":1000}}}}`, "wl-1 water_level=1@00:00:00.000"},
	{"items stand for themselves", vendor, `{"data":{"list":[{"sn":"B","t":"2026-11-23 08:00:00","v":{"level":1}},{"sn":"A1","t":"2026-11-23 08:00:00","v":{"level":1000,"temp":"x"}},{"sn":"A1","t":"yesterday","v":{"level":1}},{"sn":"A1","t":"2026-11-23 08:00:00","v":{}},7,{"sn":[]}]}}`,
		`wl-1 water_level=1@00:00:00.000; item 0: /sn: device is not in the mapping: "B" is not in ids; item 1: /v/temp: "x", want a number; item 2: /t: "yesterday": want a time like 2006-01-02 15:04:05; item 3: values: none of the mapping's values is in the item; item 4: /sn: missing; item 5: /sn: an array, want a string or a number`},
	{"null is nothing", vendor, `{"data":{"list":[{"sn":"A1","t":"2026-11-23 08:00:00","v":{"level":null,"raw":2}}]}}`, "wl-1 voltage=0@00:00:00.000"},
	{"no word", vendor, `{"data":{"list":[{"sn":"A1","t":"2026-11-23 08:00:00","v":{"pump":"MAYBE"}}]}}`, `item 0: /v/pump: "MAYBE", want a number or one of 3 words`},
	{"no numbers that JSON cannot write", vendor, `{"data":{"list":[{"sn":"A1","t":"2026-11-23 08:00:00","v":{"level":"NaN","temp":"0x10","raw":"1e999"}}]}}`,
		`item 0: /v/level: "NaN", want a number; item 0: /v/temp: "0x10", want a number; item 0: /v/raw: "1e999", want a number`},
	{"no items", vendor, `{"data":[]}`, `payload: nothing at "/data/list", where the items should be`},
	{"items of another kind", vendor, `{"data":{"list":"x"}}`, `payload: a string at "/data/list", want an array of items or one object`},
	{"no JSON", vendor, `level=3`, "payload: not JSON: invalid character 'l' looking for beginning of value"},
	{"nothing", vendor, ``, "payload: not JSON: unexpected EOF"},
	{"JSON and more", vendor, `{"data":{"list":[]}} x`, "payload: not JSON: byte 21 is after its end"},
	{"too deep", vendor, strings.Repeat("[", 40), "payload: byte 32: nested deeper than 32"},
	{"template", with(`"ids": {"A1": "wl-1", "7": "wl-7"}`, `"template": "yl-{}"`), `{"data":{"list":[{"sn":"A1","t":"2026-11-23 08:00:00","v":{"level":1000}},{"sn":"no id","t":"","v":{"level":1000}}]}}`,
		`yl-A1 water_level=1@00:00:00.000; item 1: /sn: device is not in the mapping: "no id": invalid: id: ' ' at byte 5, want one of A-Z a-z 0-9 _ - . : only`},
	{"the topic names the device", strings.Replace(with(`"from": "/sn"`, `"level": 2`), `"http": true,`, "", 1), `{"data":{"list":[{"t":"2026-11-23 08:00:00","v":{"level":1000}}]}}`,
		"wl-1 water_level=1@00:00:00.000"},
	{"names and values, time outside", `{"http": true, "items": "/d", "device": {"from": "^/sn", "ids": {"x": "wl-1"}}, "time": {"from": "^/ts", "format": "unix_s"},
		"values": [{"from": "/v", "phenomenon": "water_level", "when": {"from": "/k", "is": "h"}}, {"from": "/v", "phenomenon": "flow", "unit": "L/s", "when": {"from": "/k", "is": "q"}}]}`,
		`{"sn":"x","ts":1795392000.25,"d":[{"k":"h","v":3},{"k":"q","v":2500},{"k":"z","v":1}]}`,
		"wl-1 water_level=3@00:00:00.250; wl-1 flow=2.5@00:00:00.250; item 2: values: none of the mapping's values is in the item"},
	{"milliseconds, an array at the root", `{"http": true, "items": "", "device": {"is": "wl-1"}, "time": {"from": "/0", "format": "unix_ms"}, "values": [{"from": "/1", "phenomenon": "water_level"}]}`,
		`[["1795392000001", 1], [-1, 2], [1e300, 3]]`,
		`wl-1 water_level=1@00:00:00.001; item 1: /0: "-1": want a time from 1970 to 9999; item 2: /0: "1e300": want a number of milliseconds`},
	{"without a time it is now", `{"http": true, "items": "", "device": {"is": "wl-1"}, "values": [{"from": "", "phenomenon": "water_level"}]}`,
		`[4]`, "wl-1 water_level=4@00:00:01.500"},
}

func TestMap(t *testing.T) {
	for _, test := range payloads {
		t.Run(test.name, func(t *testing.T) {
			got := told(must(t, test.mapping).Map(Message{Levels: []string{"water", "A1", "up"}, Payload: []byte(test.payload), Received: received}))
			if got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

var broken = []struct{ name, mapping, want string }{
	{"no JSON", `{`, "EOF"},
	{"more than JSON", vendor + "x", "after"},
	{"unknown key", with(`"http": true`, `"htpp": true`), `unknown field "htpp"`},
	{"unknown key within", with(`"from": "/sn"`, `"form": "/sn"`), `unknown field "form"`},
	{"a key twice", with(`"http": true`, `"http": true, "http": false`), "/http: comes twice"},
	{"a key twice in another case", with(`"http": true`, `"http": true, "Http": false`), "/Http: comes twice"},
	{"an id twice", with(`"A1": "wl-1"`, `"A1": "wl-1", "A1": "wl-2"`), "/device/ids/A1: comes twice"},
	{"pointer", with(`"/data/list"`, `"data/list"`), `items: "data/list", want a JSON Pointer`},
	{"pointer escape", with(`"/v/level"`, `"/v/~2"`), `values[0].from: "/v/~2": ~ is neither`},
	{"long pointer", with(`"/sn"`, `"`+strings.Repeat("/a", 17)+`"`), "has 17 steps, want at most 16"},
	{"no way", strings.Replace(with(`"gateways": ["gw-1"], "topic": "water/+/up", `, ""), `"http": true,`, "", 1), "nothing reaches"},
	{"gateways without topic", with(`"topic": "water/+/up", `, ""), "want both or neither"},
	{"gateway twice", with(`["gw-1"]`, `["gw-1","gw-1"]`), "gateways[1]: gw-1 comes twice"},
	{"gateway", with(`["gw-1"]`, `["+"]`), "gateways[0]: "},
	{"topic", with(`water/+/up`, `water/x+/up`), "a wildcard is a whole level"},
	{"topic of blanks", with(`water/+/up`, `water/a b`), "blanks"},
	{"topic ends", with(`water/+/up`, `#/up`), "# is the last level"},
	{"no device", with(`"device": {"from": "/sn", "ids": {"A1": "wl-1", "7": "wl-7"}},`, ""), "device: missing"},
	{"two ways to a device", with(`"from": "/sn"`, `"from": "/sn", "is": "x"`), "want one of is, from and level"},
	{"no table", with(`, "ids": {"A1": "wl-1", "7": "wl-7"}`, ""), "want one of ids and template"},
	{"all devices", with(`"ids": {"A1": "wl-1", "7": "wl-7"}`, `"template": "{}"`), "template: "},
	{"level that is no wildcard", strings.Replace(with(`"from": "/sn"`, `"level": 1`), `"http": true,`, "", 1), "is not +"},
	{"level by http", with(`"from": "/sn"`, `"level": 2`), "device.level: not with http"},
	{"bad id", with(`"wl-1"`, `"水位"`), "ids: \"A1\": "},
	{"time format", with(`"layout", "layout"`, `"stardate", "layout"`), `time.format: "stardate"`},
	{"time layout", with(`2006-01-02 15:04:05`, `02 15:04`), "does not tell a time to the second"},
	{"no zone", with(`, "zone": "Asia/Shanghai"`, ""), `time.zone: ""`},
	{"unknown zone", with(`Asia/Shanghai`, `Asia/Atlantis`), "time.zone: "},
	{"no values", `{"http": true, "items": "", "device": {"is": "x"}, "values": []}`, "values: 0, want 1 to 64"},
	{"unknown phenomenon", with(`"water_level"`, `"water"`), `values[0].phenomenon: "water"`},
	{"a phenomenon twice", with(`"voltage"`, `"people"`), "people is in values[2] too"},
	{"unit of another quantity", with(`"mm"`, `"Cel"`), `values[0].unit: "Cel" cannot be turned into m`},
	{"no scale", with(`0.5`, `0`), "values[3].scale: 0"},
	{"negative deadband", with(`0.01`, `-0.01`), "values[0].deadband: -0.01"},
	{"deadband for ever", with(`"10m"`, `""`), "atLeastEvery: wanted with a deadband"},
	{"deadband beyond a day", with(`"10m"`, `"25h"`), "atLeastEvery: "},
	{"number beyond a float", with(`0.5`, `1e999`), "number 1e999"},
	{"deep", strings.Repeat("[", 100), "nested deeper"},
	{"large", `{"note":"` + strings.Repeat("x", MaxFile) + `"}`, "want at most"},
}

func TestParseRefuses(t *testing.T) {
	for _, test := range broken {
		t.Run(test.name, func(t *testing.T) {
			m, err := Parse("vendor", []byte(test.mapping), assets.DefaultClasses())
			if err == nil || !errors.Is(err, assets.ErrInvalid) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, %v, want an error with %q", m, err, test.want)
			}
		})
	}
	if _, err := Parse("../x", []byte(vendor), assets.DefaultClasses()); err == nil {
		t.Error("a name that is a path was taken")
	}
}

// What a small mapping makes of a small payload is bounded, however often it
// reads the same place.
func TestNoExplosion(t *testing.T) {
	var values []string
	for i := range MaxValues {
		values = append(values, fmt.Sprintf(`{"from":"","phenomenon":"water_level","when":{"from":"","is":"1"},"scale":%d}`, i+1))
	}
	m := must(t, `{"http":true,"items":"","device":{"is":"x"},"values":[`+strings.Join(values, ",")+`]}`)
	r := m.Map(Message{Payload: []byte("[1" + strings.Repeat(",1", MaxItems-1) + "]"), Received: received})
	if len(r.Readings) != MaxObservations || len(r.Refusals) != 1 {
		t.Errorf("%d readings, %d refusals", len(r.Readings), len(r.Refusals))
	}
	r = m.Map(Message{Payload: []byte("[2" + strings.Repeat(",2", MaxItems-1) + "]"), Received: received})
	if len(r.Readings) != 0 || len(r.Refusals) != MaxRefusals+1 {
		t.Errorf("%d readings, %d refusals", len(r.Readings), len(r.Refusals))
	}
	r = m.Map(Message{Payload: []byte("[1" + strings.Repeat(",1", MaxItems) + "]"), Received: received})
	if len(r.Readings) != 0 || len(r.Refusals) != 1 {
		t.Errorf("%d readings, %d refusals", len(r.Readings), len(r.Refusals))
	}
}

// allocated says how many bytes f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(vendor))
	for _, b := range broken {
		if len(b.mapping) < 1<<12 {
			f.Add([]byte(b.mapping))
		}
	}
	for _, p := range payloads {
		f.Add([]byte(p.mapping))
	}
	classes := assets.DefaultClasses()
	sample := []byte(payloads[0].payload)
	f.Fuzz(func(t *testing.T, text []byte) {
		var m *Mapping
		// A zone's file is some kilobytes; the words of errors are bounded.
		if n := allocated(func() { m, _ = Parse("x", text, classes) }); n > 2<<20+uint64(len(text))*1024 {
			t.Errorf("%d bytes for %d", n, len(text))
		}
		if m != nil {
			m.Map(Message{Payload: sample, Received: received, Levels: []string{"a", "b"}})
		}
	})
}

func FuzzMap(f *testing.F) {
	for i, p := range payloads {
		f.Add(uint8(i), []byte(p.payload))
	}
	var mappings []*Mapping
	for _, p := range payloads {
		mappings = append(mappings, must(f, p.mapping))
	}
	f.Fuzz(func(t *testing.T, which uint8, payload []byte) {
		m := mappings[int(which)%len(mappings)]
		var r Result
		n := allocated(func() {
			r = m.Map(Message{Payload: payload, Received: received, Levels: []string{"water", "A1", "up"}})
		})
		if n > 2<<20+uint64(len(payload))*1024 {
			t.Errorf("%d bytes for %d", n, len(payload))
		}
		if len(r.Readings) > MaxObservations || len(r.Refusals) > MaxRefusals+MaxValues+1 {
			t.Errorf("%d readings, %d refusals", len(r.Readings), len(r.Refusals))
		}
		for _, o := range r.Readings {
			if math.IsNaN(o.Value) || math.IsInf(o.Value, 0) || o.PhenomenonTime < 0 || o.PhenomenonTime > lastTime {
				t.Errorf("got %+v", o)
			}
			if _, err := assets.ParseID(string(o.Asset)); err != nil {
				t.Error(err)
			}
		}
		for _, refused := range r.Refusals {
			if len(refused.Error()) > 1000 {
				t.Errorf("a refusal of %d bytes", len(refused.Error()))
			}
		}
	})
}

// RFC 6901, section 5, but for the keys of an object at the root.
func TestPointer(t *testing.T) {
	doc, err := readPayload([]byte(`{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8}`))
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"/foo/0": "bar", "/": "0", "/a~1b": "1", "/c%d": "2", "/e^f": "3", "/g|h": "4", `/i\j": `: "", `/i\j`: "5", `/k"l`: "6", "/ ": "7", "/m~0n": "8",
		"/foo/2": "", "/foo/01": "", "/foo/-": "", "/foo/+1": "", "/foo/0/0": "", "/nothing": "", "/foo/99999999999999999999": "",
	} {
		p, err := parsePointer(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if got, _ := p.find(doc, doc); textOf(got) != want {
			t.Errorf("%q: got %v, want %q", text, got, want)
		}
	}
}

// A value goes to another unit and back.
func TestUnits(t *testing.T) {
	for from, a := range units {
		for to, b := range units {
			there, ok := conversion(from, to)
			if ok != (a.quantity == b.quantity) {
				t.Errorf("%s to %s: %v", from, to, ok)
			}
			back, _ := conversion(to, from)
			if got := back.apply(there.apply(12.5)); ok && math.Abs(got-12.5) > 1e-9 {
				t.Errorf("%s to %s and back: 12.5 becomes %v", from, to, got)
			}
		}
	}
	for _, want := range []struct {
		from, to string
		v, want  float64
	}{
		{"mm", "m", 3120, 3.12}, {"K", "Cel", 273.15, 0}, {"[degF]", "Cel", 212, 100}, {"Cel", "[degF]", 100, 212}, {"km/h", "m/s", 36, 10},
		{"m3/h", "m3/s", 3600, 1}, {"kPa", "hPa", 101.3, 1013}, {"mg/m3", "ug/m3", 0.035, 35}, {"mS/cm", "uS/cm", 0.4, 400}, {"1", "%", 0.5, 50},
	} {
		c, ok := conversion(want.from, want.to)
		if got := c.apply(want.v); !ok || math.Abs(got-want.want) > 1e-9 {
			t.Errorf("%v %s is %v %s, want %v", want.v, want.from, got, want.to, want.want)
		}
	}
}

// Two filters overlap just if some topic is under both.
func TestOverlap(t *testing.T) {
	level := rapid.SampledFrom([]string{"a", "b", "+"})
	filter := rapid.Custom(func(t *rapid.T) []string {
		levels := rapid.SliceOfN(level, 1, 3).Draw(t, "levels")
		if rapid.Bool().Draw(t, "open") {
			levels = append(levels, "#")
		}
		return levels
	})
	var topics [][]string
	for n := 1; n <= 4; n++ {
		for i := range 1 << n {
			var topic []string
			for k := range n {
				topic = append(topic, string("ab"[i>>k&1]))
			}
			topics = append(topics, topic)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := filter.Draw(t, "a"), filter.Draw(t, "b")
		both := false
		for _, topic := range topics {
			both = both || matches(a, topic) && matches(b, topic)
		}
		if overlap(a, b) != both {
			t.Fatalf("%v and %v: overlap %v, a topic under both: %v", a, b, overlap(a, b), both)
		}
	})
}
