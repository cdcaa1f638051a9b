package geo

import "github.com/paulmach/orb"

// Bank is a side of the river, looking downstream.
type Bank string

// Left (左岸) is north of Suzhou Creek, which flows east; Right (右岸) south.
const (
	Left  Bank = "left"
	Right Bank = "right"
)

// Place is a position along the river.
type Place struct {
	Chainage Metres // 里程: along the reference line from its west end
	Bank     Bank
	Offset   Metres // from the reference line, never negative
}

// River is a reference line to measure along. It is immutable.
type River struct{}

// NewRiver takes the reference line in flow direction, degrees WGS84.
func NewRiver(line orb.LineString) (*River, error) { panic("stub") }

// Length is the length of the reference line.
func (r *River) Length() Metres { panic("stub") }

// Locate finds the place of p: the foot on the nearest stretch of the line.
func (r *River) Locate(p orb.Point) Place { panic("stub") }

// At is the inverse of Locate.
func (r *River) At(p Place) orb.Point { panic("stub") }
