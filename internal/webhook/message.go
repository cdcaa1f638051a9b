package webhook

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/twin"
)

// shanghai is the time zone of what people read.
var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// Message is what a hook is sent, as JSON.
type Message struct {
	ID     string         `json:"id"` // the same whenever it comes
	Hook   string         `json:"hook"`
	Type   Type           `json:"type"`
	Time   time.Time      `json:"time"`             // when it happened
	Object map[string]any `json:"object,omitempty"` // what is shown of the asset that it is about
}

// kept is a message in the queue: all that is known, of which the hook is sent what
// it is shown when it is sent.
type kept struct {
	ID     string                     `json:"id"`
	Type   Type                       `json:"type"`
	Time   time.Time                  `json:"time"`
	Taken  time.Time                  `json:"taken"`
	Facet  access.Facet               `json:"facet"`
	Known  bool                       `json:"known"` // what it is about; else it is for those alone who see everything
	Object map[string]json.RawMessage `json:"object,omitempty"`
}

// identity is an id that is the same for the same parts.
func identity(parts ...any) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", parts))
	return hex.EncodeToString(sum[:16])
}

// sees says whether what the message is about may be shown.
func (k *kept) sees(scope access.Scope) bool {
	switch {
	case k.Type == Lost || k.Type == Test:
		return true
	case !k.Known:
		return scope.Covers(access.Open())
	}
	return k.Facet.Kind != assets.Mover && scope.SeesFacet(k.Facet)
}

// of is the message as it is sent to the hook.
func (k *kept) of(hook string, shows access.Fields) Message {
	m := Message{ID: k.ID, Hook: hook, Type: k.Type, Time: k.Time.In(shanghai)}
	for name, value := range k.Object {
		if shows(name) {
			if m.Object == nil {
				m.Object = make(map[string]any)
			}
			m.Object[name] = value
		}
	}
	return m
}

// objectOf is what may be told of a thing, by the names of its fields.
func objectOf(t *twin.Thing) map[string]any {
	a := t.Asset
	out := map[string]any{
		"id": a.ID, "layer": a.Kind.Layer(), "class": a.Class, "name": a.Name, "area": t.Location().Area,
		"lon": t.Anchor[0], "lat": t.Anchor[1], "lifecycle": a.Lifecycle, "revision": a.Revision.N,
	}
	if !a.Kind.Registered() {
		out["state"], out["severity"] = t.Summary(), t.Severity
	}
	if !t.Device() {
		return out
	}
	out["state"], out["severity"] = t.State, t.Severity
	values := map[string]float64{}
	for _, o := range t.Last {
		values[o.Phenomenon] = o.Value
	}
	out["values"] = values
	return out
}

// findingOf is what may be told of a finding. Pictures are not: who is to see
// evidence comes in person, which is recorded.
func findingOf(f *twin.Finding) map[string]any {
	out := map[string]any{
		"hook": f.Hook, "id": f.ID, "class": f.Class, "confidence": f.Confidence,
		"time": time.UnixMilli(f.PhenomenonTime).In(shanghai), "lon": f.Lon, "lat": f.Lat,
	}
	if f.Box != [4]float64{} {
		out["bbox"] = f.Box
	}
	return out
}

// texts is the object with each field as JSON.
func texts(object map[string]any) map[string]json.RawMessage {
	out := make(map[string]json.RawMessage, len(object))
	for name, value := range object {
		if text, err := json.Marshal(value); err == nil { // but for a number that JSON cannot say
			out[name] = text
		}
	}
	return out
}
