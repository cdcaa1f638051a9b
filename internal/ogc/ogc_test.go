package ogc_test

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/ogc"
	"suhe/tiles"
)

const host = "https://creek.example"

func documents() ogc.Documents {
	return ogc.Dataset{
		Title: "Creek", Description: "All of it", Attribution: "© us", Bounds: [4]float64{121.3, 31.2, 121.5, 31.3},
		Layers: []tiles.LayerInfo{
			{ID: "water", Description: "The creek", MinZoom: 8, MaxZoom: 16, Fields: map[string]string{"name": "Name (String)"}},
			{ID: "sensors", Description: "Sensors", MinZoom: 10, MaxZoom: 17, Fields: map[string]string{
				"severity": "1 extreme (worst) (Number)", "truncated": "Left out (Boolean)"}},
		},
	}.At(host)
}

// near says whether two numbers agree to twelve digits.
func near(a, b float64) bool { return math.Abs(a-b) <= 1e-12*math.Abs(b) }

// The known figures are those of the registered set.
func TestMatrixSet(t *testing.T) {
	set, err := documents().MatrixSet("WebMercatorQuad")
	if err != nil {
		t.Fatal(err)
	}
	if len(set.TileMatrices) != 25 || set.URI != "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad" {
		t.Fatalf("%d levels of %s", len(set.TileMatrices), set.URI)
	}
	for _, c := range []struct {
		id          string
		z           int
		scale, cell float64
		width       int
	}{
		{"0", 0, 559082264.0287178, 156543.03392804097, 1},
		{"1", 1, 279541132.0143589, 78271.51696402048, 2},
		{"10", 10, 545978.7734655447, 152.8740565703525, 1024},
		{"18", 18, 2132.729583849784, 0.5971642834779395, 262144},
		{"24", 24, 33.32389974765287, 0.009330691929342804, 16777216},
	} {
		m := set.TileMatrices[c.z]
		if m.ID != c.id || !near(m.ScaleDenominator, c.scale) || !near(m.CellSize, c.cell) || m.MatrixWidth != c.width || m.MatrixHeight != c.width {
			t.Errorf("level %d: %+v, want %+v", c.z, m, c)
		}
		if !near(m.PointOfOrigin[0], -20037508.342789244) || !near(m.PointOfOrigin[1], 20037508.342789244) || m.CornerOfOrigin != "topLeft" {
			t.Errorf("level %d: origin %s %v", c.z, m.CornerOfOrigin, m.PointOfOrigin)
		}
		if m.TileWidth != 256 || m.TileHeight != 256 {
			t.Errorf("level %d: tiles of %d × %d", c.z, m.TileWidth, m.TileHeight)
		}
	}
}

// What the standard requires of a tileset, for the dataset and for a collection.
func TestTileset(t *testing.T) {
	for _, c := range []struct{ collection, path, layers, about string }{
		{"", "/ogc/tiles", "water,sensors", "http://www.opengis.net/def/rel/ogc/1.0/dataset"},
		{"sensors", "/ogc/collections/sensors/tiles", "sensors", "http://www.opengis.net/def/rel/ogc/1.0/geodata"},
	} {
		d := documents()
		list, err := d.Tilesets(c.collection)
		if err != nil || len(list.Tilesets) != 1 {
			t.Fatalf("%+v, %v", list, err)
		}
		if href(list.Links, "self") != host+c.path {
			t.Errorf("%s: self %q", c.path, href(list.Links, "self"))
		}
		full, err := d.Tileset(c.collection, "WebMercatorQuad")
		if err != nil {
			t.Fatal(err)
		}
		for _, set := range []ogc.Tileset{list.Tilesets[0], full} {
			if set.DataType != "vector" || set.CRS != "http://www.opengis.net/def/crs/EPSG/0/3857" || set.MatrixSet == "" {
				t.Errorf("%s: %+v", c.path, set)
			}
			if href(set.Links, "self") != host+c.path+"/WebMercatorQuad" ||
				href(set.Links, "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme") != host+"/ogc/tileMatrixSets/WebMercatorQuad" {
				t.Errorf("%s: links %+v", c.path, set.Links)
			}
		}
		item := link(full.Links, "item")
		if item.Href != host+c.path+"/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}" || !item.Templated || item.Type != "application/vnd.mapbox-vector-tile" {
			t.Errorf("%s: item %+v", c.path, item)
		}
		if href(full.Links, "alternate") != host+"/tiles/"+c.layers+".json" || href(full.Links, c.about) == "" {
			t.Errorf("%s: links %+v", c.path, full.Links)
		}
		if last := full.Limits[len(full.Limits)-1]; len(full.Limits) != geo.MaxZoom+1 || last.MaxTileRow != 1<<geo.MaxZoom-1 || last.MaxTileCol != last.MaxTileRow {
			t.Errorf("%s: limits %+v", c.path, full.Limits)
		}
		var ids []string
		for _, l := range full.Layers {
			ids = append(ids, l.ID)
		}
		if strings.Join(ids, ",") != c.layers {
			t.Errorf("%s: layers %v", c.path, ids)
		}
		if names, err := d.LayerNames(c.collection, "WebMercatorQuad"); names != c.layers || err != nil {
			t.Errorf("%s: tiles of %q, %v", c.path, names, err)
		}
		want := map[string]ogc.Property{"severity": {Description: "1 extreme (worst)", Type: "number"}, "truncated": {Description: "Left out", Type: "boolean"}}
		if sensors := full.Layers[len(full.Layers)-1]; !reflect.DeepEqual(sensors.PropertiesSchema.Properties, want) ||
			sensors.MinTileMatrix != "10" || sensors.MaxTileMatrix != "17" {
			t.Errorf("%s: %+v", c.path, sensors)
		}
	}
}

