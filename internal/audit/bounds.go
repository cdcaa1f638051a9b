package audit

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// The most that an entry keeps, in bytes. Who sends more is recorded all the same.
const (
	maxName   = 256 // of who, session, address, action and roles
	maxRoles  = 16
	maxText   = 512 // of what, purpose and incident
	maxDetail = 16 << 10
)

// Program is who acts if nobody said: Suhe itself.
const Program = "suhe"

// bounded returns the entry as every store keeps it and every file carries it
// without changing a byte: UTF-8 without NUL, cut to the bounds, the detail a JSON
// object in the form that encoding/json gives it.
func (e Entry) bounded() Entry {
	if e.Who == "" {
		e.Who = Program
	}
	e.Who, e.Address, e.Session = plain(e.Who, maxName), plain(e.Address, maxName), plain(e.Session, maxName)
	e.Action, e.Outcome = Action(plain(string(e.Action), maxName)), Outcome(plain(string(e.Outcome), maxName))
	e.What, e.Purpose, e.Incident = plain(e.What, maxText), plain(e.Purpose, maxText), plain(e.Incident, maxText)
	roles := make([]string, 0, len(e.Roles))
	for _, r := range e.Roles[:min(len(e.Roles), maxRoles)] {
		roles = append(roles, plain(r, maxName))
	}
	if e.Roles = roles; len(roles) == 0 {
		e.Roles = nil
	}
	e.Detail = compact(e.Detail)
	return e
}

// plain is s as valid UTF-8 without NUL, of at most so many bytes.
func plain(s string, most int) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\x00", "\ufffd")
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}

// compact is the detail in its one form. What is no object or too large is
// replaced by a note.
func compact(detail json.RawMessage) json.RawMessage {
	if len(detail) == 0 {
		return nil
	}
	out, err := json.Marshal(json.RawMessage(strings.ToValidUTF8(string(detail), "\ufffd")))
	switch {
	case err != nil || out[0] != '{':
		return json.RawMessage(`{"dropped":"no JSON object"}`)
	case len(out) > maxDetail:
		return json.RawMessage(fmt.Sprintf(`{"dropped":"%d bytes"}`, len(out)))
	}
	return out
}
