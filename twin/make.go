package twin

import (
	"fmt"
	"math"

	"suhe/assets"
)

// Prepare completes an asset with what the registry derives (area, place along
// the creek) and refuses what the registry would refuse. It changes nothing in
// the asset handed to it. It may be called at once from many goroutines.
type Prepare func(*assets.Asset) (*assets.Asset, error)

// maxFID is the first number that is not one: FIDs are exact as float64.
const maxFID = 1 << 53

// newThing makes an asset live in the world, if it can; see livable.
func newThing(a *assets.Asset) (*Thing, error) {
	if err := livable(a); err != nil {
		return nil, err
	}
	return NewThing(a), nil
}

// livable refuses what would break the world whatever the registry thinks of it;
// the error wraps assets.ErrInvalid.
func livable(a *assets.Asset) error {
	if err := breaks(a); err != nil {
		return fmt.Errorf("asset %s: %w: %w", a.ID, assets.ErrInvalid, err)
	}
	return nil
}

func breaks(a *assets.Asset) error {
	if a.FID == 0 || a.FID >= maxFID {
		return fmt.Errorf("fid: %d out of [1,2^53)", a.FID)
	}
	if a.ID == "" {
		return fmt.Errorf("id: fid %d has none", a.FID)
	}
	if _, err := assets.ParseMapKind(string(a.Kind)); err != nil {
		return err
	}
	if a.Shape.Geometry.Plane == nil {
		return fmt.Errorf("geometry: none")
	}
	b := a.Shape.Geometry.Plane.Bound()
	if b.IsEmpty() {
		return fmt.Errorf("geometry: empty")
	}
	for _, v := range [4]float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]} {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("geometry: ordinate %v is not finite", v)
		}
	}
	return nil
}
