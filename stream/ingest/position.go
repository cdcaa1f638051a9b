package ingest

import (
	"fmt"
	"time"

	"suhe/assets"
	"suhe/twin"
)

// DecodePositions is Decode for where a mover says it is.
func DecodePositions(topic string, payload []byte, received time.Time) ([]twin.Fix, error) {
	id, err := deviceOf(topic, positionsAfter)
	if err != nil {
		return nil, err
	}
	if len(payload) > MaxPayload {
		return nil, tooLarge("payload", len(payload), MaxPayload)
	}
	var fixes []twin.Fix
	err = oneOrMore(&scanner{text: payload}, func(s *scanner) error {
		f, err := readPosition(s, false, received)
		if err == nil {
			f.Asset = id
			fixes = append(fixes, f)
		}
		return err
	})
	return fixes, err
}

// readPosition reads one position; named ones have an id.
func readPosition(s *scanner, named bool, received time.Time) (twin.Fix, error) {
	f := twin.Fix{PhenomenonTime: received.UnixMilli(), ReceivedTime: received.UnixMilli(),
		Heading: twin.NotTold, Speed: twin.NotTold, Accuracy: twin.NotTold}
	read := map[string]bool{}
	err := s.members(func(key string) error {
		if read[key] {
			return malformed("%.64s: comes twice", key)
		}
		read[key] = true
		return readMember(s, key, named, &f)
	})
	if err != nil {
		return f, err
	}
	for _, key := range []string{"id", "lon", "lat"} {
		if !read[key] && (named || key != "id") {
			return f, malformed("%s: missing", key)
		}
	}
	return f, nil
}

func readMember(s *scanner, key string, named bool, f *twin.Fix) (err error) {
	var number *float64
	switch {
	case key == "id" && named:
		f.Asset, err = readID(s)
		return err
	case key == "time":
		f.PhenomenonTime, err = readTime(s)
		return err
	case key == "lon":
		number = &f.Lon
	case key == "lat":
		number = &f.Lat
	case key == "heading":
		number = (*float64)(&f.Heading)
	case key == "speed":
		number = &f.Speed
	case key == "accuracy":
		number = (*float64)(&f.Accuracy)
	default:
		return malformed("unknown key %.64q", key)
	}
	v, err := s.number()
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	*number = v
	return nil
}

// Movers knows what moves.
type Movers interface {
	Mover(id assets.ID) bool
}

// fits judges one position. The error, if any, is a *refusal.
func fits(f *twin.Fix, movers Movers) error {
	if field, value, want := f.Wrong(); field != "" {
		return &refusal{OutOfRange, fmt.Sprintf("%s: %v, want %s", field, value, want)}
	}
	if err := inTime(f.PhenomenonTime, f.ReceivedTime); err != nil {
		return err
	}
	if !movers.Mover(f.Asset) {
		return unknownMover(f.Asset)
	}
	return nil
}

func unknownMover(id assets.ID) *refusal {
	return &refusal{UnknownDevice, fmt.Sprintf("id: no mover %s: register it first", id)}
}
