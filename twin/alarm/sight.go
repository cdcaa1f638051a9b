package alarm

import (
	"suhe/assets"
	"suhe/geo"
)

// Sight is a camera that sees a place.
type Sight struct {
	Camera assets.ID  `json:"camera"`
	Metres geo.Metres `json:"metres"` // from it to the place
}
