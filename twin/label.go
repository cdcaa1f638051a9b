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
	marks  [2]uint16
	NameEn string
}

// idKept is the length of the ids that labels keep: nearly all.
const idKept = 23

// LabelOf is the label of an asset that lies where flat does.
func LabelOf(a *assets.Asset, flat *geo.Flat) Label {
	l := Label{FID: a.FID, At: flat.Min, Height: a.Shape.Height, Base: a.Shape.Base, Class: a.Class, Name: a.Name, NameEn: EnglishName(a)}
	l.Point = flat.Type == geo.FlatPoint && len(flat.XY) == 2
	l.marks = [2]uint16{Mark(l.Class), Mark(l.Name)}
	if len(a.ID) <= len(l.id) {
		l.idLen = uint8(copy(l.id[:], a.ID))
	}
	return l
}

// Mark is the 16-bit FNV-1a of a text (Fowler, Noll and Vo), folded from 32 bits.
func Mark(s string) uint16 {
	h := uint32(2166136261)
	for i := range len(s) {
		h = (h ^ uint32(s[i])) * 16777619
	}
	return uint16(h ^ h>>16)
}

// ClassMark is the Mark of the class, so that who looks it up again and again need
// not read it.
func (l *Label) ClassMark() uint16 { return l.marks[0] }

// NameMark is that of the name, as ClassMark is.
func (l *Label) NameMark() uint16 { return l.marks[1] }

// ShortID is the id of the thing as the label keeps it, which must not be changed;
// empty if it is longer than most.
func (l *Label) ShortID() []byte { return l.id[:l.idLen] }

// NewThing makes the thing of an asset of which nothing was heard yet.
func NewThing(a *assets.Asset) *Thing {
	t := new(Thing)
	t.begin(a)
	return t
}

// begin lets a zero thing be that of a.
func (t *Thing) begin(a *assets.Asset) {
	g := a.Shape.Geometry.Plane
	t.Asset, t.geometry, t.Flat, t.Anchor = a, g, geo.Flatten(g), geo.Anchor(g)
	t.Label = LabelOf(a, &t.Flat)
	t.State = State{Communication: Unknown, Data: None, Service: service(a)}
	if !a.Kind.Registered() {
		t.Severity = markedSeverity(a)
	}
}