func TestCollections(t *testing.T) {
	d := documents()
	list := d.Collections()
	if len(list.Collections) != 2 || list.Collections[0].ID != "water" {
		t.Fatalf("%+v", list)
	}
	for _, c := range list.Collections {
		one, err := d.Collection(c.ID)
		if err != nil || !reflect.DeepEqual(one, c) {
			t.Errorf("%s: alone %+v, %v; in the list %+v", c.ID, one, err, c)
		}
		if href(c.Links, "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector") != host+"/ogc/collections/"+c.ID+"/tiles" {
			t.Errorf("%s: links %+v", c.ID, c.Links)
		}
	}
}

func TestWhatDoesNotExist(t *testing.T) {
	d := documents()
	long := strings.Repeat("x", 1000)
	for name, err := range map[string]error{
		"a collection":               second(d.Collection("roads")),
		"a long name":                second(d.Collection(long)),
		"tilesets of no collection":  second(d.Tilesets("roads")),
		"a tileset of no collection": second(d.Tileset("roads", "WebMercatorQuad")),
		"a matrix set":               second(d.MatrixSet("WorldCRS84Quad")),
		"a tileset in another":       second(d.Tileset("", "")),
		"tiles of no collection":     second(d.LayerNames("roads", "WebMercatorQuad")),
		"tiles in another":           second(d.LayerNames("", "x")),
	} {
		if !errors.Is(err, assets.ErrNotFound) || len(err.Error()) > 120 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The landing page leads everywhere, and all documents name a relation and a
// whole address in every link.
func TestLinks(t *testing.T) {
	d := documents()
	landing := d.Landing()
	for _, rel := range []string{"self", "service-desc", "conformance", "data", "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector", "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes"} {
		if href(landing.Links, rel) == "" {
			t.Errorf("no link to %s", rel)
		}
	}
	tileset, _ := d.Tileset("", ogc.MatrixSetID)
	for _, doc := range []any{landing, d.Collections(), d.MatrixSets(), tileset} {
		text, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		var any any
		if err := json.Unmarshal(text, &any); err != nil {
			t.Fatal(err)
		}
		if n := walk(t, any); n == 0 {
			t.Errorf("no links in %s", text)
		}
	}
}

// walk checks all links of a document and counts them.
func walk(t *testing.T, v any) (n int) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			n += walk(t, x)
		}
	case map[string]any:
		if to, ok := v["href"].(string); ok {
			n++
			if !strings.HasPrefix(to, host+"/") || v["rel"] == "" || v["rel"] == nil || v["type"] == nil {
				t.Errorf("link %v", v)
			}
		}
		for _, x := range v {
			n += walk(t, x)
		}
	}
	return n
}

func link(links []ogc.Link, rel string) ogc.Link {
	for _, l := range links {
		if l.Rel == rel {
			return l
		}
	}
	return ogc.Link{}
}

func href(links []ogc.Link, rel string) string { return link(links, rel).Href }

func second[T any](_ T, err error) error { return err }

