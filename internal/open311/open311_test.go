package open311_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"suhe/assets"
	"suhe/internal/open311"
	"suhe/twin/incident"
)

const classes = `{"edition": "test", "classes": [{"code": "flood.ponding", "name": "路面积水", "nameEn": "Standing water", "severity": 3,
	"condition": "积水影响通行", "units": {"*": "市政养护"}, "terms": {"level": "street", "limits": {}}}]}`

func table(t *testing.T) *incident.Classes {
	t.Helper()
	c, err := incident.ReadClasses([]byte(classes))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestServices(t *testing.T) {
	all := open311.Services(table(t))
	data, err := open311.Write(open311.JSON, open311.RootServices, all)
	want := `[{"service_code":"flood.ponding","service_name":"路面积水","description":"积水影响通行","metadata":false,"type":"realtime","keywords":"Standing water","group":"flood"}]`
	if err != nil || string(data) != want {
		t.Errorf("%s, %v; want %s", data, err, want)
	}
	if _, err := open311.ServiceOf(table(t), "flood.none"); !errors.Is(err, assets.ErrNotFound) {
		t.Errorf("one that is not: %v", err)
	}
}

func TestRequestOf(t *testing.T) {
	begun := time.Date(2026, 11, 29, 8, 0, 0, 0, time.UTC)
	in := &incident.Incident{ID: "310107015-20261129-00001", State: incident.Handling,
		What:    incident.What{Class: "flood.ponding", Text: "积水 <很深>", Place: [2]float64{121.43, 31.25}, Address: "长寿路"},
		Sources: []incident.Source{{Contact: "sealed:1:x:y"}}, Task: incident.Task{Unit: "市政养护"}, Tally: incident.Tally{Begun: begun}}
	r := open311.RequestOf(in, table(t), begun.Add(time.Minute))
	for _, f := range []open311.Format{open311.JSON, open311.XML} {
		data, err := open311.Write(f, open311.RootRequests, []open311.Request{r})
		if err != nil {
			t.Fatal(err)
		}
		text := string(data)
		for _, want := range []string{"310107015-20261129-00001", "open", "handling", "路面积水", "2026-11-29T16:00:00+08:00", "2026-11-29T16:01:00+08:00", "121.43"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %s: %s", f, want, text)
			}
		}
		if strings.Contains(text, "sealed") {
			t.Errorf("%s tells who reported it: %s", f, text)
		}
		if f == open311.XML {
			var doc struct {
				XMLName xml.Name          `xml:"service_requests"`
				All     []open311.Request `xml:"request"`
			}
			if err := xml.Unmarshal(data, &doc); err != nil || len(doc.All) != 1 || doc.All[0].Description != in.What.Text {
				t.Errorf("read again %+v, %v", doc, err)
			}
		} else if !json.Valid(data) {
			t.Errorf("no JSON: %s", text)
		}
	}
	if data, _ := open311.Write[open311.Request](open311.JSON, open311.RootRequests, nil); string(data) != "[]" {
		t.Errorf("none: %s", data)
	}
}

func TestReadQuery(t *testing.T) {
	now := time.Date(2026, 11, 29, 8, 0, 0, 0, time.UTC)
	for query, want := range map[string]struct {
		from, to time.Duration // before now
		refused  string
	}{
		"":                                       {open311.MaxSpan, 0, ""},
		"status=open,closed&service_code=a,b":    {open311.MaxSpan, 0, ""},
		"start_date=2026-11-28T16:00:00%2B08:00": {24 * time.Hour, 0, ""},
		"start_date=2026-01-01T00:00:00Z&end_date=2026-01-02T00:00:00Z": {now.Sub(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)), now.Sub(time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)), ""},
		"status=late":          {refused: "status"},
		"start_date=yesterday": {refused: "start_date"},
		"end_date=2026-13-01":  {refused: "end_date"},
		"start_date=2026-01-01T00:00:00Z&end_date=2026-11-01T00:00:00Z": {refused: "90 days"},
		"start_date=2026-02-01T00:00:00Z&end_date=2026-01-01T00:00:00Z": {refused: "in order"},
	} {
		v, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		q, err := open311.ReadQuery(v, now)
		switch {
		case want.refused != "":
			if !errors.Is(err, assets.ErrInvalid) || !strings.Contains(err.Error(), want.refused) {
				t.Errorf("%s: %v", query, err)
			}
		case err != nil || !q.From.Equal(now.Add(-want.from)) || !q.To.Equal(now.Add(-want.to)):
			t.Errorf("%s: %v to %v, %v", query, q.From, q.To, err)
		}
	}
	q := open311.Query{From: now.Add(-time.Hour), To: now, Status: []string{"closed"}, Codes: []string{"a"}}
	for want, in := range map[bool]incident.Incident{
		true:  {State: incident.Closed, What: incident.What{Class: "a"}, Tally: incident.Tally{Begun: now.Add(-time.Minute)}},
		false: {State: incident.Handling, What: incident.What{Class: "a"}, Tally: incident.Tally{Begun: now.Add(-time.Minute)}},
	} {
		if q.Wants(&in) != want {
			t.Errorf("%s is wanted: %t", in.State, !want)
		}
	}
}

func TestReadReport(t *testing.T) {
	form := url.Values{"service_code": {"flood.ponding"}, "lat": {"31.25"}, "long": {"121.43"}, "description": {"水深"}, "phone": {"13800000000"}, "last_name": {"李"}}
	f, err := open311.ReadReport(form)
	if err != nil || f.Place != [2]float64{121.43, 31.25} || f.Contact != "李 13800000000" || f.Channel != incident.Account || f.Text != "水深" {
		t.Errorf("%+v, %v", f, err)
	}
	for field, bad := range map[string]string{"service_code": "", "lat": "north", "long": ""} {
		v := url.Values{}
		for k, all := range form {
			v[k] = all
		}
		v.Set(field, bad)
		if _, err := open311.ReadReport(v); !errors.Is(err, assets.ErrInvalid) || !strings.Contains(err.Error(), field) {
			t.Errorf("%s %q: %v", field, bad, err)
		}
	}
}

func TestSplit(t *testing.T) {
	if name, f, err := open311.Split("flood.ponding.xml"); name != "flood.ponding" || f != open311.XML || err != nil {
		t.Errorf("%q, %q, %v", name, f, err)
	}
	for _, bad := range []string{"", ".json", "requests", "requests.csv"} {
		if _, _, err := open311.Split(bad); !errors.Is(err, assets.ErrNotFound) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
