package ingest

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"suhe/assets"
	"suhe/twin"
)

// ErrBusy is the kind of failure when the log cannot take more now.
var ErrBusy = errors.New("busy, try again")

// ahead is how far a device's clock may be before ours.
const ahead = 2 * time.Minute

// The results of a reading, as counted and answered.
const (
	Accepted          = "accepted"
	Malformed         = "malformed"
	UnknownDevice     = "unknown_device"
	UnknownPhenomenon = "unknown_phenomenon"
	NotFinite         = "not_finite"
	Future            = "future"
)

// refusal says why a reading was not taken.
type refusal struct {
	code   string
	detail string
}

func (r *refusal) Error() string { return r.detail }

// Unwrap makes every refusal a kind of invalid input.
func (r *refusal) Unwrap() error { return assets.ErrInvalid }

func refuse(code, format string, args ...any) error {
	return &refusal{code, fmt.Sprintf(format, args...)}
}

func malformed(format string, args ...any) error { return refuse(Malformed, format, args...) }

// codeOf is the result that an error of this package stands for.
func codeOf(err error) string {
	if r, ok := errors.AsType[*refusal](err); ok {
		return r.code
	}
	return Malformed
}

// Devices says which sensors there are.
type Devices interface {
	Sensor(id assets.ID) (*assets.SensorSpec, bool)
}

// shape appends the observations of a reading, in the order of their phenomena,
// or says by which rule all of it is refused.
func shape(dst []twin.Observation, devices Devices, r Reading, received time.Time) ([]twin.Observation, error) {
	sensor, ok := devices.Sensor(r.Device)
	if !ok {
		return dst, refuse(UnknownDevice, "id: %q is no sensor of the registry", r.Device)
	}
	at := received
	if !r.Time.IsZero() {
		at = r.Time
	}
	if at.Sub(received) > ahead {
		return dst, refuse(Future, "time: %s is more than %s ahead of %s", at.Format(time.RFC3339), ahead, received.Format(time.RFC3339))
	}
	start := len(dst)
	for _, phenomenon := range slices.Sorted(maps.Keys(r.Values)) {
		value := r.Values[phenomenon]
		if math.IsNaN(value) || math.IsInf(value, 0) {
			return dst[:start], refuse(NotFinite, "values: %s is not finite", phenomenon)
		}
		if !measures(sensor, phenomenon) {
			return dst[:start], refuse(UnknownPhenomenon, "values: %.40q is not measured by %s", phenomenon, r.Device)
		}
		dst = append(dst, twin.Observation{Asset: r.Device, Phenomenon: phenomenon, Value: value,
			PhenomenonTime: at.UnixMilli(), ReceivedTime: received.UnixMilli()})
	}
	return dst, nil
}

func measures(s *assets.SensorSpec, phenomenon string) bool {
	return slices.ContainsFunc(s.Measures, func(m assets.Measure) bool { return m.Phenomenon == phenomenon })
}
