package ogc

import (
	"fmt"

	"suhe/assets"
	"suhe/tiles"
)

// Collection describes one layer (OGC API Common part 2).
type Collection struct {
	ID          string   `json:"id"`
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Attribution string   `json:"attribution"`
	Extent      Extent   `json:"extent"`
	CRS         []string `json:"crs"`
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

// Collections lists the layers in drawing order from below.
func (d Documents) Collections() Collections {
	out := Collections{Links: []Link{d.link(relSelf, "/collections", "This document")}, Collections: []Collection{}}
	for _, l := range d.dataset.Layers {
		out.Collections = append(out.Collections, d.collection(l))
	}
	return out
}

// Collection describes one layer; one that does not exist is assets.ErrNotFound.
func (d Documents) Collection(id string) (Collection, error) {
	l, err := d.layer(id)
	if err != nil {
		return Collection{}, err
	}
	return d.collection(l), nil
}

func (d Documents) collection(l tiles.LayerInfo) Collection {
	path := "/collections/" + l.ID
	return Collection{
		ID: l.ID, Title: l.Description, Description: l.Description, Attribution: d.dataset.Attribution,
		Extent: Extent{SpatialExtent{Bbox: [][4]float64{d.dataset.Bounds}, CRS: crs84}},
		CRS:    []string{crs84},
		Links: []Link{
			d.link(relSelf, path, "This document"),
			d.link(relTilesets, path+"/tiles", "Vector tiles of this layer"),
			{Href: d.host + "/tiles/" + l.ID + ".json", Rel: relDescribedBy, Type: typeJSON, Title: "TileJSON of this layer"},
		},
	}
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
