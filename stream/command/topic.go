package command

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"suhe/assets"
)

// Acks is the topic filter under which devices answer.
const Acks = topicBefore + "+" + acksAfter

const (
	topicBefore   = "suhe/v1/devices/"
	commandsAfter = "/commands"
	acksAfter     = "/acks"

	maxAck    = 4 << 10 // bytes
	maxDetail = 1 << 10
)

// Topic is where the device hears commands.
func Topic(id assets.ID) string { return topicBefore + string(id) + commandsAfter }

// AckTopic is where the device answers.
func AckTopic(id assets.ID) string { return topicBefore + string(id) + acksAfter }

// Order is what a device gets.
type Order struct {
	Command   string          `json:"command"` // id
	Time      time.Time       `json:"time"`
	Expires   time.Time       `json:"expires"`
	Name      string          `json:"name"`
	Arguments json.RawMessage `json:"arguments"`
}

// idRule is the form of a command's id: when it was sent, so that they sort, and
// chance.
var idRule = regexp.MustCompile(`^[0-9a-f]{12}-[a-z0-9]{8}$`)

// ReadAck reads what was published to a device's topic of answers. The error
// names what is wrong.
func ReadAck(topic string, payload []byte) (assets.ID, Ack, error) {
	id, err := acked(topic)
	if err != nil {
		return "", Ack{}, err
	}
	a, err := parseAck(payload)
	return id, a, err
}

// acked is the device whose topic of answers it is.
func acked(topic string) (assets.ID, error) {
	rest, before := strings.CutPrefix(topic, topicBefore)
	name, after := strings.CutSuffix(rest, acksAfter)
	if !before || !after {
		return "", fmt.Errorf("topic %.200q is not %s", topic, Acks)
	}
	id, err := assets.ParseID(name)
	if err != nil {
		return "", fmt.Errorf("topic: %w", err)
	}
	return id, nil
}

// parseAck reads an answer.
func parseAck(payload []byte) (a Ack, err error) {
	if len(payload) > maxAck {
		return a, fmt.Errorf("%d bytes, want at most %d", len(payload), maxAck)
	}
	d := json.NewDecoder(bytes.NewReader(payload))
	d.DisallowUnknownFields()
	if err := d.Decode(&a); err != nil {
		return a, err
	}
	if _, err := d.Token(); err != io.EOF {
		return a, errors.New("text behind the object")
	}
	switch a.Status {
	case Accepted, Done, Failed, Refused:
	default:
		return a, fmt.Errorf("status: %.64q, want accepted, done, failed or refused", a.Status)
	}
	if !idRule.MatchString(a.Command) {
		return a, fmt.Errorf("command: %.64q is no id of a command", a.Command)
	}
	a.Detail = strings.ToValidUTF8(a.Detail[:min(len(a.Detail), maxDetail)], "")
	return a, nil
}

// keyOf is a level of a table's key that stands for the device.
func keyOf(id assets.ID) string { return base64.RawURLEncoding.EncodeToString([]byte(id)) }