// What stands beside features: links that repeat what was asked, counts as far as they
// are known.
func TestAnswer(t *testing.T) {
	d := documents()
	at := time.Date(2026, 11, 24, 8, 0, 0, 123, time.FixedZone("", 8*3600))
	a := d.Answer(ogc.Page{Collection: "sensors", Self: "/ogc/collections/sensors/items?limit=2", Next: "/ogc/collections/sensors/items?after=x&limit=2",
		HTML: "/ogc/collections/sensors/items?f=html&limit=2", Returned: 2, Matched: 7, At: at})
	if href(a.Links, "self") != host+"/ogc/collections/sensors/items?limit=2" || href(a.Links, "next") != host+"/ogc/collections/sensors/items?after=x&limit=2" ||
		link(a.Links, "alternate").Type != "text/html" || href(a.Links, "collection") != host+"/ogc/collections/sensors" {
		t.Errorf("links %+v", a.Links)
	}
	text, err := json.Marshal(a)
	if err != nil || !strings.Contains(string(text), `"timeStamp":"2026-11-24T00:00:00Z","numberMatched":7,"numberReturned":2`) {
		t.Errorf("%s, %v", text, err)
	}
	last := d.Answer(ogc.Page{Collection: "sensors", Matched: -1})
	if text, err = json.Marshal(last); err != nil || href(last.Links, "next") != "" || strings.Contains(string(text), "numberMatched") {
		t.Errorf("%s, %v", text, err)
	}
}

// A collection of features says where they are and in which systems they are
// answered; what moves is one for those who may see it, without tiles.
func TestCollectionsOfFeatures(t *testing.T) {
	set := ogc.Dataset{
		Bounds: [4]float64{1, 2, 3, 4}, Movers: true, Systems: []string{"http://www.opengis.net/def/crs/OGC/1.3/CRS84", "urn:x"},
		Layers: []tiles.LayerInfo{{ID: "sensors"}, {ID: "coverage"}, {ID: "alarms"}},
		Extent: func(k assets.Kind) ([4]float64, bool) { return [4]float64{1.5, 2.5, 1.6, 2.6}, k == assets.Sensor },
	}
	for id, want := range map[string]struct {
		title string
		box   [4]float64
		items bool
		tiles bool
	}{
		"sensors":  {"传感器 Sensors", [4]float64{1.5, 2.5, 1.6, 2.6}, true, true},
		"alarms":   {"告警 Alarms", [4]float64{1, 2, 3, 4}, true, true},
		"coverage": {"摄像机视域 Coverage", [4]float64{1, 2, 3, 4}, false, true},
		"movers":   {"移动目标 Movers", [4]float64{1, 2, 3, 4}, true, false},
	} {
		c, err := set.At(host).Collection(id)
		items, tiled := href(c.Links, "items"), href(c.Links, "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector")
		if err != nil || c.Title != want.title || c.Extent.Spatial.Bbox[0] != want.box || (items == host+"/ogc/collections/"+id+"/items") != want.items ||
			(c.ItemType == "feature") != want.items || (c.StorageCRS != "") != want.items || (len(c.CRS) == 2) != want.items || (tiled != "") != want.tiles {
			t.Errorf("%s: %+v, %v", id, c, err)
		}
	}
	set.Movers = false
	if _, err := set.At(host).Collection("movers"); !errors.Is(err, assets.ErrNotFound) || len(set.At(host).Collections().Collections) != 3 {
		t.Errorf("movers: %v", err)
	}
}

// Every document has a page, which escapes what it shows and runs nothing.
func TestPages(t *testing.T) {
	d := documents()
	tileset, _ := d.Tileset("", ogc.MatrixSetID)
	collection, _ := d.Collection("sensors")
	queryables, err := d.Queryables("sensors", map[string]ogc.QueryableMember{"name": {Title: "<b>名称</b>", Type: "string", Enum: []string{"<i>"}}})
	if err != nil {
		t.Fatal(err)
	}
	api, err := ogc.NewAPI([]byte(`{"paths":{"/ogc/x":{"get":{"summary":"Ask <x>"},"parameters":[]},"/v1/y":{"get":{"summary":"Other"}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	for path, doc := range map[string]any{"": d.Landing(), "/collections": d.Collections(), "/collections/sensors": collection,
		"/collections/sensors/queryables": queryables, "/conformance": d.Conformance(), "/tiles/WebMercatorQuad": tileset, "/api": api} {
		var b strings.Builder
		if err := d.WriteDocument(&b, path, doc); err != nil {
			t.Fatal(err)
		}
		page := b.String()
		for _, bad := range []string{"<script", "<b>", "<i>", "<x>", "style=", "onclick"} {
			if strings.Contains(page, bad) {
				t.Errorf("%s: %s is in %s", path, bad, page)
			}
		}
		if !strings.Contains(page, host+"/ogc/style.css") || !strings.Contains(page, host+"/ogc"+path+"?f=json") {
			t.Errorf("%s: %s", path, page)
		}
	}
	var b strings.Builder
	if err := d.WriteDocument(&b, "/api", api); err != nil || !strings.Contains(b.String(), "Ask &lt;x&gt;") || strings.Contains(b.String(), "Other") {
		t.Errorf("%v: %s", err, b.String())
	}
	if len(ogc.Style()) < 500 {
		t.Error("no style")
	}
}
