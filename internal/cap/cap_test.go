package cap_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/internal/cap"
)

// rainstorm is a warning as a weather service may send it.
const rainstorm = `<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>SH-RAIN-20261129-03</identifier><sender>warning@weather.example</sender><sent>2026-11-29T15:04:05+08:00</sent>
  <status>Actual</status><msgType>Alert</msgType><scope>Public</scope>
  <info>
    <language>zh-CN</language><category>Met</category><event>暴雨</event><urgency>Expected</urgency><severity>Severe</severity><certainty>Likely</certainty>
    <eventCode><valueName>CMA</valueName><value>11B03</value></eventCode>
    <expires>2026-11-29T07:04:05Z</expires><headline>暴雨橙色预警</headline>
    <area><areaDesc>普陀区</areaDesc><polygon>31.2,121.3 31.3,121.3 31.3,121.5 31.2,121.3</polygon><circle>31.25,121.43 1.5</circle>
      <geocode><valueName>adcode</valueName><value>310107</value></geocode></area>
  </info>
</alert>`

func TestRead(t *testing.T) {
	a, err := cap.Read([]byte(rainstorm))
	if err != nil {
		t.Fatal(err)
	}
	info := a.Info[0]
	if a.Identifier != "SH-RAIN-20261129-03" || !a.Sent.Equal(time.Date(2026, 11, 29, 7, 4, 5, 0, time.UTC)) || info.Severity.Level() != 2 || info.Event != "暴雨" {
		t.Errorf("read %+v", a)
	}
	area := info.Area[0]
	if len(area.Polygon) != 1 || area.Polygon[0][2] != (orb.Point{121.5, 31.3}) || area.Circle[0] != (cap.Circle{Middle: orb.Point{121.43, 31.25}, Radius: 1.5}) || area.Geocode[0].Value != "310107" {
		t.Errorf("the area is %+v", area)
	}
}

// What is written is what was read, with times as the standard wants them.
func TestWrite(t *testing.T) {
	a, err := cap.Read([]byte(rainstorm))
	if err != nil {
		t.Fatal(err)
	}
	data, err := cap.Write(a)
	if err != nil {
		t.Fatal(err)
	}
	again, err := cap.Read(data)
	if err != nil {
		t.Fatalf("%v in %s", err, data)
	}
	if !again.Info[0].Expires.Equal(a.Info[0].Expires.Time) {
		t.Errorf("expires %v, want %v", again.Info[0].Expires, a.Info[0].Expires)
	}
	again.Sent, again.Info[0].Expires = a.Sent, a.Info[0].Expires
	if !reflect.DeepEqual(a, again) {
		t.Errorf("written and read again: %+v, want %+v", again, a)
	}
	if text := string(data); !strings.Contains(text, "<sent>2026-11-29T15:04:05+08:00</sent>") || !strings.Contains(text, cap.Namespace) || !strings.Contains(text, "31.25,121.43 1.5") {
		t.Errorf("written %s", text)
	}
}

func TestRefused(t *testing.T) {
	with := func(was, is string) string { return strings.Replace(rainstorm, was, is, 1) }
	for name, c := range map[string]struct{ doc, says string }{
		"nothing":           {"", "EOF"},
		"another version":   {with("cap:1.2", "cap:1.1"), "alert"},
		"no identifier":     {with("SH-RAIN-20261129-03", ""), "identifier"},
		"a space in it":     {with("SH-RAIN-20261129-03", "SH RAIN"), "identifier"},
		"no time":           {with("2026-11-29T15:04:05+08:00", "today"), `"today"`},
		"another status":    {with("Actual", "Real"), "status: \"Real\", want one of Actual"},
		"another severity":  {with("Severe", "Red"), "severity"},
		"no event":          {with("暴雨<", " <"), "info.event"},
		"no category":       {with("<category>Met</category>", ""), "info.category"},
		"open polygon":      {with("31.2,121.3</polygon>", "31.9,121.3</polygon>"), "polygon"},
		"few points":        {with("31.3,121.3 31.3,121.5 31.2,121.3", ""), "polygon: 1 points"},
		"no point":          {with("31.3,121.5", "north"), "polygon"},
		"out of the world":  {with("31.25,121.43 1.5", "91,0 1"), "circle"},
		"not a number":      {with("31.25,121.43 1.5", "31,121 NaN"), "radius"},
		"a document type":   {with("<alert", "<!DOCTYPE alert [<!ENTITY x \"y\">]><alert"), "document type"},
		"an entity":         {with("普陀区", "&x;"), "entity"},
		"two documents":     {rainstorm + "<alert/>", "behind the end"},
		"deep":              {with("<areaDesc>", strings.Repeat("<a>", 20)+strings.Repeat("</a>", 20)+"<areaDesc>"), "deeper"},
		"large":             {with("暴雨橙色预警", strings.Repeat("雨", 100_000)), "bytes"},
		"a long headline":   {with("暴雨橙色预警", strings.Repeat("雨", 3000)), "info.headline"},
		"many informations": {with("</alert>", strings.Repeat("<info/>", 17)+"</alert>"), "info: 18 times"},
	} {
		if _, err := cap.Read([]byte(c.doc)); !errors.Is(err, assets.ErrInvalid) && name != "nothing" || err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSeverities(t *testing.T) {
	for level := range 6 {
		if s := cap.SeverityOf(level); s.Level() != level%5 {
			t.Errorf("level %d is %s, which is %d", level, s, s.Level())
		}
	}
}

// Whatever is read can be written and read again.
func FuzzRead(f *testing.F) {
	f.Add([]byte(rainstorm))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := cap.Read(data)
		if err != nil {
			return
		}
		out, err := cap.Write(a)
		if err != nil {
			t.Fatalf("%q cannot be written: %v", data, err)
		}
		if _, err := cap.Read(out); err != nil && len(out) <= cap.MaxBytes {
			t.Fatalf("%q was written as %q: %v", data, out, err)
		}
	})
}
