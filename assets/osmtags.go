package assets

import (
	"strconv"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/osm"

	"suhe/geo"
)

// osmKeys are the tag keys that name a class osm.<key>, the most telling first.
var osmKeys = []string{
	"highway", "railway", "waterway", "aerialway", "power", "barrier", "man_made", "public_transport",
	"amenity", "shop", "tourism", "historic", "leisure", "natural", "landuse", "emergency",
	"office", "craft", "military", "place", "boundary",
}

// osmKind is what an OpenStreetMap element is here, by its tags.
func osmKind(tags osm.Tags, g orb.Geometry) (Kind, string) {
	has := func(key string) bool { v := tags.Find(key); return v != "" && v != "no" }
	area := g.Dimensions() == 2
	switch {
	case area && has("building"):
		return Building, osmBuilding(tags)
	case area && (tags.Find("natural") == "water" || tags.Find("waterway") == "riverbank" || tags.Find("landuse") == "reservoir"):
		return Water, osmWater(tags)
	case g.Dimensions() > 0 && (has("bridge") || tags.Find("man_made") == "bridge"):
		return Bridge, osmBridge(tags)
	case g.Dimensions() == 0 && has("place"):
		return Landmark, "landmark.place"
	case g.Dimensions() == 0 && has("tourism"):
		return Landmark, "landmark.tourism"
	case g.Dimensions() == 0 && has("amenity"):
		return Landmark, "landmark.amenity"
	}
	for _, key := range osmKeys {
		if has(key) {
			return Fixture, "osm." + key
		}
	}
	return Fixture, "osm.other"
}

func osmBuilding(tags osm.Tags) string {
	switch tags.Find("building") {
	case "residential", "apartments", "house", "detached", "terrace", "dormitory", "semidetached_house":
		return "building.residential"
	case "commercial", "retail", "supermarket", "kiosk":
		return "building.commercial"
	case "office":
		return "building.office"
	case "industrial", "warehouse", "manufacture", "factory":
		return "building.industrial"
	case "school", "university", "college", "kindergarten":
		return "building.school"
	case "hospital":
		return "building.hospital"
	case "public", "civic", "government", "train_station":
		return "building.public"
	case "church", "chapel", "cathedral", "mosque", "temple", "monastery":
		return "building.religious"
	case "farm", "barn", "farm_auxiliary", "greenhouse", "stable":
		return "building.farm"
	case "garage", "garages", "parking", "carport":
		return "building.garage"
	}
	return Generic(Building)
}

func osmWater(tags osm.Tags) string {
	switch tags.Find("water") {
	case "river", "stream":
		return "water.river"
	case "canal":
		return "water.canal"
	case "lake", "reservoir":
		return "water.lake"
	case "pond", "basin":
		return "water.pond"
	}
	if tags.Find("waterway") == "riverbank" {
		return "water.river"
	}
	return Generic(Water)
}

func osmBridge(tags osm.Tags) string {
	switch tags.Find("highway") {
	case "":
	case "motorway", "motorway_link", "trunk", "trunk_link":
		return "bridge.expressway"
	case "footway", "path", "pedestrian", "steps", "cycleway", "track":
		return "bridge.foot"
	default:
		return "bridge.road"
	}
	if tags.Find("railway") != "" {
		return "bridge.rail"
	}
	return Generic(Bridge)
}

// storey is the height of a storey where only their number is known, metres.
const storey = 3

// osmHeights are base and height of a building, from heights in metres or else
// from storeys. What cannot be read, or makes no sense, is 0.
func osmHeights(tags osm.Tags, k Kind) (base, height geo.Metres) {
	if k != Building {
		return 0, 0
	}
	return osmHeight(tags, "min_height", "building:min_level"), osmHeight(tags, "height", "building:levels")
}

func osmHeight(tags osm.Tags, metres, storeys string) geo.Metres {
	if h, ok := osmNumber(tags.Find(metres)); ok {
		return geo.Metres(h)
	}
	n, _ := osmNumber(tags.Find(storeys))
	return geo.Metres(n * storey)
}

func osmNumber(s string) (float64, bool) {
	n, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(s, "m")), 64)
	return n, err == nil && n >= 0 && n <= MaxHeight
}
