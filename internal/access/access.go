// Package access says who may see and do what. Every route, tile, subscription
// and export asks a Scope; the zero Scope sees nothing.
package access

import (
	"errors"
	"fmt"

	"suhe/assets"
)

// Principal is who asks.
type Principal struct {
	ID    string
	Name  string
	Scope Scope
}

// Action is something that a principal may do.
type Action string

// The actions known so far.
const (
	View    Action = "view"
	Edit    Action = "edit"
	Observe Action = "observe" // send observations and positions for devices
	Repair  Action = "repair"  // read, replay and remove what ingest refused
	Command Action = "command" // tell devices what to do
	Witness Action = "witness" // see the pictures of findings
)

// Scope is what a principal may see and do, compiled once. The zero Scope sees
// and may nothing.
type Scope struct{ open bool }

// Open returns the scope that sees and may everything: the demo's.
func Open() Scope { return Scope{open: true} }

// Sees says whether the asset may be shown. It decides by kind, class and area
// alone: counts are kept apart by these, so that they tell nothing of what is
// not seen (tiles' facet), and whatever else it is to decide by goes there too.
func (s Scope) Sees(a *assets.Asset) bool { return s.open }

// May says whether the action is allowed.
func (s Scope) May(a Action) bool { return s.open }

// Class names what is seen: principals of equal class share tiles, so it is
// part of every cache key. The class of the zero Scope is "none".
func (s Scope) Class() string {
	if s.open {
		return "open"
	}
	return "none"
}

// ErrDenied is the kind of every refusal.
var ErrDenied = errors.New("denied")

// Denied is the refusal of an action to a principal.
func Denied(who Principal, a Action) error {
	return fmt.Errorf("%w: %s may not %s", ErrDenied, who.ID, a)
}
