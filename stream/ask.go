package stream

import (
	"fmt"

	"suhe/assets"
	"suhe/twin"
)

// The bounds of what a client may ask.
const (
	maxMessage = 512 << 10 // bytes; a resume names what is held
	maxViews   = 16        // of one session
	maxHeld    = 20_000    // objects of one view
	maxNames   = 64        // of a list of layers, tiles or fields
	maxText    = 64        // bytes of a view's id, an area's code, a screen's name
	maxFilter  = 8 << 10   // bytes
	maxSecret  = 8 << 10   // bytes of a ticket or token
	maxFID     = 1 << 53   // no fid is so large
)

// ask is a message of a client, in whichever format it came. What is nil was
// left out.
type ask struct {
	Type     string         `json:"type"`
	ID       string         `json:"id"`
	Layers   []string       `json:"layers"`
	Tiles    []string       `json:"tiles"`
	Zooms    []uint32       `json:"zooms"`
	BBox     []float64      `json:"bbox"`
	Area     *string        `json:"area"`
	Chainage []float64      `json:"chainage"`
	Zoom     *float64       `json:"zoom"`
	Filter   *string        `json:"filter"`
	Fields   []string       `json:"fields"`
	Datum    *string        `json:"datum"`
	Rate     *float64       `json:"rate"`
	Position *twin.Position `json:"position"`
	Held     []assets.FID   `json:"held"`

	Ticket   string     `json:"ticket"`   // of auth
	Token    string     `json:"token"`    // of auth
	Name     string     `json:"name"`     // of present
	Camera   *camera    `json:"camera"`   // of present
	Selected assets.FID `json:"selected"` // of present
	Session  string     `json:"session"`  // of follow

	afresh bool // events go on from the position, and objects begin with a snapshot
}

// camera is how a screen looks at the creek.
type camera struct {
	Lon     float64 `json:"lon"` // degrees WGS84
	Lat     float64 `json:"lat"`
	Zoom    float64 `json:"zoom"`
	Bearing float64 `json:"bearing"` // degrees
	Pitch   float64 `json:"pitch"`   // degrees
}

// The types of messages.
const (
	askAuth        = "auth"
	askSubscribe   = "subscribe"
	askUpdate      = "update"
	askUnsubscribe = "unsubscribe"
	askPresent     = "present"
	askFollow      = "follow"
)

// check refuses what is no message of the protocol, by bounds that the client
// could have known. An error here ends the session.
func (a *ask) check() error {
	switch a.Type {
	case askSubscribe, askUpdate, askUnsubscribe:
		if a.ID == "" || len(a.ID) > maxText {
			return fmt.Errorf("id: %d bytes, want 1 to %d", len(a.ID), maxText)
		}
	case askAuth:
		if (a.Ticket == "") == (a.Token == "") || len(a.Ticket)+len(a.Token) > maxSecret {
			return fmt.Errorf("auth: want a ticket or a token of at most %d bytes", maxSecret)
		}
	case askPresent:
		if a.Name == "" || len(a.Name) > maxText {
			return fmt.Errorf("name: %d bytes, want 1 to %d", len(a.Name), maxText)
		}
		return a.Camera.check()
	case askFollow:
		if len(a.Session) > maxText {
			return fmt.Errorf("session: %d bytes, want at most %d", len(a.Session), maxText)
		}
	default:
		return fmt.Errorf("type: %.40q, want %s, %s, %s, %s, %s or %s", a.Type,
			askSubscribe, askUpdate, askUnsubscribe, askPresent, askFollow, askAuth)
	}
	return a.lists()
}

// lists bounds the lists.
func (a *ask) lists() error {
	for _, list := range []struct {
		name  string
		names []string
	}{{"layers", a.Layers}, {"tiles", a.Tiles}, {"fields", a.Fields}} {
		if len(list.names) > maxNames {
			return fmt.Errorf("%s: %d names, want at most %d", list.name, len(list.names), maxNames)
		}
	}
	return nil
}

// check refuses a camera that is nowhere.
func (c *camera) check() error {
	if c == nil {
		return nil
	}
	for _, part := range []struct {
		name           string
		value, low, up float64
	}{{"lon", c.Lon, -180, 180}, {"lat", c.Lat, -90, 90}, {"zoom", c.Zoom, 0, 30}, {"bearing", c.Bearing, -360, 360}, {"pitch", c.Pitch, 0, 90}} {
		if !(part.value >= part.low && part.value <= part.up) {
			return fmt.Errorf("camera: %s %g out of [%g,%g]", part.name, part.value, part.low, part.up)
		}
	}
	return nil
}
