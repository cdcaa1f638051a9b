package tiles

import (
	"slices"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/twin"
	"suhe/twin/filter"
)

// Cluster is how many things a cell holds, as tiles show it.
type Cluster struct {
	ID       uint64  // the feature's; of a thing alone its FID
	Lon, Lat float64 // mean of the members, degrees WGS84
	Count    uint32
	Severity twin.Severity // the worst
	State    string        // the worst word of twin.Summaries; "" if no member is a device
}

// tilesPerCount bounds the tiles of one question for clusters: a box that is wider
// is answered at a lower zoom.
const tilesPerCount = 64

// ClustersBelow is the zoom below which tiles show clusters of the kind; 0 if at
// none.
func (s *Server) ClustersBelow(kind assets.Kind) uint32 {
	if l := s.counted(kind); l != nil {
		return l.Clusters.Below
	}
	return 0
}

// counted is the layer that counts things of the kind, or nil.
func (s *Server) counted(kind assets.Kind) *layer {
	for l := range s.clusters {
		if l.Kind == kind {
			return l
		}
	}
	return nil
}

// Clusters returns the clusters of the kind that the tiles of zoom z show which
// touch the box, to the scope and of what passes the filter, in order of ID, without
// what the scope is not shown of them. There are none if the kind has no clusters at
// that zoom. The filter must be one by what is shown.
func (s *Server) Clusters(kind assets.Kind, z uint32, box geo.Box, scope access.Scope, f filter.Filter) []Cluster {
	l := s.counted(kind)
	if l == nil || z >= l.Clusters.Below {
		return nil
	}
	tiles := box.Tiles(z)
	for tiles.Len() > tilesPerCount {
		z--
		tiles = box.Tiles(z)
	}
	var found []cluster
	for t := range tiles.All() {
		found = s.clustersOf(found, l, t, scope, f)
	}
	slices.SortFunc(found, byID)
	out, shown := make([]Cluster, 0, len(found)), s.shown(scope)
	for i := range found {
		out = append(out, found[i].export(shown))
	}
	return out
}

// clustersOf appends those of one tile, from the counts that are kept if these can
// answer.
func (s *Server) clustersOf(dst []cluster, l *layer, t geo.Tile, scope access.Scope, f filter.Filter) []cluster {
	counts := s.clusters[l]
	if _, full := counts.state(); full && f.String() == "" {
		return counts.within(dst, t, scope)
	}
	things := s.options.World.Within(nil, l.Kind, t.Bound(0))
	var sight access.Sight
	sight.By(scope)
	things = slices.DeleteFunc(things, func(t *twin.Thing) bool { return !sight.Sees(t.Asset) || !f.Passes(t) })
	return append(dst, l.gather(things, t)...)
}

func (c *cluster) export(shown Properties) Cluster {
	at := geo.LonLat32(c.x, c.y)
	out := Cluster{ID: c.id, Lon: at[0], Lat: at[1], Count: c.count}
	if shown.has(fieldSeverity) {
		out.Severity = c.worst()
	}
	if shown.has(fieldState) {
		out.State = c.worstState()
	}
	return out
}

// alarming are the words of twin.Summaries, what calls for somebody first.
var alarming = []string{string(twin.Fault), string(twin.Offline), string(twin.Invalid), string(twin.Stuck), string(twin.Stale),
	string(twin.Normal), string(twin.Unknown), string(twin.Maintenance), string(twin.Retired)}

// worstState is the most alarming word of a member, or "".
func (c *cluster) worstState() string {
	for _, word := range alarming {
		if c.states[slices.Index(twin.Summaries(), word)] > 0 {
			return word
		}
	}
	return ""
}
