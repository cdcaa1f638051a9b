package access

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"suhe/assets"
)

// Role is what somebody is here for.
type Role string

// The roles. No account holds two of the last three (三员分立), nor one of them
// beside another role.
const (
	Operator   Role = "operator"   // 值班员 in the command centre
	Dispatcher Role = "dispatcher" // 派遣员
	Patrol     Role = "patrol"     // 巡查员
	Handler    Role = "handler"    // 处置员
	Planner    Role = "planner"    // 规划员
	Public     Role = "public"     // 公众: a view that is delayed and generalised
	System     Role = "system"     // 系统管理员
	Security   Role = "security"   // 安全管理员
	Auditor    Role = "audit"      // 审计管理员
)

// RoleSpec is one row of the table of roles.
type RoleSpec struct {
	Role        Role               `json:"role"`
	Name        string             `json:"name"` // Chinese
	NameEn      string             `json:"nameEn"`
	Actions     []Action           `json:"actions"`
	Kinds       []assets.Kind      `json:"kinds,omitempty"` // nil: all; empty: none
	Sensitivity assets.Sensitivity `json:"sensitivity"`
	Delayed     bool               `json:"delayed,omitempty"`
	Administers bool               `json:"administers,omitempty"`
}

//go:embed roles.json
var roleFile []byte

var roles = sync.OnceValue(func() []RoleSpec {
	var file struct {
		Edition, Note string
		Roles         []RoleSpec
	}
	if err := json.Unmarshal(roleFile, &file); err != nil {
		panic("built-in table of roles: " + err.Error())
	}
	return file.Roles
})

// Roles are all roles, in order; the slice is shared and must not be changed.
func Roles() []RoleSpec { return roles() }

// Spec is the role's row; false if there is no such role.
func (r Role) Spec() (RoleSpec, bool) {
	for _, s := range Roles() {
		if s.Role == r {
			return s, true
		}
	}
	return RoleSpec{}, false
}

// CheckRoles says what is wrong with the roles of one account: none, an unknown
// one, one twice, or an administrator's beside another.
func CheckRoles(held []Role) error {
	if len(held) == 0 {
		return fmt.Errorf("%w: roles: none, want at least one", assets.ErrInvalid)
	}
	for i, r := range held {
		spec, known := r.Spec()
		switch {
		case !known:
			return fmt.Errorf("%w: roles: %.40q is no role", assets.ErrInvalid, r)
		case slices.Contains(held[:i], r):
			return fmt.Errorf("%w: roles: %s comes twice", assets.ErrInvalid, r)
		case spec.Administers && len(held) > 1:
			return fmt.Errorf("%w: roles: %s administers, want no other role beside it", assets.ErrInvalid, r)
		}
	}
	return nil
}

// Administer says whether one of the roles administers; who holds it needs a second
// factor.
func Administer(held []Role) bool {
	return slices.ContainsFunc(held, func(r Role) bool {
		spec, _ := r.Spec()
		return spec.Administers
	})
}

// RoleNames are the roles as texts; nil of none.
func RoleNames(held []Role) []string {
	var out []string
	for _, r := range held {
		out = append(out, string(r))
	}
	return out
}

// GrantOf is what the roles allow together in the areas.
func GrantOf(held []Role, areas []string) Grant {
	g := Grant{Kinds: []assets.Kind{}, Areas: areas, Delayed: len(held) > 0}
	for _, r := range held {
		spec, known := r.Spec()
		if !known {
			continue
		}
		g.Actions = append(g.Actions, spec.Actions...)
		if spec.Kinds == nil {
			g.Kinds = append(g.Kinds, assets.Kinds()...)
		}
		g.Kinds = append(g.Kinds, spec.Kinds...)
		g.Sensitivity = max(g.Sensitivity, spec.Sensitivity)
		g.Delayed = g.Delayed && spec.Delayed
	}
	return g
}
