package survey

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// Strip is a stretch of the creek drawn straight (直线图): everything against its
// chainage.
type Strip struct {
	From    geo.Metres  `json:"from"`
	To      geo.Metres  `json:"to"`
	Bin     geo.Metres  `json:"bin"`   // width of the counts
	Areas   []StripArea `json:"areas"` // 街镇 along both banks
	Counts  []StripRow  `json:"counts"`
	Marks   []Row       `json:"marks"`             // bridges, landmarks, sensors, movers, incidents and alarms, with the flow
	More    int         `json:"more,omitempty"`    // marks that found no room
	Profile *Profile    `json:"profile,omitempty"` // of the phenomenon that was asked for
}

// StripArea is a piece of a bank that is in one area.
type StripArea struct {
	Code string     `json:"code"`
	Name string     `json:"name"`
	Bank geo.Bank   `json:"bank"`
	From geo.Metres `json:"from"`
	To   geo.Metres `json:"to"`
}

// StripRow counts the fixtures and cameras of a class on a bank, bin by bin.
type StripRow struct {
	Class  string   `json:"class"`
	Bank   geo.Bank `json:"bank"`
	Total  int      `json:"total"`
	Counts []int    `json:"counts"`
}

// Profile is a phenomenon against chainage.
type Profile struct {
	Phenomenon string         `json:"phenomenon"`
	Unit       string         `json:"unit"`
	Values     []ProfileValue `json:"values"` // with the flow
}

// ProfileValue is the latest value of one sensor.
type ProfileValue struct {
	ID       assets.ID  `json:"id"`
	Chainage geo.Metres `json:"chainage"`
	Bank     geo.Bank   `json:"bank"`
	Value    float64    `json:"value"`
	Time     time.Time  `json:"time"`
	State    string     `json:"state,omitempty"`
	Normal   bool       `json:"normal"` // in the range that is normal for the sensor
}

// The bounds of a strip.
const (
	maxMarks   = 2_000
	stripBins  = 120
	areaSteps  = 400
	beside     = geo.Metres(80) // from the creek's line, where an area is asked for
	leastStrip = geo.Metres(50)
)

// counted says whether things of the kind are counted, not marked one by one.
func counted(k assets.Kind) bool {
	return k == assets.Fixture || k == assets.Camera || k == assets.Building
}

// Strip draws a stretch straight. phenomenon is what the profile shows; "": none.
func (s *Survey) Strip(ctx context.Context, a Ask, st Stretch, phenomenon string) (Strip, error) {
	if st.To-st.From < leastStrip {
		return Strip{}, invalid("chainage: %g,%g, want a stretch of %g metres or more", float64(st.From), float64(st.To), float64(leastStrip))
	}
	for _, field := range []string{"chainage", "bank"} {
		if !a.shows(field) {
			return Strip{}, denied("%s: you are not shown it", field)
		}
	}
	region, err := s.Along(st)
	if err != nil {
		return Strip{}, err
	}
	st.To = min(st.To, s.Length())
	a.Region = a.Region.And(region)
	things, err := s.alongCreek(ctx, &a)
	if err != nil {
		return Strip{}, err
	}
	out := Strip{From: st.From, To: st.To, Bin: (st.To - st.From) / stripBins, Areas: []StripArea{}, Counts: []StripRow{}, Marks: []Row{}}
	if a.shows("area") {
		out.Areas = s.stripAreas(&a, st)
	}
	out.fill(&a, things)
	if phenomenon == "" {
		return out, nil
	}
	out.Profile, err = s.profile(&a, things, phenomenon)
	return out, err
}

// fill counts and marks the things, which come with the flow.
func (p *Strip) fill(a *Ask, things []*twin.Thing) {
	type rowKey struct {
		class string
		bank  geo.Bank
	}
	rows := map[rowKey]*StripRow{}
	for _, t := range things {
		at := t.Location().Place
		switch {
		case t.Asset.Kind == assets.Area || t.Asset.Kind == assets.Water || t.Asset.Kind == assets.Bank:
		case counted(t.Asset.Kind):
			k := rowKey{t.Asset.Class, at.Bank}
			if rows[k] == nil {
				rows[k] = &StripRow{Class: k.class, Bank: k.bank, Counts: make([]int, stripBins)}
			}
			bin := int(math.Floor(float64((at.Chainage - p.From) / p.Bin)))
			rows[k].Counts[max(0, min(bin, stripBins-1))]++
			rows[k].Total++
		case len(p.Marks) == maxMarks:
			p.More++
		default:
			p.Marks = append(p.Marks, a.row(t))
		}
	}
	for _, r := range rows {
		p.Counts = append(p.Counts, *r)
	}
	slices.SortFunc(p.Counts, func(a, b StripRow) int {
		return cmp.Or(cmp.Compare(a.Bank, b.Bank), cmp.Compare(b.Total, a.Total), cmp.Compare(a.Class, b.Class))
	})
}

// stripAreas are the areas beside the creek that who asks sees.
func (s *Survey) stripAreas(a *Ask, st Stretch) []StripArea {
	names := map[string]string{}
	for t := range s.o.World.Walk(assets.Area, nil, 0) {
		if a.Sees(t.Asset) {
			names[cmp.Or(t.Asset.Properties.Text("code"), string(t.Asset.ID))] = a.row(t).Name
		}
	}
	out := []StripArea{}
	step := (st.To - st.From) / areaSteps
	for _, bank := range []geo.Bank{geo.Left, geo.Right} {
		last := -1
		for i := range areaSteps {
			from := st.From + geo.Metres(i)*step
			code := s.o.Locate(s.o.River.At(geo.Place{Chainage: from + step/2, Bank: bank, Offset: beside})).Area
			name, known := names[code]
			switch {
			case !known:
				last = -1
			case last >= 0 && out[last].Code == code:
				out[last].To = from + step
			default:
				last = len(out)
				out = append(out, StripArea{code, name, bank, from, from + step})
			}
		}
	}
	return out
}

func (s *Survey) profile(a *Ask, things []*twin.Thing, phenomenon string) (*Profile, error) {
	row, known := s.o.Classes.Phenomenon(phenomenon)
	switch {
	case !known:
		return nil, invalid("phenomenon: %.80q is none", phenomenon)
	case !a.shows("values"):
		return nil, denied("values: you are not shown them")
	}
	out := &Profile{Phenomenon: phenomenon, Unit: row.Unit, Values: []ProfileValue{}}
	for _, t := range things {
		for _, o := range t.Last {
			if o.Phenomenon == phenomenon && t.Asset.Sensor != nil && len(out.Values) < maxMarks {
				out.Values = append(out.Values, valueOf(a, t, o))
			}
		}
	}
	return out, nil
}

func valueOf(a *Ask, t *twin.Thing, o twin.Observation) ProfileValue {
	at := t.Location().Place
	v := ProfileValue{ID: t.Asset.ID, Chainage: *metre(at.Chainage), Bank: at.Bank, Value: o.Value, Time: time.UnixMilli(o.PhenomenonTime).In(shanghai), Normal: true}
	if a.shows("state") {
		v.State = t.Summary()
	}
	for _, m := range t.Asset.Sensor.Measures {
		if m.Phenomenon == o.Phenomenon && m.Normal != [2]float64{} {
			v.Normal = o.Value >= m.Normal[0] && o.Value <= m.Normal[1]
		}
	}
	return v
}
