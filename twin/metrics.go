package twin

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

// The results of an observation and of a fix in the log; see the package's doc.
const (
	ResultApplied           = "applied"
	ResultInvalid           = "invalid"
	ResultLate              = "late"
	ResultRepeat            = "repeat"
	ResultFuture            = "future"
	ResultUnknownDevice     = "unknown_device"
	ResultUnknownPhenomenon = "unknown_phenomenon"
	ResultMalformed         = "malformed"
	ResultHeld              = "held"
	ResultVague             = "vague"
)

// metrics count what the world does. Without a registerer they count for nobody.
type metrics struct {
	results  map[string]prometheus.Counter // of observations
	fixes    map[string]prometheus.Counter
	findings map[string]prometheus.Counter
	batches  prometheus.Counter
	gaps     prometheus.Counter
	refused  prometheus.Counter
	jumps    prometheus.Counter
}

func newMetrics(r prometheus.Registerer) (metrics, error) {
	observations, err := Results(r)
	if err != nil {
		return metrics{}, err
	}
	m := metrics{
		results:  make(map[string]prometheus.Counter),
		fixes:    make(map[string]prometheus.Counter),
		findings: make(map[string]prometheus.Counter),
		batches:  prometheus.NewCounter(prometheus.CounterOpts{Name: "suhe_world_batches_total", Help: "Batches that the world applied."}),
		gaps:     prometheus.NewCounter(prometheus.CounterOpts{Name: "suhe_world_gaps_total", Help: "Times that OBS no longer reached back to what was to be read."}),
		refused:  prometheus.NewCounter(prometheus.CounterOpts{Name: "suhe_world_refused_assets_total", Help: "Assets that could not live in the world."}),
		jumps:    prometheus.NewCounter(prometheus.CounterOpts{Name: "suhe_world_clock_jumps_total", Help: "Times that our clock was set by ten seconds or more."}),
	}
	for _, result := range []string{ResultApplied, ResultInvalid, ResultLate, ResultRepeat, ResultFuture,
		ResultUnknownDevice, ResultUnknownPhenomenon, ResultMalformed} {
		m.results[result] = observations.WithLabelValues(result)
	}
	fixes := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "suhe_fixes_total", Help: "Positions of movers by what became of them."}, []string{"result"})
	for _, result := range []string{ResultApplied, ResultLate, ResultRepeat, ResultHeld, ResultVague, ResultFuture,
		ResultUnknownDevice, ResultMalformed} {
		m.fixes[result] = fixes.WithLabelValues(result)
	}
	findings := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "suhe_findings_total", Help: "Findings of algorithms by what became of them."}, []string{"result"})
	for _, result := range []string{ResultApplied, ResultLate, ResultRepeat, ResultFuture, ResultUnknownDevice, ResultMalformed} {
		m.findings[result] = findings.WithLabelValues(result)
	}
	return m, registerAll(r, fixes, findings, m.batches, m.gaps, m.refused, m.jumps)
}

// Results registers suhe_observations_total{result}, or finds it if it is
// registered: the door and the world count in one metric.
func Results(r prometheus.Registerer) (*prometheus.CounterVec, error) {
	c := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "suhe_observations_total",
		Help: "Observations by what became of them.",
	}, []string{"result"})
	if r == nil {
		return c, nil
	}
	err := r.Register(c)
	if known := (prometheus.AlreadyRegisteredError{}); errors.As(err, &known) {
		if c, ok := known.ExistingCollector.(*prometheus.CounterVec); ok {
			return c, nil
		}
	}
	return c, err
}

func registerAll(r prometheus.Registerer, cs ...prometheus.Collector) error {
	if r == nil {
		return nil
	}
	for _, c := range cs {
		if err := r.Register(c); err != nil {
			return err
		}
	}
	return nil
}
