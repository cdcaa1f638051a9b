package open311

import (
	"encoding/xml"
	"time"

	"suhe/twin/incident"
)

// Request is one incident.
type Request struct {
	XMLName     xml.Name `json:"-" xml:"request"`
	ID          string   `json:"service_request_id" xml:"service_request_id"`
	Status      string   `json:"status" xml:"status"`             // open or closed
	StatusNotes string   `json:"status_notes" xml:"status_notes"` // where it stands, in one of our words
	ServiceName string   `json:"service_name" xml:"service_name"`
	ServiceCode string   `json:"service_code" xml:"service_code"`
	Description string   `json:"description" xml:"description"`
	Agency      string   `json:"agency_responsible" xml:"agency_responsible"`
	Requested   string   `json:"requested_datetime" xml:"requested_datetime"`
	Updated     string   `json:"updated_datetime" xml:"updated_datetime"`
	Expected    string   `json:"expected_datetime,omitempty" xml:"expected_datetime,omitempty"`
	Address     string   `json:"address" xml:"address"`
	Lat         float64  `json:"lat" xml:"lat"`
	Long        float64  `json:"long" xml:"long"`
}

// shanghai is the time in which everything is told.
var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(shanghai).Format(time.RFC3339)
}

// RequestOf is the incident, which last changed then. Who reported it is not told.
func RequestOf(in *incident.Incident, t *incident.Classes, changed time.Time) Request {
	r := Request{ID: string(in.ID), Status: "closed", StatusNotes: string(in.State), ServiceName: in.What.Title, ServiceCode: in.What.Class,
		Description: in.What.Text, Agency: in.Task.Unit, Requested: stamp(in.Tally.Begun), Updated: stamp(changed),
		Address: in.What.Address, Lat: in.What.Place[1], Long: in.What.Place[0]}
	if c, err := t.Class(in.What.Class); err == nil {
		r.ServiceName = c.Name
	}
	if in.State.Open() {
		r.Status = "open"
	}
	return r
}

// Taken is the answer to a report.
type Taken struct {
	XMLName xml.Name `json:"-" xml:"request"`
	ID      string   `json:"service_request_id" xml:"service_request_id"`
	Notice  string   `json:"service_notice" xml:"service_notice"`
	Account string   `json:"account_id" xml:"account_id"`
}
