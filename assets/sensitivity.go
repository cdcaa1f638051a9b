package assets

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Sensitivity says how much harm a thing or one of its fields does in the wrong
// hands. Who may see what is decided by it (internal/access); the registry only
// derives it.
type Sensitivity uint8

// The steps of sensitivity.
const (
	Public     Sensitivity = iota // 公开: anybody may know
	Internal                      // 内部: who works for the city
	Restricted                    // 受限: who needs it for a task: camera codes, addresses of pictures
	Personal                      // 个人信息: where a person is, and how to reach one
)

// String is the step's name.
func (s Sensitivity) String() string {
	names := [...]string{"public", "internal", "restricted", "personal"}
	if int(s) < len(names) {
		return names[s]
	}
	return fmt.Sprintf("sensitivity %d", uint8(s))
}

// sensitivityProperty may raise the sensitivity of one asset above its class's.
const sensitivityProperty = "sensitivity"

// sensitivityOf is that of the class, or more if the asset's properties say so.
func (c *Classes) sensitivityOf(class string, ps Properties) Sensitivity {
	var s Sensitivity
	if k, ok := c.byCode[class]; ok {
		s = k.Sensitivity
	}
	if own, _ := ps.Get(sensitivityProperty); own != nil {
		if n, ok := own.(float64); ok && n > float64(s) {
			s = Sensitivity(min(n, float64(Personal)))
		}
	}
	return s
}

// FieldSensitivity is that of a field: of a property by its bare name, the highest
// that a class gives it ("x-sensitivity" in the class's schema), of what every
// asset has by fieldSensitivities.
func (c *Classes) FieldSensitivity(field string) Sensitivity { return c.fields[field] }

// readFields takes the sensitivities of fields from the schemas.
func (c *Classes) readFields() error {
	c.fields, c.sealed = maps.Clone(fieldSensitivities), map[string]bool{}
	for i := range c.classes {
		k := &c.classes[i]
		if len(k.Schema) == 0 {
			continue
		}
		var schema struct {
			Properties map[string]struct {
				Sensitivity Sensitivity `json:"x-sensitivity"`
				Sealed      bool        `json:"x-sealed"`
			} `json:"properties"`
		}
		if err := json.Unmarshal(k.Schema, &schema); err != nil {
			return fmt.Errorf("classes: %s: schema: %w", k.Code, err)
		}
		for name, p := range schema.Properties {
			if p.Sensitivity > Personal {
				return fmt.Errorf("classes: %s: schema.properties.%s.x-sensitivity: %d, want 0 to %d", k.Code, name, p.Sensitivity, Personal)
			}
			c.fields[name] = max(c.fields[name], p.Sensitivity)
			if p.Sealed {
				c.sealed[name] = true
			}
		}
	}
	for name, s := range c.fields {
		if s > Public {
			c.guarded = append(c.guarded, name)
		}
	}
	slices.Sort(c.guarded)
	return nil
}

// Guarded are the names of all fields that not everybody may see, in order; the
// slice is shared and must not be changed.
func (c *Classes) Guarded() []string { return c.guarded }

// fieldSensitivities are those of what every asset may have, and of properties
// that are guarded whatever class has them: those of imported files are not in any
// class's schema.
var fieldSensitivities = map[string]Sensitivity{
	"owner":          Internal,
	"revision":       Internal, // when, by whom and why it was changed; its number is no secret
	"gbId":           Restricted,
	"mountedOn":      Internal,
	MountedOn:        Internal,
	"reportInterval": Internal,
	"finding":        Internal,

	"phone":          Personal,
	"mobile":         Personal,
	"email":          Personal,
	"contact":        Personal,
	"contact:phone":  Personal,
	"contact:mobile": Personal,
	"contact:email":  Personal,
	"resident":       Personal,
	"stream":         Restricted,
	"password":       Restricted,
}
