package twin

import (
	"suhe/assets"
	"suhe/geo"
)

// Label is a thing in short: what maps say of it. It lies at the head of its
// Thing, since a tile of a hundred thousand things spends its time waiting for
// memory: of most of them it reads nothing else.
type Label struct {
	FID    assets.FID
	At     [2]uint32 // Flat.Min: of a point, where it is
	Height geo.Metres
	Base   geo.Metres
	Class  string
	Name   string
	id     [idKept]byte
	idLen  uint8 // 0: the id is longer
	Point  bool  // it is one point
	NameEn string
}

// idKept is the length of the ids that labels keep: nearly all.
const idKept = 23

// LabelOf is the label of an asset that lies where flat does.
func LabelOf(a *assets.Asset, flat *geo.Flat) Label {
	l := Label{FID: a.FID, At: flat.Min, Height: a.Shape.Height, Base: a.Shape.Base, Class: a.Class, Name: a.Name, NameEn: englishName(a)}
	l.Point = flat.Type == geo.FlatPoint && len(flat.XY) == 2
	if len(a.ID) <= len(l.id) {
		l.idLen = uint8(copy(l.id[:], a.ID))
	}
	return l
}

// AppendID appends the id of the thing.
func (t *Thing) AppendID(dst []byte) []byte {
	if n := t.Label.idLen; n > 0 {
		return append(dst, t.Label.id[:n]...)
	}
	return append(dst, t.Asset.ID...)
}

// NewThing makes the thing of an asset of which nothing was heard yet.
func NewThing(a *assets.Asset) *Thing {
	g := a.Shape.Geometry.Plane
	t := &Thing{Asset: a, Flat: geo.Flatten(g), Anchor: geo.Anchor(g)}
	t.Label = LabelOf(a, &t.Flat)
	t.State = State{Communication: Unknown, Data: None, Service: service(a)}
	return t
}
