package search

import (
	"fmt"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/twin"
)

// The bounds of one page of what is found.
const (
	UsualLimit = 20
	MostLimit  = 100
)

// Query is what is looked for. Empty fields do not matter.
type Query struct {
	Text     string
	Kinds    []assets.Kind // any of them
	Classes  []string      // any of these codes
	Areas    []string      // any of these codes, or beginnings of codes
	States   []string      // any of these, as twin.Thing.Summary says
	From, To time.Time     // of the last edit, or of the last step of a case, in [From, To)
	Box      *orb.Bound    // what touches it
	Near     *orb.Point    // the nearest come first
	Limit    int           // 0: UsualLimit
	After    string        // Found.Next of the page before
}

// Found is a page of what was found.
type Found struct {
	Hits   []Hit
	Total  int  // that are found and seen
	Exact  bool // the numbers are; else there are more, or a few of them are not meant
	Facets Facets
	Next   string // where the next page begins, as Query.After; "": this is the last
}

// Facets are how many are found, by what they are; what is not shown is nil.
type Facets struct {
	Kind  map[string]int `json:"kind"`
	Class map[string]int `json:"class,omitzero"`
	Area  map[string]int `json:"area,omitzero"` // "": outside all
	State map[string]int `json:"state,omitzero"`
}

// Hit is one thing that was found.
type Hit struct {
	Thing    *twin.Thing
	Distance float64 // metres on the ground to its box, if Near was asked for
	Matches  []Match
}

// Match is a text of the thing by which it was found.
type Match struct {
	Field  string   `json:"field"` // one of Fields
	Text   string   `json:"text"`
	Pieces [][2]int `json:"pieces"` // of the text, from and to, in characters (code points)
}

// check completes the question. One by what is not shown to who asks is refused, since
// what is found would tell it: the error wraps access.ErrDenied.
func (q *Query) check(shows access.Fields) error {
	if q.Limit == 0 {
		q.Limit = UsualLimit
	}
	if q.Limit < 1 || q.Limit > MostLimit {
		return fmt.Errorf("%w: limit: %d, want 1 to %d", assets.ErrInvalid, q.Limit, MostLimit)
	}
	for _, by := range []struct {
		parameter, property string
		given               bool
	}{
		{"class", "class", len(q.Classes) > 0},
		{"area", "area", len(q.Areas) > 0},
		{"state", "state", len(q.States) > 0},
		{"from, to", "updated", !q.From.IsZero() || !q.To.IsZero()},
	} {
		if by.given && !twin.Shown(by.property, shows) {
			return fmt.Errorf("%w: %s: you are not shown what it asks for", access.ErrDenied, by.parameter)
		}
	}
	return nil
}

// passes says whether things that are alike are asked for.
func (q *Query) passes(l *like) bool {
	return among(q.Kinds, l.facet.Kind) && among(q.Classes, l.facet.Class) && among(q.States, l.state) &&
		(len(q.Areas) == 0 || beginsWithAny(l.facet.Area, q.Areas))
}

func among[T comparable](wanted []T, is T) bool {
	if len(wanted) == 0 {
		return true
	}
	for _, w := range wanted {
		if w == is {
			return true
		}
	}
	return false
}

func beginsWithAny(text string, beginnings []string) bool {
	for _, b := range beginnings {
		if strings.HasPrefix(text, b) {
			return true
		}
	}
	return false
}
