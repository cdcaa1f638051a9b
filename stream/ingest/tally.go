package ingest

import (
	"github.com/prometheus/client_golang/prometheus"
)

// way is how something came.
type way string

const (
	byMQTT way = "mqtt"
	byHTTP way = "http"

	byReplay way = "replay" // an operator let in what was refused before
)

// tally counts results of one batch, to be told when the batch is through: one
// that comes again counts once.
type tally map[Result]int

// counts is what became of all that came, as a metric by way and result, or by
// result alone of what has one way only.
type counts struct{ vec *prometheus.CounterVec }

// newCounts registers the metric; it panics if that is registered already. All
// results are shown from the start, as zeros.
func newCounts(o prometheus.CounterOpts, ways []way, results []Result, to prometheus.Registerer) counts {
	labels := []string{"way", "result"}
	if ways == nil {
		labels = labels[1:]
	}
	c := counts{prometheus.NewCounterVec(o, labels)}
	if to != nil {
		to.MustRegister(c.vec)
	}
	zeros := make(tally)
	for _, result := range results {
		zeros[result] = 0
	}
	if ways == nil {
		c.add(zeros)
	}
	for _, w := range ways {
		c.add(zeros, w)
	}
	return c
}

// add counts a tally of what came by the way, if there are several.
func (c counts) add(t tally, by ...way) {
	for result, n := range t {
		labels := make([]string, 0, 2)
		for _, w := range by {
			labels = append(labels, string(w))
		}
		c.vec.WithLabelValues(append(labels, string(result))...).Add(float64(n))
	}
}
