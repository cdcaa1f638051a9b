package idp

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"suhe/assets"
	"suhe/internal/access"
)

// Mapping says what the groups of a provider may. The zero Mapping lets nobody in.
type Mapping struct {
	Claim  string           `json:"claim"`            // that names the groups; usually groups
	Scopes []string         `json:"scopes,omitempty"` // to ask for besides openid and profile
	Groups map[string]Place `json:"groups"`
}

// Place is what one group may, and where.
type Place struct {
	Roles []access.Role `json:"roles"`
	Areas []string      `json:"areas"` // see access.Grant
}

// The bounds of a mapping.
const (
	maxMapping = 1 << 20 // bytes
	maxGroups  = 1_000
	maxAreas   = 100
)

// ParseMapping reads a mapping. The error names the group, and wraps
// assets.ErrInvalid: unknown keys, a group without roles, areas or with roles that
// no account may hold together.
func ParseMapping(text []byte) (m Mapping, err error) {
	if m, err = parseMapping(text); err != nil {
		return Mapping{}, fmt.Errorf("%w: groups: %w", assets.ErrInvalid, err)
	}
	return m, nil
}

func parseMapping(text []byte) (m Mapping, err error) {
	if len(text) > maxMapping {
		return m, fmt.Errorf("%d bytes, want at most %d", len(text), maxMapping)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return m, err
	}
	if _, after := d.Token(); after != io.EOF {
		return m, errors.New("text behind the object")
	}
	if m.Claim == "" {
		m.Claim = "groups"
	}
	if len(m.Groups) == 0 || len(m.Groups) > maxGroups {
		return m, fmt.Errorf("%d groups, want 1 to %d", len(m.Groups), maxGroups)
	}
	for _, name := range slices.Sorted(maps.Keys(m.Groups)) {
		p := m.Groups[name]
		if err := access.CheckRoles(p.Roles); err != nil {
			return m, fmt.Errorf("%.80q: %w", name, err)
		}
		if len(p.Areas) == 0 || len(p.Areas) > maxAreas || slices.Contains(p.Areas, "") {
			return m, fmt.Errorf("%.80q: areas: %d, want 1 to %d, none of them empty", name, len(p.Areas), maxAreas)
		}
	}
	return m, nil
}

// place is what somebody of these groups may. An account has all of its roles in
// all of its areas: groups that give different roles in different areas would
// together give more than each, so they are refused; so are roles that no account
// may hold together. Nil: they may.
func (m Mapping) place(groups []string) (Place, *Refusal) {
	var all []Place
	for _, name := range once(groups) {
		if p, known := m.Groups[name]; known {
			all = append(all, p)
		}
	}
	if len(all) == 0 {
		return Place{}, refuse(NoGroup, "none of %d groups is in the mapping", len(groups))
	}
	out, oneRole, oneArea := Place{}, true, true
	for _, p := range all {
		oneRole = oneRole && same(p.Roles, all[0].Roles)
		oneArea = oneArea && same(p.Areas, all[0].Areas)
		out.Roles, out.Areas = append(out.Roles, p.Roles...), append(out.Areas, p.Areas...)
	}
	out.Roles, out.Areas = once(out.Roles), once(out.Areas)
	if !oneRole && !oneArea {
		return Place{}, refuse(Conflict, "groups give different roles in different areas")
	}
	if err := access.CheckRoles(out.Roles); err != nil {
		return Place{}, refuse(Conflict, "%v", err)
	}
	if len(out.Areas) > maxAreas {
		return Place{}, refuse(Conflict, "groups give %d areas, want at most %d", len(out.Areas), maxAreas)
	}
	return out, nil
}

// once are the entries in order, each once.
func once[T ~string](list []T) []T { return slices.Compact(slices.Sorted(slices.Values(list))) }

func same[T ~string](a, b []T) bool { return slices.Equal(once(a), once(b)) }
