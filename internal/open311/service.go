package open311

import (
	"encoding/xml"
	"fmt"

	"suhe/assets"
	"suhe/twin/incident"
)

// Service is what may be reported: an event class.
type Service struct {
	XMLName     xml.Name `json:"-" xml:"service"`
	Code        string   `json:"service_code" xml:"service_code"`
	Name        string   `json:"service_name" xml:"service_name"`
	Description string   `json:"description" xml:"description"`
	Metadata    bool     `json:"metadata" xml:"metadata"` // there are no attributes: always false
	Type        string   `json:"type" xml:"type"`         // the number is told at once: realtime
	Keywords    string   `json:"keywords" xml:"keywords"`
	Group       string   `json:"group" xml:"group"`
}

// Services are the event classes of the table, in its order.
func Services(t *incident.Classes) []Service {
	all := t.All()
	out := make([]Service, len(all))
	for i := range all {
		out[i] = serviceOf(&all[i])
	}
	return out
}

// ServiceOf is the class of that code; assets.ErrNotFound: there is none.
func ServiceOf(t *incident.Classes, code string) (Service, error) {
	c, err := t.Class(code)
	if err != nil || c.Code != code {
		return Service{}, fmt.Errorf("service_code: %w: %.64q", assets.ErrNotFound, code)
	}
	return serviceOf(c), nil
}

func serviceOf(c *incident.Class) Service {
	return Service{Code: c.Code, Name: c.Name, Description: c.Condition, Type: "realtime", Keywords: c.NameEn, Group: groupOf(c.Code)}
}

// groupOf is the first part of a code, by which classes are alike.
func groupOf(code string) string {
	for i := range len(code) {
		if code[i] == '.' {
			return code[:i]
		}
	}
	return code
}
