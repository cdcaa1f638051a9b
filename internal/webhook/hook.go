package webhook

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/account"
	"suhe/internal/settings"
	"suhe/twin"
	"suhe/twin/filter"
)

// Kind is that of the settings that hold hooks, by their name.
const Kind settings.Kind = "webhook"

// Type is what a message tells of.
type Type string

// The types of messages. Who wants the first six says so; the others tell of the
// hook itself.
const (
	AssetPut     Type = "asset.put"     // an asset was made or edited
	AssetRemoved Type = "asset.removed" //
	StateChanged Type = "state.changed" // a device talks again, or no more; its data are stale; …
	Found        Type = "finding"       // an algorithm found something in a camera's picture
	AlarmStep    Type = "alarm"         // an alarm was raised, changed, is over, or somebody acted on it
	IncidentStep Type = "incident"      // likewise of an incident

	Test Type = "test" // somebody wants to know whether it arrives
	Lost Type = "lost" // something before this was not told
)

// types are those that a hook may ask for.
var types = []Type{AssetPut, AssetRemoved, StateChanged, Found, AlarmStep, IncidentStep}

// Hook is one hook, without its secret.
type Hook struct {
	Name    string       `json:"name"`
	Account string       `json:"account"` // whose view it is told
	URL     string       `json:"url"`
	Types   []Type       `json:"types"`
	Layers  []string     `json:"layers"`
	Filter  string       `json:"filter"` // CQL2 text; "": all
	Grant   access.Grant `json:"grant"`  // narrows the account's, see access.Grant.Narrow; View at most
	Enabled bool         `json:"enabled"`
	Made    time.Time    `json:"made"`
}

// Wish is what a hook is to be.
type Wish struct {
	Account string       `json:"account"`
	URL     string       `json:"url"`
	Types   []Type       `json:"types"`
	Layers  []string     `json:"layers"`
	Filter  string       `json:"filter"`
	Grant   access.Grant `json:"grant"`
	Enabled bool         `json:"enabled"`
}

// NewWish is the wish for a hook that is told no more than what is for inner use.
func NewWish() Wish { return Wish{Enabled: true, Grant: access.Grant{Sensitivity: assets.Internal}} }

// The bounds of hooks.
const (
	maxHooks  = 50 // each has one connection at most
	maxURL    = 2000
	maxFilter = 8 << 10
)

// document is a hook as the setting holds it.
type document struct {
	Hook
	Secret string `json:"secret"` // sealed
}

// check says what is wrong with the wish, which wraps assets.ErrInvalid.
func (w *Wish) check(reach Reach) error {
	if err := reach.CheckURL(w.URL); err != nil {
		return err
	}
	if len(w.Types) == 0 {
		return fmt.Errorf("%w: types: none, want some of %v", assets.ErrInvalid, types)
	}
	for _, t := range w.Types {
		if !slices.Contains(types, t) {
			return fmt.Errorf("%w: types: %.40q is none of %v", assets.ErrInvalid, t, types)
		}
	}
	if len(w.Layers) == 0 {
		return fmt.Errorf("%w: layers: none, want one or more", assets.ErrInvalid)
	}
	for _, layer := range w.Layers {
		if kind, ok := assets.KindOfLayer(layer); !ok || kind == assets.Mover {
			return fmt.Errorf("%w: layers: %.40q is no layer that is told", assets.ErrInvalid, layer)
		}
	}
	if _, err := parseFilter(w.Filter); err != nil {
		return err
	}
	return account.CheckNarrowing(w.Grant)
}

// parseFilter reads a filter of things; "" passes all.
func parseFilter(text string) (f filter.Filter, err error) {
	if text == "" {
		return f, nil
	}
	if len(text) > maxFilter {
		return f, fmt.Errorf("%w: filter: %d bytes, want at most %d", assets.ErrInvalid, len(text), maxFilter)
	}
	if f, err = filter.Parse(text); err != nil {
		return f, err
	}
	return f, twin.CheckFilter(f)
}

// hook makes a hook of the wish.
func (w *Wish) hook(name string, now time.Time) Hook {
	return Hook{Name: name, Account: w.Account, URL: w.URL, Types: compact(w.Types), Layers: compact(w.Layers), Filter: w.Filter,
		Grant: w.Grant, Enabled: w.Enabled, Made: now}
}

func compact[S ~string](list []S) []S { return slices.Compact(slices.Sorted(slices.Values(list))) }

// told is what the audit record tells of a hook: not what its address says behind
// the path, which may be a secret.
func (h Hook) told() Hook {
	h.URL = plainURL(h.URL)
	return h
}

// plainURL is an address without its query.
func plainURL(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host + strings.TrimSuffix(u.EscapedPath(), "/")
}
