// Package deadletter keeps what ingest refuses, so that an operator can read why
// and, when the cause is mended, let it in again.
//
// # Promises
//
// Keep never waits: what does not fit is dropped and counted. A flood of the same
// complaint fills neither memory nor disk: of one device and reason some letters
// a minute are kept, equal ones once a minute, and all of them within a bound of
// bytes a minute. The list is bounded in bytes, the oldest letters go first, and
// is shared by all nodes of a broker. A letter that was not yet written is lost
// when the process is killed: these are letters that were refused.
package deadletter

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"suhe/assets"
)

// MaxPayload is how many bytes of a payload are kept.
const MaxPayload = 64 << 10

// maxDetail bounds the words of a letter, in bytes.
const maxDetail = 1 << 10

// Letter is a payload that was refused. The stream holds it as JSON.
type Letter struct {
	Seq      uint64    `json:"-"`                 // in the list; newer is greater
	Reason   string    `json:"reason"`            // why, as the metric of ingest names it
	Detail   string    `json:"detail"`            // why, in words: the first refusal
	Refusals int       `json:"refusals"`          // how many refusals the payload had
	Way      string    `json:"way"`               // mqtt or http
	Door     string    `json:"door,omitempty"`    // where: positions or findings; empty: observations
	Hook     string    `json:"hook,omitempty"`    // of a finding: the webhook
	Topic    string    `json:"topic,omitempty"`   // of MQTT
	Mapping  string    `json:"mapping,omitempty"` // by whose address it came by HTTP; empty: /v1/observations
	Device   assets.ID `json:"device,omitempty"`  // that it is about; empty: unknown
	Received time.Time `json:"received"`
	Payload  []byte    `json:"payload"`
	Size     int       `json:"size"` // of the whole payload; more than Payload has: it was cut
}

// Cut says whether the end of the payload is missing.
func (l Letter) Cut() bool { return l.Size > len(l.Payload) }

func decode(seq uint64, data []byte) (Letter, error) {
	l := Letter{Seq: seq}
	if err := json.Unmarshal(data, &l); err != nil {
		return Letter{}, fmt.Errorf("dead letter %d: %w", seq, err)
	}
	return l, nil
}

// trimmed bounds the letter, on memory of its own.
func trimmed(l Letter) Letter {
	l.Size = len(l.Payload)
	l.Payload = append([]byte(nil), l.Payload[:min(len(l.Payload), MaxPayload)]...)
	l.Detail = strings.ToValidUTF8(l.Detail[:min(len(l.Detail), maxDetail)], "")
	l.Topic = strings.ToValidUTF8(l.Topic[:min(len(l.Topic), maxDetail)], "?")
	return l
}

// Text is the payload as text, if it is text.
func (l Letter) Text() (string, bool) { return string(l.Payload), utf8.Valid(l.Payload) }

// Filter chooses letters; the zero Filter passes all.
type Filter struct {
	Reason string
	Device string
}

var reasonRule = regexp.MustCompile(`^[a-z_]{1,32}$`)

// Check refuses what no letter can have; the error wraps assets.ErrInvalid.
func (f Filter) Check() error {
	if f.Reason != "" && !reasonRule.MatchString(f.Reason) {
		return fmt.Errorf("%w: reason: %.64q, want one like unknown_device", assets.ErrInvalid, f.Reason)
	}
	if f.Device != "" {
		if _, err := assets.ParseID(f.Device); err != nil {
			return fmt.Errorf("device: %w", err)
		}
	}
	return nil
}

// Subjects are those of the letters' stream: dead.{reason}.{device}.
const Subjects = "dead.>"

// subject is where the letters of the reason and the device are; empty is any.
func subject(reason, device string) string {
	if reason == "" {
		reason = "*"
	}
	if device == "" {
		device = "*"
	}
	return "dead." + reason + "." + strings.ReplaceAll(device, ".", "/") // ids have no slash
}

// nobody stands for the device of a letter that has none; no id begins so.
const nobody = "-"

func subjectOf(l Letter) string {
	device := string(l.Device)
	if _, err := assets.ParseID(device); err != nil {
		device = nobody
	}
	return subject(l.Reason, device)
}
