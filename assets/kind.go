package assets

import (
	"fmt"
	"slices"
)

// Kind is what an asset is; each kind is one layer of the scene.
type Kind string

// The kinds, in drawing order from below.
const (
	Area     Kind = "area"     // 街镇 and other administrative areas
	Water    Kind = "water"    // the creek's surface
	Bank     Kind = "bank"     // the left and right bank lines
	Bridge   Kind = "bridge"   //
	Building Kind = "building" //
	Landmark Kind = "landmark" // landmarks and stations
	Fixture  Kind = "asset"    // 部件: what stands on the bank
	Camera   Kind = "camera"   //
	Sensor   Kind = "sensor"   //
	Mover    Kind = "mover"    // patrols (巡查员), boats and vehicles: registered where they belong, seen where they are
	Incident Kind = "incident" // 案件: what people handle; made by its own door, not by the registry
	Alarm    Kind = "alarm"    // 告警: what a rule or an algorithm raised; likewise
)

// Kinds returns all kinds in drawing order from below.
func Kinds() []Kind {
	return []Kind{Area, Water, Bank, Bridge, Building, Landmark, Fixture, Camera, Sensor, Mover, Incident, Alarm}
}

// Registered says whether the registry holds the kind; markers of cases are on the
// map without it.
func (k Kind) Registered() bool { return k != Incident && k != Alarm }

// Drawn says whether tiles show the kind. What moves by the second is for
// streams: a tile of it would be old before it is painted.
func (k Kind) Drawn() bool { return k != Mover }

// Ground says whether the kind is part of the map that everything lies on.
func (k Kind) Ground() bool {
	switch k {
	case Area, Water, Bank, Bridge, Building, Landmark:
		return true
	}
	return false
}

// Layer is the name of the kind's layer in tiles and streams.
func (k Kind) Layer() string {
	if k == Water {
		return "water"
	}
	return string(k) + "s"
}

// RegisteredKinds are those that the registry holds, in drawing order.
func RegisteredKinds() []Kind {
	return slices.DeleteFunc(Kinds(), func(k Kind) bool { return !k.Registered() })
}

// ParseKind finds a kind of the registry by its name; the error lists what was
// expected.
func ParseKind(s string) (Kind, error) { return parseKind(s, RegisteredKinds()) }

// ParseMapKind is ParseKind of all that is on the map.
func ParseMapKind(s string) (Kind, error) { return parseKind(s, Kinds()) }

func parseKind(s string, of []Kind) (Kind, error) {
	if k := Kind(s); slices.Contains(of, k) {
		return k, nil
	}
	return "", fmt.Errorf("kind: %q is none of %v", s, of)
}

// KindOfLayer finds the kind by its layer's name.
func KindOfLayer(layer string) (Kind, bool) {
	for _, k := range Kinds() {
		if k.Layer() == layer {
			return k, true
		}
	}
	return "", false
}
