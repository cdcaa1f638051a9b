package stream

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// frames draws frames of every type, with what is hard to write in them.
type frames struct{ *rapid.T }

func (d frames) number(name string, most uint64) uint64 { return rapid.Uint64Max(most).Draw(d.T, name) }

func (d frames) text(name string) string {
	return rapid.OneOf(rapid.SampledFrom([]string{"", "水位计", "\"\\\n\x00<&>", "🌊 a", "x"}), rapid.String()).Draw(d.T, name)
}

func (d frames) position() twin.Position {
	return twin.Position{Epoch: d.number("epoch", maxFID-1), Obs: d.number("obs", maxFID-1), Events: d.number("events", maxFID-1)}
}

// time is a time in milliseconds, of an era that both formats can write.
func (d frames) time(name string) time.Time {
	return time.UnixMilli(rapid.Int64Range(-2_000_000_000_000, 253_402_214_400_000).Draw(d.T, name))
}

func (d frames) look() *look {
	l := &look{fields: fields(d.number("fields", allFields))}
	name := rapid.SampledFrom([]geo.CRS{geo.WGS84, geo.GCJ02, geo.BD09}).Draw(d.T, "datum")
	l.datum = datum{name: name}
	if name != geo.WGS84 {
		l.datum.to, _ = geo.ProjectorFor(name, geo.TransverseMercator{})
	}
	return l
}

// place is a place on one side of the earth: differences of longitude have 32 bits.
func (d frames) place() orb.Point {
	return orb.Point{rapid.Float64Range(-1, 179).Draw(d.T, "lon"), rapid.Float64Range(-85, 85).Draw(d.T, "lat")}
}

// things are in order of fid.
func (d frames) things(l *look) (out []*twin.Thing) {
	fids := rapid.SliceOfNDistinct(rapid.Uint64Range(1, maxFID-1), 0, 6, rapid.ID).Draw(d.T, "fids")
	slices.Sort(fids)
	for _, fid := range fids {
		out = append(out, d.thing(assets.FID(fid)))
	}
	return out
}

func (d frames) thing(fid assets.FID) *twin.Thing {
	t := &twin.Thing{Asset: &assets.Asset{FID: fid, ID: assets.ID(d.text("id")), Kind: rapid.SampledFrom(assets.Kinds()).Draw(d.T, "kind"), Class: d.text("class"), Name: d.text("name")},
		Anchor: d.place(), Severity: twin.Severity(d.number("severity", 4)),
		State: twin.State{
			Communication: rapid.SampledFrom([]twin.Communication{twin.Unknown, twin.Online, twin.Offline}).Draw(d.T, "communication"),
			Data:          rapid.SampledFrom([]twin.Data{twin.None, twin.Fresh, twin.Stale, twin.Stuck, twin.Invalid}).Draw(d.T, "data"),
			Service:       rapid.SampledFrom([]twin.Service{twin.Normal, twin.Maintenance, twin.Fault, twin.Retired}).Draw(d.T, "service")}}
	for i := range d.number("values", 3) {
		t.Last = append(t.Last, twin.Observation{Phenomenon: fmt.Sprint("p", i), Value: rapid.Float64().Draw(d.T, "value"),
			PhenomenonTime: rapid.Int64Range(0, 253_402_214_400_000).Draw(d.T, "time")})
	}
	return t
}

func (d frames) camera() *camera {
	if rapid.Bool().Draw(d.T, "nowhere") {
		return nil
	}
	return &camera{Lon: rapid.Float64Range(-180, 180).Draw(d.T, "lon"), Lat: -31.5, Zoom: 14.25, Bearing: -90, Pitch: 45}
}

