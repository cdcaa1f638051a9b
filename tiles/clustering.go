package tiles

import (
	"fmt"
	"slices"
)

// clustering is what the catalogue says of a layer's low zooms.
type clustering struct {
	Below uint32 `json:"below"` // at zooms below it things are shown as clusters; 0 for none
}

func (c clustering) check(l *layer) error {
	if c.Below > 0 && l.Drawn != "" {
		return fmt.Errorf("clusters: of what is drawn as %q, expected none", l.Drawn)
	}
	if c.Below > 0 && (c.Below <= l.MinZoom || c.Below > l.MaxZoom) {
		return fmt.Errorf("clusters: below %d, expected a zoom above the layer's first, %d, and at most its last, %d",
			c.Below, l.MinZoom, l.MaxZoom)
	}
	return nil
}

// clusters makes empty counts for every layer that has them.
func (c *catalogue) clusters() map[*layer]*clusters {
	out := make(map[*layer]*clusters)
	for _, l := range c.Layers {
		if l.Clusters.Below > 0 {
			out[l] = newClusters(l)
		}
	}
	return out
}

// clusters says whether the layer's things are shown as clusters at zoom z.
func (l *layer) clusters(z uint32) bool { return z >= l.MinZoom && z < l.Clusters.Below }

// from is the zoom from which things of the class show singly.
func (l *layer) from(class string) uint32 {
	return max(l.MinZoom, l.Clusters.Below, l.Classes[class])
}

// deepest is the depth of the smallest cells that clusters are made of.
func (l *layer) deepest() uint32 { return l.Clusters.Below - 1 + split }

// clusterFields are the properties that only clusters have, if there are any.
func (l *layer) clusterFields() []string {
	if l.Clusters.Below == 0 {
		return nil
	}
	until := fieldStates
	if slices.Contains(l.Fields, fieldState.String()) {
		until = fieldCount
	}
	var names []string
	for f := fieldCluster; f < until; f++ {
		names = append(names, f.String())
	}
	return names
}
