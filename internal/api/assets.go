package api

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/twin"
)

// shanghai is the time zone that answers speak in; the district knows no summer time.
var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// live is what is known of a thing now, beside its registration; what the caller is
// not shown is nil.
type live struct {
	State    *twin.State          `json:"state,omitempty"`
	Summary  string               `json:"summary,omitempty"`
	Severity *twin.Severity       `json:"severity,omitempty"`
	Values   map[string]float64   `json:"values,omitzero"`
	Times    map[string]time.Time `json:"times,omitzero"`
	Fix      *fixAnswer           `json:"fix,omitempty"`     // of a mover
	Finding  *findingAnswer       `json:"finding,omitempty"` // the latest of a camera
	redacted
}

// redacted marks an asset's document with the names of guarded fields that are left
// out of it for who asks.
type redacted struct {
	Hidden []string `json:"hidden,omitempty"`
}

// asset answers with one asset and its live state.
func (s *server) asset(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	thing, err := s.visible(r, who)
	if err != nil {
		return err
	}
	if err := s.viewing(r.Context(), thing); err != nil {
		return err
	}
	return s.answerThing(w, thing, who)
}

// answerThing sends the registration and the live state as one object.
func (s *server) answerThing(w http.ResponseWriter, t *twin.Thing, who access.Principal) error {
	w.Header().Set("ETag", etag(t.Asset.Revision.N))
	w.Header().Set("Cache-Control", "private, no-cache")
	return s.answerAsset(w, http.StatusOK, t.Asset, who, s.liveOf(t, who))
}

// answerAsset sends what the caller is shown of an asset, and more behind it.
func (s *server) answerAsset(w http.ResponseWriter, status int, a *assets.Asset, who access.Principal, more any) error {
	registered, err := json.Marshal(s.Registry.Opened(a.Redacted(s.shows(who))))
	if err != nil {
		return err
	}
	rest, err := json.Marshal(more)
	if err != nil {
		return err
	}
	writeJSON(w, "application/json", status, json.RawMessage(joinObjects(registered, rest)))
	return nil
}

func (s *server) liveOf(t *twin.Thing, who access.Principal) live {
	shows := s.shows(who)
	now := live{Fix: fixOf(t.Live), redacted: redacted{s.hidden(who)}}
	if shows("state") {
		now.State, now.Summary = &t.State, t.Summary()
	}
	if shows("severity") {
		now.Severity = &t.Severity
	}
	if shows("finding") {
		now.Finding = s.findingOf(t.Finding, who)
	}
	if !shows("values") {
		return now
	}
	now.Values, now.Times = map[string]float64{}, map[string]time.Time{}
	for _, o := range t.Last {
		now.Values[o.Phenomenon] = o.Value
		now.Times[o.Phenomenon] = time.UnixMilli(o.PhenomenonTime).In(shanghai)
	}
	return now
}

// joinObjects makes one JSON object of two, the first of which is not empty.
func joinObjects(a, b []byte) []byte {
	if len(b) == len("{}") {
		return a
	}
	return append(append(a[:len(a)-1:len(a)-1], ','), b[1:]...)
}

func etag(revision int64) string { return `"` + strconv.FormatInt(revision, 10) + `"` }
