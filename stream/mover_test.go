package stream_test

import (
	"fmt"
	"testing"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin"
)

// walk lets a mover be somewhere, going somewhere.
func (w *world) walk(fid assets.FID, p orb.Point, heading geo.Degrees) {
	w.mu.Lock()
	is := &twin.Thing{Anchor: p, State: twin.State{Communication: twin.Online, Data: twin.Fresh, Service: twin.Normal},
		Asset: &assets.Asset{FID: fid, ID: assets.ID(fmt.Sprint("m", fid)), Kind: assets.Mover, Class: "mover.patrol", Name: "巡查员",
			Shape: assets.Shape{Geometry: geo.Solid{Plane: here}}},
		Live: &twin.Live{Fix: twin.Fix{Lon: p[0], Lat: p[1], Heading: heading, Speed: 1.4, Accuracy: twin.NotTold, PhenomenonTime: 1795400000000},
			Location: assets.Location{Place: &geo.Place{Chainage: 120}}}}
	was := w.things[fid]
	if was != nil {
		is.Asset = was.Asset
	}
	w.at.Obs++
	w.batch++
	is.Changed = w.at
	b := twin.Batch{At: w.at, Shown: w.batch, Changes: []twin.Change{{Was: was, Is: is}}}
	w.things[fid] = is
	w.mu.Unlock()
	w.hub.Took(b)
}

func TestMoversAreToldWhereTheyAre(t *testing.T) {
	w := newWorld()
	address := serve(t, w)
	w.walk(1, here, 90)
	c := dial(t, address)
	c.marked(w.Position())
	c.send(`{"type":"subscribe","id":"v1","layers":["movers"],"bbox":[121.39,31.21,121.41,31.23],"zoom":14}`)
	c.until("snapshot")
	w.walk(1, orb.Point{121.405, 31.225}, 180)
	f := c.until("delta")
	if len(f.Upsert) != 1 || f.Upsert[0].Lon != 121.405 || f.Upsert[0].Time == "" ||
		fmt.Sprint(f.Upsert[0].Values) != "map[chainage:120 heading:180 speed:1.4]" {
		t.Errorf("got %s", f.raw)
	}
}
