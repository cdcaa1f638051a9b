package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/twin"
)

// The bounds of one time series.
const (
	defaultSamples = 1_000
	maxSamples     = 10_000
	defaultSpan    = 6 * time.Hour
	seriesPatience = 10 * time.Second
)

// observations takes a batch of readings.
func (s *server) observations(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	return s.Intake.ServeObservations(w, r, s.sender(who))
}

// mapped takes a third party's payload by the mapping that the path names.
func (s *server) mapped(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	return s.Intake.ServeMapped(w, r, s.sender(who), r.PathValue("mapping"))
}

// seriesAnswer is a time series; samples are [Unix milliseconds, value].
type seriesAnswer struct {
	Phenomenon string       `json:"phenomenon"`
	Unit       string       `json:"unit"`
	Samples    [][2]float64 `json:"samples"`
}

// series answers with what a sensor said of one phenomenon between two times.
func (s *server) series(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	v, err := s.views(r.Context(), who)
	if err != nil {
		return err
	}
	thing, err := v.visible(r, who)
	if err != nil {
		return err
	}
	if !s.shows(who)("values") {
		return fmt.Errorf("%w: values: you are not shown them", access.ErrDenied)
	}
	measure, err := measureOf(thing, r.URL.Query().Get("phenomenon"))
	if err != nil {
		return err
	}
	from, to, limit, err := span(r, time.Now())
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), seriesPatience)
	defer cancel()
	samples, err := v.History.Series(ctx, thing.Asset.ID, measure.Phenomenon, from, to, limit)
	if err != nil {
		return err
	}
	out := seriesAnswer{measure.Phenomenon, measure.Unit, make([][2]float64, 0, len(samples))}
	for _, sample := range samples {
		out.Samples = append(out.Samples, [2]float64{float64(sample.Time), sample.Value})
	}
	answer(w, out)
	return nil
}

// measureOf finds the phenomenon among what the thing measures; an empty name is the first.
func measureOf(t *twin.Thing, phenomenon string) (assets.Measure, error) {
	if t.Asset.Sensor == nil {
		return assets.Measure{}, fmt.Errorf("%w: %s is a %s, want a sensor", assets.ErrInvalid, t.Asset.ID, t.Asset.Kind)
	}
	var names []string
	for _, m := range t.Asset.Sensor.Measures {
		if m.Phenomenon == phenomenon || phenomenon == "" {
			return m, nil
		}
		names = append(names, m.Phenomenon)
	}
	return assets.Measure{}, fmt.Errorf("%w: phenomenon: %q is none of %v", assets.ErrInvalid, phenomenon, names)
}

// span reads from, to and limit; without them it is the last six hours.
func span(r *http.Request, now time.Time) (from, to time.Time, limit int, err error) {
	if to, err = instant(r, "to", now); err != nil {
		return
	}
	if from, err = instant(r, "from", to.Add(-defaultSpan)); err != nil {
		return
	}
	if !from.Before(to) {
		err = fmt.Errorf("%w: from: %s is not before to %s", assets.ErrInvalid, from.Format(time.RFC3339), to.Format(time.RFC3339))
		return
	}
	limit, err = limitOf(r, defaultSamples, maxSamples)
	return
}

func instant(r *http.Request, field string, otherwise time.Time) (time.Time, error) {
	text := r.URL.Query().Get(field)
	if text == "" {
		return otherwise, nil
	}
	return readInstant(field, text)
}

// readInstant reads the time that a field has.
func readInstant(field, text string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, fmt.Errorf("%w: %s: %.64q, want a time like 2026-11-23T08:00:00+08:00", assets.ErrInvalid, field, text)
	}
	return t, nil
}
