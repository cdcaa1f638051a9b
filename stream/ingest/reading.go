package ingest

import (
	"fmt"
	"time"

	"suhe/assets"
)

// reading is what a device saw at one time.
type reading struct {
	id     assets.ID // only by HTTP
	time   int64     // Unix milliseconds
	timed  bool
	values []value
	valued bool
}

type value struct {
	phenomenon string
	number     float64
}

// read reads one reading; named ones have an id. Values are appended to those that
// are there, which are none.
func (r *reading) read(s *scanner, named bool) error {
	err := s.members(func(key string) error {
		switch {
		case key == "id" && named && r.id == "":
			return r.readID(s)
		case key == "time" && !r.timed:
			return r.readTime(s)
		case key == "values" && !r.valued:
			return r.readValues(s)
		case key == "id" && named, key == "time", key == "values":
			return malformed("%s: comes twice", key)
		}
		return malformed("unknown key %.64q", key)
	})
	switch {
	case err != nil:
		return err
	case named && r.id == "":
		return malformed("id: missing")
	case !r.valued:
		return malformed("values: missing")
	}
	return nil
}

func (r *reading) readID(s *scanner) error {
	id, err := readID(s)
	r.id = id
	return err
}

func readID(s *scanner) (assets.ID, error) {
	text, err := s.str()
	if err != nil {
		return "", fmt.Errorf("id: %w", err)
	}
	id, err := assets.ParseID(text)
	if err != nil {
		return "", malformed("%w", err)
	}
	return id, nil
}

func (r *reading) readTime(s *scanner) error {
	t, err := readTime(s)
	if err != nil {
		return err
	}
	r.time, r.timed = t, true
	return nil
}

// readTime reads a time as Unix milliseconds.
func readTime(s *scanner) (int64, error) {
	text, err := s.bytes()
	if err != nil {
		return 0, fmt.Errorf("time: %w", err)
	}
	var t time.Time
	if t.UnmarshalText(text) == nil { // which needs no string
		return t.UnixMilli(), nil
	}
	if t, err = time.Parse(time.RFC3339, string(text)); err != nil {
		return 0, malformed("time: %.64q is not RFC 3339 with an offset, as 2026-11-23T08:00:00+08:00", text)
	}
	return t.UnixMilli(), nil
}

func (r *reading) readValues(s *scanner) error {
	r.valued = true
	err := s.members(func(code string) error {
		if code == "" || len(code) > maxCode {
			return malformed("values: code %.64q has %d bytes, want 1 to %d", code, len(code), maxCode)
		}
		if len(r.values) == MaxValues {
			return malformed("values: more than %d", MaxValues)
		}
		for _, v := range r.values {
			if v.phenomenon == code {
				return malformed("values: %s comes twice", code)
			}
		}
		number, err := s.number()
		if err != nil {
			return fmt.Errorf("values: %s: %w", code, err)
		}
		r.values = append(r.values, value{code, number})
		return nil
	})
	if err == nil && len(r.values) == 0 {
		return malformed("values: empty, want 1 to %d", MaxValues)
	}
	return err
}

func inReading(i int, err error) error { return fmt.Errorf("reading %d: %w", i, err) }

func tooLarge(what string, is, most int) error {
	return fmt.Errorf("%w: %s: %d bytes, want at most %d", ErrTooLarge, what, is, most)
}
