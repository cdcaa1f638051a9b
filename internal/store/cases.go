package store

import (
	"encoding/json"
	"fmt"
	"regexp"
	"time"
	"unicode/utf8"

	"suhe/assets"
	"suhe/internal/docket"
	"suhe/twin"
)

// The bounds of a case, in bytes.
const (
	maxCaseDoc   = 512 << 10
	maxCaseEvent = 64 << 10
	maxMarker    = 64 << 10
)

// caseStep is what a step of a case may be called, after its kind: it is a level of a
// subject of the log.
var caseStep = regexp.MustCompile(`^(alarm|incident)\.[a-z_]{1,40}$`)

// CheckCase says what keeps a change from being committed. Errors wrap ErrInvalid.
func CheckCase(c docket.Change) error {
	bad := func(field string, is any, want string) error {
		return fmt.Errorf("case: %w: %s: %v, want %s", assets.ErrInvalid, field, is, want)
	}
	m := c.Marker
	if m == nil {
		return bad("marker", "none", "one")
	}
	if _, err := assets.ParseID(string(m.ID)); err != nil {
		return fmt.Errorf("case: %w", err)
	}
	switch step := c.Event.Type; {
	case m.Kind.Registered():
		return bad("marker.kind", m.Kind, "alarm or incident")
	case m.Shape.Geometry.Plane == nil || finite(m.Shape.Geometry) != nil:
		return bad("marker.geometry", "none, or not finite", "a place")
	case m.Sensitivity > assets.Personal:
		return bad("marker.sensitivity", m.Sensitivity, "0 to 3")
	case c.Was < 0:
		return bad("revision", c.Was, "0 or more")
	case !caseStep.MatchString(step) || step[:len(m.Kind)] != string(m.Kind):
		return bad("event.type", step, string(m.Kind)+" and a verb, a full stop between")
	}
	for field, doc := range map[string]struct {
		is   json.RawMessage
		most int
	}{"doc": {c.Doc, maxCaseDoc}, "event.doc": {c.Event.Doc, maxCaseEvent}} {
		if len(doc.is) > doc.most || !json.Valid(doc.is) || !utf8.Valid(doc.is) {
			return bad(field, fmt.Sprintf("%d bytes", len(doc.is)), fmt.Sprintf("at most %d of JSON", doc.most))
		}
	}
	return nil
}

// MarkerDoc is a marker as it is kept, without what the store gives it.
func MarkerDoc(m *assets.Asset) ([]byte, error) {
	bare := *m
	bare.FID, bare.Revision = 0, assets.Revision{}
	data, err := bare.MarshalJSON()
	if err == nil && len(data) > maxMarker {
		err = fmt.Errorf("case: %w: marker: %d bytes, want at most %d", assets.ErrInvalid, len(data), maxMarker)
	}
	return data, err
}

// ReadCase makes the case of what is kept of it.
func ReadCase(fid assets.FID, rev int64, open bool, at time.Time, sensitivity assets.Sensitivity, marker, doc []byte) (c docket.Case, err error) {
	m := new(assets.Asset)
	if err := json.Unmarshal(marker, m); err != nil {
		return c, fmt.Errorf("case %d: marker: %w", fid, err)
	}
	m.FID, m.Sensitivity, m.Revision = fid, min(sensitivity, assets.Personal), assets.Revision{N: rev, At: at}
	return docket.Case{Marker: m, Rev: rev, Open: open, At: at, Doc: append(json.RawMessage(nil), doc...)}, nil
}

// Stepped is the case after the change, and the message that tells every node of it.
func Stepped(c docket.Change, fid assets.FID, at time.Time) (docket.Case, []byte, error) {
	is, m := c.Case, *c.Marker
	is.Rev, is.At = c.Was+1, at
	m.FID, m.Revision = fid, assets.Revision{N: is.Rev, At: at}
	is.Marker = &m
	told, err := twin.EncodeEvent(twin.Event{Time: at, Type: c.Event.Type, FID: fid, ID: m.ID, Asset: &m, Open: is.Open, Rev: is.Rev, Doc: is.Doc})
	return is, told, err
}

// CaseRefused is why no case was changed by who had seen revision was, where rev is
// the revision that there is, 0 for none.
func CaseRefused(c docket.Change, rev int64) error {
	return fmt.Errorf("%s %s: %w", c.Marker.Kind, c.Marker.ID, SettingRefused(c.Was, rev, false))
}
