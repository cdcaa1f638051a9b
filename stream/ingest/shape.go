package ingest

import (
	"errors"
	"fmt"
	"math"
	"time"

	"suhe/assets"
	"suhe/stream/ingest/mapping"
	"suhe/twin"
)

// Result is what became of one observation on its way in. It is the label of
// the metric and the code of a Refusal.
type Result string

// The results, as the package doc tells them.
const (
	Accepted          Result = "accepted"
	Malformed         Result = "malformed"
	Future            Result = "future"
	NotFinite         Result = "not_finite"
	UnknownDevice     Result = "unknown_device"
	UnknownPhenomenon Result = "unknown_phenomenon"
	OutOfRange        Result = "out_of_range"  // of positions and findings
	UnknownClass      Result = "unknown_class" // of findings
	Unmapped          Result = "unmapped"
	Deadband          Result = "deadband"
)

// Results returns all results of observations.
func Results() []Result {
	return []Result{Accepted, Malformed, Future, NotFinite, UnknownDevice, UnknownPhenomenon, Unmapped, Deadband}
}

// Ahead is how far a device's clock may be ahead of ours.
const Ahead = 2 * time.Minute

// Devices knows the sensors.
type Devices interface {
	Sensor(id assets.ID) (*assets.SensorSpec, bool)
}

// refusal is an error with its result.
type refusal struct {
	result Result
	detail string
}

func (r *refusal) Error() string { return r.detail }

// resultOf finds the result that an error stands for; what has none cannot be read.
func resultOf(err error) Result {
	var r *refusal
	switch {
	case errors.As(err, &r):
		return r.result
	case errors.Is(err, mapping.ErrDevice):
		return UnknownDevice
	}
	return Malformed
}

// shape judges one observation and gives it the phenomenon's name as the
// registry holds it, so that millions of observations share one string. The
// error, if any, is a *refusal.
func shape(o *twin.Observation, now time.Time, devices Devices) error {
	if math.IsNaN(o.Value) || math.IsInf(o.Value, 0) {
		return &refusal{NotFinite, fmt.Sprintf("values: %s: %v is not finite", o.Phenomenon, o.Value)}
	}
	if err := inTime(o.PhenomenonTime, now.UnixMilli()); err != nil {
		return err
	}
	spec, ok := devices.Sensor(o.Asset)
	if !ok {
		return unknownSensor(o.Asset)
	}
	for i := range spec.Measures {
		if spec.Measures[i].Phenomenon == o.Phenomenon {
			o.Phenomenon = spec.Measures[i].Phenomenon
			return nil
		}
	}
	return &refusal{UnknownPhenomenon, fmt.Sprintf("values: %s is not measured by %s", o.Phenomenon, o.Asset)}
}

func unknownSensor(id assets.ID) *refusal {
	return &refusal{UnknownDevice, fmt.Sprintf("id: no sensor %s: register it first", id)}
}

// inTime refuses what a device says of a time that is still to come.
func inTime(phenomenon, received int64) error {
	ahead := phenomenon - received
	if ahead <= Ahead.Milliseconds() {
		return nil
	}
	d := time.Duration(min(ahead, math.MaxInt64/int64(time.Millisecond))) * time.Millisecond
	return &refusal{Future, fmt.Sprintf("time: %v ahead of our clock, want at most %v: set the device's clock", d, Ahead)}
}
