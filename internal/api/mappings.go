package api

import (
	"fmt"
	"net/http"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/stream/ingest/mapping"
)

// Mappings are the files by which payloads of third parties are read.
type Mappings interface {
	Files() []mapping.File
}

// mappingRow is what is told of a file.
type mappingRow struct {
	Name      string      `json:"name"`
	State     string      `json:"state"` // fine | kept (an older version is used) | broken
	Why       string      `json:"why,omitempty"`
	Note      string      `json:"note,omitempty"`
	Gateways  []assets.ID `json:"gateways,omitempty"`
	Topic     string      `json:"topic,omitempty"`
	HTTP      bool        `json:"http,omitempty"`
	Phenomena []string    `json:"phenomena,omitempty"`
}

// mappings lists the files, broken ones with what is wrong.
func (s *server) mappings(w http.ResponseWriter, _ *http.Request, _ access.Principal) error {
	rows := []mappingRow{}
	for _, f := range s.Mappings.Files() {
		row := mappingRow{Name: f.Name, State: "fine"}
		if f.Broken != nil {
			row.State, row.Why = "kept", f.Broken.Error()
		}
		if m := f.Used; m != nil {
			row.Note, row.Gateways, row.Topic, row.HTTP, row.Phenomena = m.Note, m.Gateways, m.Topic, m.HTTP, m.Phenomena()
		} else {
			row.State = "broken"
		}
		rows = append(rows, row)
	}
	answer(w, map[string][]mappingRow{"mappings": rows})
	return nil
}

// triedReading is one observation that a payload would become.
type triedReading struct {
	Item       int       `json:"item"` // from 0
	Device     assets.ID `json:"device"`
	Time       time.Time `json:"time"`
	Phenomenon string    `json:"phenomenon"`
	Value      float64   `json:"value"`
	Unit       string    `json:"unit"`
}

type triedRefusal struct {
	Item  int    `json:"item"` // from 0; -1: the whole payload
	Place string `json:"place,omitempty"`
	Why   string `json:"why"`
}

// tryMapping tells what would become of a payload; nothing is taken in.
func (s *server) tryMapping(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	m, err := s.usedMapping(r.PathValue("name"))
	if err != nil {
		return err
	}
	message := mapping.Message{Received: time.Now()}
	if topic := r.URL.Query().Get("topic"); topic != "" {
		if _, message.Levels, err = mapping.SplitTopic(topic); err != nil {
			return fmt.Errorf("%w: topic: %w", assets.ErrInvalid, err)
		}
	}
	if message.Payload, err = readBody(r); err != nil {
		return err
	}
	out := struct {
		Readings []triedReading `json:"readings"`
		Refusals []triedRefusal `json:"refusals"`
	}{[]triedReading{}, []triedRefusal{}}
	result := m.Map(message)
	for _, is := range result.Readings {
		p, _ := s.Classes.Phenomenon(is.Phenomenon) // the mapping was checked
		out.Readings = append(out.Readings, triedReading{is.Item, is.Asset, time.UnixMilli(is.PhenomenonTime).In(shanghai), is.Phenomenon, is.Value, p.Unit})
	}
	for _, no := range result.Refusals {
		out.Refusals = append(out.Refusals, triedRefusal{no.Item, no.Place, no.Err.Error()})
	}
	answer(w, out)
	return nil
}

func (s *server) usedMapping(name string) (*mapping.Mapping, error) {
	for _, f := range s.Mappings.Files() {
		if f.Name == name && f.Used != nil {
			return f.Used, nil
		}
	}
	return nil, fmt.Errorf("%w: mapping %.64q", assets.ErrNotFound, name)
}
