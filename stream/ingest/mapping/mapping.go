package mapping

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"suhe/assets"
)

// Bounds of a mapping.
const (
	MaxFile     = 1 << 20 // bytes
	MaxValues   = 64
	maxGateways = 64
	maxEvery    = 24 * time.Hour
)

// nameRule is what may stand for a mapping in an address.
var nameRule = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)

// sheet is a mapping as its file says it.
type sheet struct {
	Note         string       `json:"note"` // for people
	Gateways     []string     `json:"gateways"`
	Topic        string       `json:"topic"` // filter below suhe/v1/gateways/{gateway}/
	HTTP         bool         `json:"http"`
	Items        string       `json:"items"` // of an array, or of one object
	Device       *deviceSheet `json:"device"`
	Time         *timeSheet   `json:"time"` // absent: true when we get it
	Values       []valueSheet `json:"values"`
	AtLeastEvery string       `json:"atLeastEvery"` // a value within its deadband passes after so long
}

// Mapping is one mapping, ready for use. It is immutable.
type Mapping struct {
	Name     string
	Note     string        // for people
	Topic    string        // filter below the topics of its gateways; "": it takes none
	Gateways []assets.ID   // who may send by MQTT; empty: nobody
	HTTP     bool          // whether it takes POST /v1/ingest/{name}
	Every    time.Duration // a value within its deadband passes after so long; 0: there is no deadband

	topic  []string // levels of the filter
	items  pointer
	naming naming
	clock  *clock
	values []value
}

// Parse reads a mapping; name is that of its file without .json. The error names
// the key, and wraps assets.ErrInvalid.
func Parse(name string, text []byte, phenomena Phenomena) (*Mapping, error) {
	m, err := parse(name, text, phenomena)
	if err != nil {
		return nil, fmt.Errorf("%w: mapping %.80s: %w", assets.ErrInvalid, name, err)
	}
	return m, nil
}

func parse(name string, text []byte, phenomena Phenomena) (*Mapping, error) {
	if !nameRule.MatchString(name) {
		return nil, errors.New("name: want 1 to 64 of a-z, 0-9, _ and -")
	}
	s, err := readSheet(text)
	if err != nil {
		return nil, err
	}
	m := &Mapping{Name: name, Note: s.Note, Topic: s.Topic, HTTP: s.HTTP}
	if err := m.setWay(s); err != nil {
		return nil, err
	}
	if m.items, err = parsePointer(s.Items); err != nil {
		return nil, fmt.Errorf("items: %w", err)
	}
	if s.Device == nil {
		return nil, errors.New("device: missing")
	}
	if m.naming, err = newNaming(*s.Device, m.topic); err != nil {
		return nil, fmt.Errorf("device: %w", err)
	}
	if m.naming.level != 0 && m.HTTP {
		return nil, errors.New("device.level: not with http, which has no topic")
	}
	if m.clock, err = newClock(s.Time); err != nil {
		return nil, fmt.Errorf("time.%w", err)
	}
	return m, m.setValues(s, phenomena)
}

// setWay reads how the mapping is reached.
func (m *Mapping) setWay(s *sheet) (err error) {
	if (len(s.Gateways) == 0) != (s.Topic == "") {
		return errors.New("gateways, topic: want both or neither")
	}
	if s.Topic == "" && !s.HTTP {
		return errors.New("want gateways and topic, or http: nothing reaches this mapping")
	}
	if len(s.Gateways) > maxGateways {
		return fmt.Errorf("gateways: %d, want at most %d", len(s.Gateways), maxGateways)
	}
	for i, g := range s.Gateways {
		id, err := assets.ParseID(g)
		if err != nil {
			return fmt.Errorf("gateways[%d]: %w", i, err)
		}
		if slices.Contains(m.Gateways, id) {
			return fmt.Errorf("gateways[%d]: %s comes twice", i, id)
		}
		m.Gateways = append(m.Gateways, id)
	}
	if s.Topic != "" {
		if m.topic, err = parseFilter(s.Topic); err != nil {
			return fmt.Errorf("topic: %w", err)
		}
	}
	return nil
}

func (m *Mapping) setValues(s *sheet, phenomena Phenomena) error {
	if len(s.Values) == 0 || len(s.Values) > MaxValues {
		return fmt.Errorf("values: %d, want 1 to %d", len(s.Values), MaxValues)
	}
	deadband := false
	for i, sheet := range s.Values {
		v, err := newValue(sheet, phenomena)
		if err != nil {
			return fmt.Errorf("values[%d].%w", i, err)
		}
		for j, other := range m.values {
			if other.phenomenon == v.phenomenon && (other.when == nil || v.when == nil) {
				return fmt.Errorf("values[%d].phenomenon: %s is in values[%d] too: give both a when", i, v.phenomenon, j)
			}
		}
		deadband = deadband || v.deadband > 0
		m.values = append(m.values, v)
	}
	if deadband != (s.AtLeastEvery != "") {
		return errors.New("atLeastEvery: wanted with a deadband, and only then")
	}
	if !deadband {
		return nil
	}
	var err error
	m.Every, err = time.ParseDuration(s.AtLeastEvery)
	if err != nil || m.Every < time.Second || m.Every > maxEvery {
		return fmt.Errorf("atLeastEvery: %q, want a duration from 1s to %v", s.AtLeastEvery, maxEvery)
	}
	return nil
}

func readSheet(text []byte) (*sheet, error) {
	if len(text) > MaxFile {
		return nil, fmt.Errorf("%d bytes, want at most %d", len(text), MaxFile)
	}
	if err := bounded(text); err != nil {
		return nil, err
	}
	if err := exact(json.NewDecoder(bytes.NewReader(text)), ""); err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	s := new(sheet)
	if err := d.Decode(s); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("byte %d is after the end", d.InputOffset())
	}
	return s, nil
}

// exact refuses what encoding/json lets pass: a key that comes twice in an
// object. Case does not set keys apart but in the tables, whose keys are others'.
func exact(d *json.Decoder, at string) error {
	t, err := d.Token()
	if err != nil {
		return err
	}
	switch t {
	case json.Delim('{'):
		err = exactKeys(d, at)
	case json.Delim('['):
		for i := 0; err == nil && d.More(); i++ {
			err = exact(d, fmt.Sprintf("%s/%d", at, i))
		}
	default:
		return nil
	}
	if err == nil {
		_, err = d.Token() // the end of the object or the array
	}
	return err
}

func exactKeys(d *json.Decoder, at string) error {
	table := strings.HasSuffix(at, "/ids") || strings.HasSuffix(at, "/words")
	seen := map[string]bool{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return err
		}
		key, _ := t.(string)
		same := key
		if !table {
			same = strings.ToLower(key)
		}
		if seen[same] {
			return fmt.Errorf("%s/%.64s: comes twice", at, key)
		}
		seen[same] = true
		if err := exact(d, at+"/"+key); err != nil {
			return err
		}
	}
	return nil
}