// kinds draw one frame each.
var kindsOfFrames = map[string]func(d frames) any{
	"hello": func(d frames) any {
		return helloFrame{d.position(), d.time("time"), int(d.number("heartbeat", 1e6)), d.text("session")}
	},
	"time": func(d frames) any { return timeFrame{d.position(), d.time("time")} },
	"snapshot": func(d frames) any {
		l := d.look()
		return snapshotFrame{d.text("id"), d.position(), d.things(l), rapid.Bool().Draw(d.T, "more"), l}
	},
	"delta": func(d frames) any {
		l := d.look()
		all := d.things(l)
		first, second := len(all)/3, 2*len(all)/3
		f := deltaFrame{id: d.text("id"), at: d.position(), entered: all[:first], changed: all[first:second], look: l}
		for _, t := range f.changed {
			var of *brief
			if !t.Moves() && rapid.Bool().Draw(d.T, "brief") {
				of = new(brief)
				of.fill(t, map[string]string{})
			}
			f.briefs = append(f.briefs, of)
		}
		for _, t := range all[second:] {
			f.removed = append(f.removed, t.Asset.FID)
		}
		return f
	},
	"clusters": func(d frames) any {
		f := clustersFrame{id: d.text("id"), at: d.position(), layer: "sensors", look: d.look()}
		for i := range d.number("cells", 5) {
			p := d.place()
			f.cells = append(f.cells, Cluster{i<<40 + d.number("cell", 1<<40), p[0], p[1], uint32(d.number("count", 1<<32-1)), twin.Severity(d.number("severity", 4)), d.text("state")})
		}
		return f
	},
	"tiles": func(d frames) any {
		f := tilesFrame{id: d.text("id"), at: d.position(), changed: map[string][][3]uint32{}, all: []string{"areas"}[:d.number("all", 1)]}
		for i := range uint32(d.number("tiles", 4)) {
			f.changed["sensors"] = append(f.changed["sensors"], [3]uint32{22, 4_194_303, i})
		}
		return f
	},
	"event": func(d frames) any {
		e := twin.Event{Seq: d.number("seq", maxFID-1), Time: d.time("time"), Type: d.text("type"), FID: assets.FID(d.number("fid", maxFID-1)), ID: assets.ID(d.text("id"))}
		if rapid.Bool().Draw(d.T, "put") {
			e.Asset = &assets.Asset{Kind: assets.Camera}
		}
		return eventFrame{e}
	},
	"resync": func(d frames) any { return resyncFrame{d.text("id"), d.text("reason")} },
	"error":  func(d frames) any { return errorFrame{d.text("id"), d.text("reason")} },
	"slow": func(d frames) any {
		return slowFrame{time.Duration(d.number("interval", 1e6)) * time.Millisecond, d.text("reason")}
	},
	"bye": func(d frames) any {
		return byeFrame{rapid.SampledFrom(Codes()).Draw(d.T, "code"), d.text("reason"), time.Duration(d.number("after", 1e6)) * time.Millisecond}
	},
	"presence": func(d frames) any {
		f := presenceFrame{}
		for range d.number("here", 3) {
			f.here = append(f.here, screen{session: d.text("session"), name: d.text("name"), camera: d.camera(), selected: assets.FID(d.number("selected", maxFID-1)), since: d.time("since")})
		}
		for range d.number("gone", 3) {
			f.gone = append(f.gone, d.text("session"))
		}
		return f
	},
}

// Both formats say the same, in every type of frame; and of objects, what the
// things are.
func TestBothFormatsSayTheSame(t *testing.T) {
	for kind, draw := range kindsOfFrames {
		t.Run(kind, func(t *testing.T) {
			rapid.Check(t, func(r *rapid.T) {
				frame := draw(frames{r})
				var said [formats]said
				for f := range formats {
					var err error
					if said[f], err = hear(f, f.write(frame, new(written))); err != nil {
						r.Fatal(err)
					}
				}
				if said[asBinary].Type != kind {
					r.Fatalf("it is a %s", said[asBinary].Type)
				}
				compareFrames(r, frame, said[asJSON], said[asBinary])
			})
		})
	}
}

// compareFrames compares what is said in both formats. What did not change of held
// objects is left out in the binary one.
func compareFrames(r *rapid.T, frame any, j, b said) {
	var f, again fields // again may be told of what is held
	switch frame := frame.(type) {
	case snapshotFrame:
		f = frame.look.fields
		compareThings(r, frame.things, frame.look, j.Entered)
	case deltaFrame:
		f = frame.look.fields
		compareThings(r, slices.Concat(frame.entered, frame.changed), frame.look, j.Entered)
		if slices.ContainsFunc(frame.changed, (*twin.Thing).Moves) {
			again = fieldLon | fieldLat
		}
	}
	all := slices.Concat(b.Entered, b.Changed)
	if len(all) != len(j.Entered) {
		r.Fatalf("JSON has %d objects, binary %d", len(j.Entered), len(all))
	}
	for i, o := range all {
		if i >= len(b.Entered) {
			held := j.Entered[i].only(fieldID | fieldLayer | fieldClass | fieldName | fieldLon | fieldLat)
			if o.Have&held.Have&^again != 0 {
				r.Errorf("%+v tells again what is held", o)
			}
			held.merge(o)
			o = held
		}
		if !o.only(f).near(j.Entered[i]) {
			r.Errorf("binary says %+v, JSON %+v", o, j.Entered[i])
		}
	}
	if !slices.EqualFunc(j.Cells, b.Cells, nearCell) {
		r.Errorf("binary says %+v, JSON %+v", b.Cells, j.Cells)
	}
	for _, s := range []*said{&j, &b} {
		s.Entered, s.Changed, s.Cells = nil, nil, nil
		s.Removed, s.All, s.Gone = slices.Clip(s.Removed), append([]string{}, s.All...), append([]string{}, s.Gone...)
		if len(s.Removed) == 0 {
			s.Removed = nil
		}
	}
	if !reflect.DeepEqual(j, b) {
		r.Errorf("binary says %+v, JSON %+v", b, j)
	}
}

func compareThings(r *rapid.T, things []*twin.Thing, l *look, said []object) {
	if len(things) != len(said) {
		r.Fatalf("%d things, %d objects", len(things), len(said))
	}
	for i, t := range things {
		if want := objectOf(t, l); !said[i].near(want) {
			r.Errorf("JSON says %+v, want %+v", said[i], want)
		}
	}
}
