package ingest

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"suhe/assets"
	"suhe/twin"
)

var received = time.Date(2026, 11, 23, 8, 0, 1, 500e6, time.FixedZone("", 8*3600))

const good = `{"time":"2026-11-23T08:00:00+08:00","values":{"water_level":3.12}}`

// readings is the table of what can and cannot be read; want is
// "phenomenon=value@milliseconds before received", or part of the error after "!".
var readings = []struct{ name, payload, want string }{
	{"one", good, "water_level=3.12@1500"},
	{"array", "[" + good + "]", "water_level=3.12@1500"},
	{"blanks", " [\n\t" + good + " , " + good + "\r\n] ", "water_level=3.12@1500 water_level=3.12@1500"},
	{"empty array", `[]`, ""},
	{"no time", `{"values":{"rain":0}}`, "rain=0@0"},
	{"UTC", `{"time":"2026-11-23T00:00:00Z","values":{"rain":0}}`, "rain=0@1500"},
	{"fraction", `{"time":"2026-11-23T00:00:01.25Z","values":{"rain":0}}`, "rain=0@250"},
	{"several", `{"values":{"ph":7.1,"do":-6e0,"turbidity":1.5E+1}}`, "ph=7.1@0 do=-6@0 turbidity=15@0"},
	{"keys in any order", `{"values":{"ph":7},"time":"2026-11-23T00:00:00Z"}`, "ph=7@1500"},
	{"escaped key", `{"values":{"\u0070h":7}}`, "ph=7@0"},
	{"future is no matter of reading", `{"time":"2026-11-24T00:00:01.5Z","values":{"ph":7}}`, "ph=7@-86400000"},

	{"nothing", ``, "!ends at byte 0"},
	{"blank", "  ", "!ends at byte 2"},
	{"garbage", "\x00\xff\x13garbage", "!byte 0"},
	{"cut", good[:30], "!string does not end"},
	{"cut in array", "[" + good, "!ends at byte"},
	{"something after", good + "x", "!want the end"},
	{"NUL after", good + "\x00", "!want the end"},
	{"comma too many", "[" + good + ",]", "!want '{'"},
	{"number", `3.12`, "!want '{'"},
	{"null", `null`, "!want '{'"},
	{"no values", `{"time":"2026-11-23T08:00:00+08:00"}`, "!values: missing"},
	{"empty values", `{"values":{}}`, "!values: empty"},
	{"values null", `{"values":null}`, "!want '{'"},
	{"value null", `{"values":{"ph":null}}`, "!values: ph: malformed: byte 16 is 'n', want a number"},
	{"value text", `{"values":{"ph":"7"}}`, "!want a number"},
	{"NaN", `{"values":{"ph":NaN}}`, "!want a number"},
	{"infinite", `{"values":{"ph":-Infinity}}`, "!want a number"},
	{"huge exponent", `{"values":{"ph":1e999}}`, "!beyond a float64"},
	{"tiny exponent is zero", `{"values":{"ph":1e-999}}`, "ph=0@0"},
	{"endless exponent", `{"values":{"ph":1e` + strings.Repeat("9", 80) + `}}`, "!want at most 64"},
	{"leading zero", `{"values":{"ph":07}}`, "!want ','"},
	{"plus", `{"values":{"ph":+7}}`, "!want a number"},
	{"hexadecimal", `{"values":{"ph":0x7}}`, "!want ','"},
	{"dot", `{"values":{"ph":7.}}`, "!want a number"},
	{"key twice", `{"values":{"ph":7},"values":{"ph":7}}`, "!values: comes twice"},
	{"time twice", `{"time":"2026-11-23T00:00:00Z","time":"2026-11-23T00:00:00Z","values":{"ph":7}}`, "!time: comes twice"},
	{"phenomenon twice", `{"values":{"ph":7,"ph":7}}`, "!ph comes twice"},
	{"phenomenon twice by escape", `{"values":{"ph":7,"\u0070h":7}}`, "!ph comes twice"},
	{"unknown key", `{"value":{"ph":7}}`, `!unknown key "value"`},
	{"id by MQTT", `{"id":"wl-0001","values":{"ph":7}}`, `!unknown key "id"`},
	{"empty phenomenon", `{"values":{"":7}}`, "!want 1 to 64"},
	{"long phenomenon", `{"values":{"` + strings.Repeat("x", 65) + `":7}}`, "!want 1 to 64"},
	{"not UTF-8", "{\"values\":{\"\xff\":7}}", "!not UTF-8"},
	{"control character", "{\"values\":{\"a\n\":7}}", "!control character"},
	{"wrong escape", `{"values":{"\x41":7}}`, "!wrong escape"},
	{"no offset", `{"time":"2026-11-23T08:00:00","values":{"ph":7}}`, "!RFC 3339"},
	{"no T", `{"time":"2026-11-23 08:00:00Z","values":{"ph":7}}`, "!RFC 3339"},
	{"unix time", `{"time":1763856000,"values":{"ph":7}}`, "!time: malformed: byte 8 is '1', want a string"},
	{"no such day", `{"time":"2026-02-30T08:00:00Z","values":{"ph":7}}`, "!RFC 3339"},
	{"which reading", "[" + good + "," + good + `,{"values":{"ph":x}}]`, "!reading 2: values: ph"},
	{"nested", strings.Repeat("[", 1000), "!want '{'"},
	{"too many values", `{"values":{` + manyValues(MaxValues+1) + `}}`, "!more than 32"},
	{"too many readings", "[" + strings.Repeat(`{"values":{"ph":7}},`, MaxReadings) + `{"values":{"ph":7}}]`, "!more than 1000"},
	{"too large", good + strings.Repeat(" ", MaxPayload), "!payload: 65602 bytes, want at most 65536"},
}

