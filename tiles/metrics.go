package tiles

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// The results of a request for a tile.
const (
	resultHit      = "hit"      // from the cache
	resultRendered = "rendered" // rendered for this or for another request at the same time
	resultLeft     = "left"     // the caller did not wait
	resultPanic    = "panic"
	resultError    = "error"
)

func resultOf(err error) string {
	var p *panicError
	switch {
	case err == nil:
		return resultRendered
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return resultLeft
	case errors.As(err, &p):
		return resultPanic
	}
	return resultError
}

// metrics counts what the server does.
type metrics struct {
	requests *prometheus.CounterVec
	seconds  prometheus.Histogram
}

func newMetrics(to prometheus.Registerer, cacheBytes func() int64) (*metrics, error) {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "suhe_tiles_requests_total",
			Help: "Requests for tiles by result.",
		}, []string{"result"}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "suhe_tiles_render_seconds",
			Help:    "Time to render one tile, compression included.",
			Buckets: prometheus.ExponentialBuckets(0.0001, 2.5, 12),
		}),
	}
	if to == nil {
		return m, nil
	}
	for _, c := range []prometheus.Collector{m.requests, m.seconds, prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "suhe_tiles_cache_bytes",
		Help: "Bytes held by rendered tiles.",
	}, func() float64 { return float64(cacheBytes()) })} {
		if err := to.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (m *metrics) count(result string) { m.requests.WithLabelValues(result).Inc() }

func (m *metrics) rendered(d time.Duration) { m.seconds.Observe(d.Seconds()) }
