package ingest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/prometheus/client_golang/prometheus"

	"suhe/assets"
	"suhe/twin"
)

func (creek) Camera(id assets.ID) (orb.Point, bool) {
	return orb.Point{121.41, 31.21}, id == "cam-0001"
}

// gallery is a log of findings that can be away.
type gallery struct {
	away     error
	findings []twin.Finding
}

func (g *gallery) PublishFindings(_ context.Context, findings []twin.Finding) error {
	if g.away == nil {
		g.findings = append(g.findings, findings...)
	}
	return g.away
}

func newFindings() (*Findings, *gallery, *prometheus.Registry, *bytes.Buffer) {
	log, counts, lines := &gallery{}, prometheus.NewRegistry(), &bytes.Buffer{}
	return NewFindings(FindingOptions{Cameras: creek{}, Classes: assets.DefaultClasses(), Publisher: log, Metrics: counts,
		Log: slog.New(slog.NewTextHandler(lines, nil)), Now: func() time.Time { return received }}), log, counts, lines
}

// finding is a good one with some members replaced or, if empty, left out.
func finding(changes ...string) string {
	members := [][2]string{{"id", `"f-1"`}, {"camera", `"cam-0001"`}, {"class", `"floating_rubbish"`}, {"confidence", "0.93"}, {"time", `"2026-11-23T08:00:00+08:00"`}}
	for i := 0; i < len(changes); i += 2 {
		known := false
		for j := range members {
			if members[j][0] == changes[i] {
				members[j][1], known = changes[i+1], true
			}
		}
		if !known {
			members = append(members, [2]string{changes[i], changes[i+1]})
		}
	}
	var out []string
	for _, m := range members {
		if m[1] != "" {
			out = append(out, fmt.Sprintf("%q:%s", m[0], m[1]))
		}
	}
	return "{" + strings.Join(out, ",") + "}"
}

// hookBodies are bodies of webhooks: the results of their findings, or the beginning of an error.
var hookBodies = []struct{ body, want string }{
	{finding(), "accepted"},
	{"[" + finding() + "," + finding("id", `"f-2"`) + "]", "accepted accepted"},
	{" \n[]", ""},
	{finding("lon", "121.4", "lat", "31.2", "bbox", "[0.1,0.2,0.3,0.4]", "picture", `"https://pictures.example/f-1.jpg?sig=abc"`), "accepted"},
	{finding("id", ""), "malformed"},
	{finding("id", `"a b"`), "malformed"},
	{finding("camera", ""), "malformed"},
	{finding("class", ""), "malformed"},
	{finding("confidence", ""), "malformed"},
	{finding("confidence", `"0.9"`), "malformed"},
	{finding("time", ""), "malformed"},
	{finding("time", `"2026-11-23 08:00"`), "malformed"},
	{finding("lon", "121.4"), "malformed"},
	{finding("lat", "31.2"), "malformed"},
	{finding("bbox", "[1,2]", "x", "1"), "malformed"},
	{finding("picture", `"http://pictures.example/1.jpg"`), "malformed"},
	{finding("picture", `"https://user:word@pictures.example/1.jpg"`), "malformed"},
	{finding("picture", `"rtsp://camera/1"`), "malformed"},
	{finding("picture", `"https://p/`+strings.Repeat("x", 1024)+`"`), "malformed"},
	{finding("camera", `"wl-0001"`), "unknown_device"},
	{finding("class", `"dragon"`), "unknown_class"},
	{finding("time", `"2026-11-23T09:00:00+08:00"`), "future"},
	{finding("confidence", "1.01"), "out_of_range"},
	{finding("bbox", "[10,20,300,400]"), "out_of_range"},
	{finding("lon", "121.4", "lat", "91"), "out_of_range"},
	{"[1,null,{}]", "malformed malformed malformed"},
	{"", "!want a finding"},
	{"null", "!want a finding"},
	{`"x"`, "!want a finding"},
	{finding() + "x", "!the body is not JSON"},
	{"[" + strings.Repeat("{},", MaxFindings) + "{}]", "!501 findings"},
}

func TestFindingsByRule(t *testing.T) {
	for _, c := range hookBodies {
		in, log, _, lines := newFindings()
		report, err := in.Batch(t.Context(), "ai", []byte(c.body))
		if want, bad := strings.CutPrefix(c.want, "!"); bad {
			if !errors.Is(err, ErrMalformed) || !strings.Contains(err.Error(), want) {
				t.Errorf("%.80s: %v, want %s", c.body, err, want)
			}
			continue
		}
		results := make([]string, report.Accepted+report.Refused)
		for i := range results {
			results[i] = "accepted"
		}
		for _, r := range report.Results {
			results[r.Index] = string(r.Code)
		}
		if got := strings.Join(results, " "); err != nil || got != c.want || len(log.findings) != report.Accepted {
			t.Errorf("%.80s: %s, %v, want %s", c.body, got, err, c.want)
		}
		if told := fmt.Sprint(report, lines); strings.Contains(told, "user:word") || strings.Contains(told, "rtsp://") {
			t.Errorf("the answer or the log tells an address: %s", told)
		}
	}
}

func TestFindingIsWhole(t *testing.T) {
	in, log, counts, _ := newFindings()
	for _, body := range []string{hookBodies[3].body, finding("id", `"f-2"`), "[" + finding("class", `"dragon"`) + "]", "x"} {
		_, _ = in.Batch(t.Context(), "ai", []byte(body))
	}
	full := twin.Finding{Hook: "ai", ID: "f-1", Camera: "cam-0001", Class: "floating_rubbish", Confidence: 0.93,
		PhenomenonTime: 1795392000000, ReceivedTime: received.UnixMilli(), Lon: 121.4, Lat: 31.2,
		Box: [4]float64{0.1, 0.2, 0.3, 0.4}, Picture: "https://pictures.example/f-1.jpg?sig=abc"}
	bare := full
	bare.ID, bare.Lon, bare.Lat, bare.Box, bare.Picture = "f-2", 121.41, 31.21, [4]float64{}, ""
	if len(log.findings) != 2 || log.findings[0] != full || log.findings[1] != bare {
		t.Errorf("log has %+v", log.findings)
	}
	families, _ := counts.Gather()
	got := ""
	for _, m := range families[0].GetMetric() {
		if v := m.GetCounter().GetValue(); v != 0 {
			got += fmt.Sprint(m.GetLabel()[0].GetValue(), v, " ")
		}
	}
	if got != "accepted2 malformed1 unknown_class1 " {
		t.Errorf("counted %s", got)
	}
	log.away = errors.New("no broker")
	if _, err := in.Batch(t.Context(), "ai", []byte(finding())); !errors.Is(err, assets.ErrBusy) {
		t.Errorf("the log is away: %v", err)
	}
}

// Whatever is accepted can be written and lived with.
func FuzzFindings(f *testing.F) {
	for _, c := range hookBodies {
		f.Add([]byte(c.body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		in, log, _, _ := newFindings()
		if _, err := in.Batch(t.Context(), "ai", body); err != nil && !errors.Is(err, ErrMalformed) {
			t.Fatal(err)
		}
		for _, found := range log.findings {
			if found.Wrong() != "" || found.ID == "" || found.Camera != "cam-0001" {
				t.Fatalf("%+v", found)
			}
		}
		if _, err := twin.AppendFindings(nil, log.findings); err != nil {
			t.Fatal(err)
		}
	})
}
