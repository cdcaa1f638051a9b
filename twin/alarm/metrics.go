package alarm

import (
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
)

type engineMetrics struct {
	judged, dropped, begun prometheus.Counter
	held                   prometheus.Gauge
}

func newEngineMetrics(r prometheus.Registerer) (engineMetrics, error) {
	m := engineMetrics{
		judged:  prometheus.NewCounter(prometheus.CounterOpts{Name: "suhe_alarm_judged_total", Help: "Observations that were judged by the rules."}),
		dropped: prometheus.NewCounter(prometheus.CounterOpts{Name: "suhe_alarm_dropped_total", Help: "Observations that waited too long to be judged one by one."}),
		begun:   prometheus.NewCounter(prometheus.CounterOpts{Name: "suhe_alarm_conditions_begun_total", Help: "Conditions that the rules found to begin."}),
		held:    prometheus.NewGauge(prometheus.GaugeOpts{Name: "suhe_alarm_conditions", Help: "Conditions that the rules hold true."}),
	}
	return m, register(r, m.judged, m.dropped, m.begun, m.held)
}

func register(r prometheus.Registerer, all ...prometheus.Collector) error {
	if r == nil {
		return nil
	}
	for _, c := range all {
		if err := r.Register(c); err != nil {
			return fmt.Errorf("alarm: %w", err)
		}
	}
	return nil
}
