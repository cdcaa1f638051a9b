package stream

import "github.com/prometheus/client_golang/prometheus"

// metrics are what the hub tells of itself.
type metrics struct {
	sessions prometheus.Gauge
	bytes    prometheus.Counter
}

func newMetrics(r prometheus.Registerer) metrics {
	m := metrics{
		sessions: prometheus.NewGauge(prometheus.GaugeOpts{Name: "suhe_stream_sessions", Help: "Open WebSocket sessions."}),
		bytes:    prometheus.NewCounter(prometheus.CounterOpts{Name: "suhe_stream_sent_bytes_total", Help: "Bytes of frames sent."}),
	}
	if r != nil {
		r.MustRegister(m.sessions, m.bytes)
	}
	return m
}
