package incident

import (
	"suhe/assets"
	"suhe/internal/access"
)

// Began is the action with which an incident begins, as a desk makes it.
func Began(who access.Principal, id assets.ID, what What, terms Terms, source Source) Action {
	return Action{Verb: Create, Who: who, own: &Own{ID: id, What: &what, Terms: &terms, Sources: []Source{source}}}
}

// Given is an action that the room takes itself.
func Given(v Verb, who access.Principal, own Own) Action { return Action{Verb: v, Who: who, own: &own} }
