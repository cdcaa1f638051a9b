// Package cap reads and writes warnings as the Common Alerting Protocol says them
// (OASIS CAP-v1.2, 1 July 2010): the form in which weather services, water authorities
// and cities warn each other. It knows no rule of ours: what a warning becomes, and of
// what one is made, is said above.
package cap

import (
	"encoding/xml"
	"time"
)

// Namespace is that of CAP 1.2.
const Namespace = "urn:oasis:names:tc:emergency:cap:1.2"

// MediaType is that of a CAP document.
const MediaType = "application/cap+xml"

// Alert is one warning. Fields that the standard allows and nobody here needs are
// passed over when read: addresses, resources and digital signatures.
type Alert struct {
	XMLName    xml.Name `xml:"urn:oasis:names:tc:emergency:cap:1.2 alert"`
	Identifier string   `xml:"identifier"` // unique for the sender; no space, comma, < or &
	Sender     string   `xml:"sender"`     // likewise
	Sent       Time     `xml:"sent"`
	Status     Status   `xml:"status"`
	MsgType    MsgType  `xml:"msgType"`
	Source     string   `xml:"source,omitempty"`
	Scope      Scope    `xml:"scope"`
	Restrict   string   `xml:"restriction,omitempty"` // with scope Restricted
	Note       string   `xml:"note,omitempty"`
	References string   `xml:"references,omitempty"` // sender,identifier,sent of earlier ones, separated by spaces
	Incidents  string   `xml:"incidents,omitempty"`
	Info       []Info   `xml:"info"`
}

// Info is what is warned of, in one language.
type Info struct {
	Language     string      `xml:"language,omitempty"` // RFC 3066; none: en-US
	Category     []Category  `xml:"category"`
	Event        string      `xml:"event"`
	ResponseType []string    `xml:"responseType,omitempty"`
	Urgency      Urgency     `xml:"urgency"`
	Severity     Severity    `xml:"severity"`
	Certainty    Certainty   `xml:"certainty"`
	EventCode    []Parameter `xml:"eventCode,omitempty"`
	Effective    *Time       `xml:"effective,omitempty"`
	Onset        *Time       `xml:"onset,omitempty"`
	Expires      *Time       `xml:"expires,omitempty"`
	SenderName   string      `xml:"senderName,omitempty"`
	Headline     string      `xml:"headline,omitempty"`
	Description  string      `xml:"description,omitempty"`
	Instruction  string      `xml:"instruction,omitempty"`
	Web          string      `xml:"web,omitempty"`
	Contact      string      `xml:"contact,omitempty"`
	Parameter    []Parameter `xml:"parameter,omitempty"`
	Area         []Area      `xml:"area,omitempty"`
}

// Parameter is a value that the sender names.
type Parameter struct {
	Name  string `xml:"valueName"`
	Value string `xml:"value"`
}

// Area is where a warning holds.
type Area struct {
	Desc    string      `xml:"areaDesc"`
	Polygon []Polygon   `xml:"polygon,omitempty"`
	Circle  []Circle    `xml:"circle,omitempty"`
	Geocode []Parameter `xml:"geocode,omitempty"`
}

// The words that the standard gives.
type (
	Status    string
	MsgType   string
	Scope     string
	Category  string
	Urgency   string
	Severity  string
	Certainty string
)

// Words that are used by name.
const (
	Actual   Status = "Actual"
	Exercise Status = "Exercise"
	Test     Status = "Test"

	New    MsgType = "Alert"
	Update MsgType = "Update"
	Cancel MsgType = "Cancel"

	Public     Scope = "Public"
	Restricted Scope = "Restricted"

	Extreme  Severity = "Extreme"
	Severe   Severity = "Severe"
	Moderate Severity = "Moderate"
	Minor    Severity = "Minor"
	Unknown  Severity = "Unknown"

	Immediate Urgency   = "Immediate"
	Observed  Certainty = "Observed"
	Likely    Certainty = "Likely"
)

// words are all that may stand in each field.
var words = map[string][]string{
	"status":    {"Actual", "Exercise", "System", "Test", "Draft"},
	"msgType":   {"Alert", "Update", "Cancel", "Ack", "Error"},
	"scope":     {"Public", "Restricted", "Private"},
	"category":  {"Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE", "Other"},
	"urgency":   {"Immediate", "Expected", "Future", "Past", "Unknown"},
	"severity":  {"Extreme", "Severe", "Moderate", "Minor", "Unknown"},
	"certainty": {"Observed", "Likely", "Possible", "Unlikely", "Unknown"},
}

// Level is the severity as Suhe counts it: 1 特别重大 to 4 一般, 0 if it is not known.
func (s Severity) Level() int {
	for i, of := range [...]Severity{Extreme, Severe, Moderate, Minor} {
		if s == of {
			return i + 1
		}
	}
	return 0
}

// SeverityOf is the word for a level of 1 to 4; any other is unknown.
func SeverityOf(level int) Severity {
	if level < 1 || level > 4 {
		return Unknown
	}
	return [...]Severity{Extreme, Severe, Moderate, Minor}[level-1]
}

// Time is a moment as CAP writes it: with an offset, never Z, and no fractions.
type Time struct{ time.Time }

const layout = "2006-01-02T15:04:05-07:00"

// At is the moment in the time of Shanghai.
func At(t time.Time) Time { return Time{t.In(shanghai).Truncate(time.Second)} }

var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// MarshalText implements encoding.TextMarshaler.
func (t Time) MarshalText() ([]byte, error) { return []byte(t.Format(layout)), nil }
