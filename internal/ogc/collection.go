package ogc

import (
	"fmt"
	"strings"

	"suhe/assets"
	"suhe/tiles"
)

// Collection describes one layer (OGC API Common part 2, Features part 1 and 2).
type Collection struct {
	ID          string   `json:"id"`
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Attribution string   `json:"attribution"`
	Extent      Extent   `json:"extent"`
	ItemType    string   `json:"itemType,omitempty"` // feature, if it has items
	CRS         []string `json:"crs"`
	StorageCRS  string   `json:"storageCrs,omitempty"`
	Links       []Link   `json:"links"`
}

// Extent is where a collection's things lie.
type Extent struct {
	Spatial SpatialExtent `json:"spatial"`
}

// SpatialExtent holds one box: west, south, east, north.
type SpatialExtent struct {
	Bbox [][4]float64 `json:"bbox"`
	CRS  string       `json:"crs"`
}

// Collections is the list of all.
type Collections struct {
	Links       []Link       `json:"links"`
	Collections []Collection `json:"collections"`
}

// Collections lists the layers in drawing order from below, and what moves.
func (d Documents) Collections() Collections {
	out := Collections{Links: d.selves("/collections"), Collections: []Collection{}}
	for _, l := range d.dataset.Layers {
		out.Collections = append(out.Collections, d.collection(l, true))
	}
	if d.dataset.Movers {
		out.Collections = append(out.Collections, d.collection(movers, false))
	}
	return out
}

// movers is the layer that tiles do not show: streams and features do.
var movers = tiles.LayerInfo{ID: assets.Mover.Layer(), Description: "Patrols, boats and vehicles, where they are now"}

// Collection describes one layer; one that does not exist is assets.ErrNotFound.
func (d Documents) Collection(id string) (Collection, error) {
	if id == movers.ID && d.dataset.Movers {
		return d.collection(movers, false), nil
	}
	l, err := d.layer(id)
	if err != nil {
		return Collection{}, err
	}
	return d.collection(l, true), nil
}

func (d Documents) collection(l tiles.LayerInfo, tiled bool) Collection {
	path := "/collections/" + l.ID
	c := Collection{
		ID: l.ID, Title: titleOf(l), Description: l.Description, Attribution: d.dataset.Attribution,
		Extent: Extent{SpatialExtent{Bbox: [][4]float64{d.dataset.Bounds}, CRS: crs84}},
		CRS:    []string{crs84},
		Links:  d.selves(path),
	}
	if kind, has := assets.KindOfLayer(l.ID); has {
		c.Extent.Spatial.Bbox[0] = d.extent(kind)
		c.ItemType, c.StorageCRS, c.CRS = "feature", crs84, d.dataset.Systems
		c.Links = append(c.Links,
			Link{Href: d.root() + path + "/items", Rel: relItems, Type: typeGeoJSON, Title: "Features"},
			Link{Href: d.root() + path + "/items?f=html", Rel: relItems, Type: typeHTML, Title: "Features, to browse"},
			Link{Href: d.root() + path + "/queryables", Rel: relQueryables, Type: typeSchema, Title: "What filters may name"})
	}
	if tiled {
		c.Links = append(c.Links,
			d.link(relTilesets, path+"/tiles", "Vector tiles of this layer"),
			Link{Href: d.host + "/tiles/" + l.ID + ".json", Rel: relDescribedBy, Type: typeJSON, Title: "TileJSON of this layer"})
	}
	return c
}

// extent is where the features of a kind lie; of none it is where they would.
func (d Documents) extent(kind assets.Kind) [4]float64 {
	if d.dataset.Extent != nil {
		if box, some := d.dataset.Extent(kind); some {
			return box
		}
	}
	return d.dataset.Bounds
}

// chinese is what collections are called in Chinese.
var chinese = map[string]string{
	"areas": "街镇", "water": "水面", "banks": "岸线", "bridges": "桥梁", "buildings": "建筑", "landmarks": "地标",
	"assets": "部件", "coverage": "摄像机视域", "cameras": "摄像机", "sensors": "传感器", "movers": "移动目标", "incidents": "案件", "alarms": "告警",
}

// titleOf is the layer's name, Chinese first.
func titleOf(l tiles.LayerInfo) string {
	if name := chinese[l.ID]; name != "" {
		return name + " " + strings.ToUpper(l.ID[:1]) + l.ID[1:]
	}
	return l.ID
}

func (d Documents) layer(id string) (tiles.LayerInfo, error) {
	for _, l := range d.dataset.Layers {
		if l.ID == id {
			return l, nil
		}
	}
	return tiles.LayerInfo{}, fmt.Errorf("collection: %w: %q", assets.ErrNotFound, short(id))
}

// short keeps an error short whatever was sent.
func short(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}