func manyValues(n int) string {
	var parts []string
	for i := range n {
		parts = append(parts, fmt.Sprintf(`"p%d":%d`, i, i))
	}
	return strings.Join(parts, ",")
}

func TestDecode(t *testing.T) {
	for _, tc := range readings {
		t.Run(tc.name, func(t *testing.T) {
			obs, err := Decode(Topic("wl-0001"), []byte(tc.payload), received)
			if part, bad := strings.CutPrefix(tc.want, "!"); bad {
				if err == nil || !strings.Contains(err.Error(), part) {
					t.Fatalf("got %d observations and error %v, want an error with %q", len(obs), err, part)
				}
				if !errors.Is(err, ErrMalformed) && !errors.Is(err, ErrTooLarge) {
					t.Errorf("error %v has no kind", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := written(obs); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

// written writes observations as the table does.
func written(obs []twin.Observation) string {
	var parts []string
	for _, o := range obs {
		parts = append(parts, fmt.Sprintf("%s=%v@%d", o.Phenomenon, o.Value, received.UnixMilli()-o.PhenomenonTime))
	}
	return strings.Join(parts, " ")
}

func TestDecodeFullSize(t *testing.T) {
	reading := `{"values":{` + manyValues(3) + `}}`
	obs, err := Decode(Topic("a.b:c"), []byte("["+strings.Repeat(reading+",", MaxReadings-1)+reading+"]"), received)
	if err != nil || len(obs) != 3*MaxReadings {
		t.Fatalf("%d observations, %v", len(obs), err)
	}
	if o := obs[0]; o.Asset != "a.b:c" || o.ReceivedTime != received.UnixMilli() {
		t.Errorf("got %+v", o)
	}
}

func TestDecodeTopics(t *testing.T) {
	for _, topic := range []string{
		"", "suhe/v1/devices//observations", "suhe/v1/devices/wl-0001", "suhe/v2/devices/wl-0001/observations",
		"suhe/v1/devices/a b/observations", "suhe/v1/devices/a/b/observations", "suhe/v1/devices/*/observations",
		"suhe/v1/devices/+/observations", "x/suhe/v1/devices/wl-0001/observations", "suhe/v1/devices/observations",
		Topic(assets.ID(strings.Repeat("x", assets.MaxID+1))), Topic("水位"), Topic("-x"),
	} {
		if obs, err := Decode(topic, []byte(good), received); !errors.Is(err, ErrMalformed) {
			t.Errorf("topic %q: %d observations, %v", topic, len(obs), err)
		}
	}
}

// What we write ourselves we read back exactly.
func TestDecodeRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 20).Draw(t, "readings")
		var parts []string
		var want []twin.Observation
		for range n {
			at := time.UnixMilli(rapid.Int64Range(0, 4e12).Draw(t, "time"))
			v := rapid.Float64().Draw(t, "value")
			if math.IsNaN(v) || math.IsInf(v, 0) {
				v = 0
			}
			code := rapid.StringMatching(`[a-z_0-9]{1,64}`).Draw(t, "code")
			zone := time.FixedZone("", 60*rapid.IntRange(-14*60, 14*60).Draw(t, "offset"))
			parts = append(parts, fmt.Sprintf(`{"time":%q,"values":{%q:%g}}`, at.In(zone).Format(time.RFC3339Nano), code, v))
			want = append(want, twin.Observation{Asset: "x", Phenomenon: code, Value: v,
				PhenomenonTime: at.UnixMilli(), ReceivedTime: received.UnixMilli()})
		}
		got, err := Decode(Topic("x"), []byte("["+strings.Join(parts, ",")+"]"), received)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("got %v, %v\nwant %v", got, err, want)
		}
	})
}

func FuzzDecode(f *testing.F) {
	for _, tc := range readings {
		f.Add([]byte(tc.payload))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		obs, err := Decode(Topic("x"), payload, received)
		if err != nil {
			return
		}
		if len(obs) > len(payload) {
			t.Errorf("%d observations out of %d bytes", len(obs), len(payload))
		}
		for _, o := range obs {
			if math.IsNaN(o.Value) || math.IsInf(o.Value, 0) || o.Phenomenon == "" || o.Asset != "x" {
				t.Errorf("got %+v", o)
			}
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	payload := []byte(good)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(Topic("wl-0001"), payload, received); err != nil {
			b.Fatal(err)
		}
	}
}
