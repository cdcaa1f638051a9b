package api

import (
	"context"
	"net/http"
	"time"

	"suhe/geo"
	"suhe/twin/survey"
)

// usualSpan is what is counted of the past if nothing is said.
const usualSpan = 7 * 24 * time.Hour

// between reads from and to; if one is missing, it is a week from or to the other. told
// says whether one was given.
func (q *question) between() (from, to time.Time, told bool) {
	from, begins := q.instant("from")
	to, ends := q.instant("to")
	if !ends {
		to = time.Now()
		if begins && from.Add(usualSpan).Before(to) {
			to = from.Add(usualSpan)
		}
	}
	if !begins {
		from = to.Add(-usualSpan)
	}
	return from, to, begins || ends
}

// aggregate answers with counts and how they compare with before.
func (s *server) aggregate(ctx context.Context, w http.ResponseWriter, _ *http.Request, q *question) error {
	ask := survey.Question{
		Of: survey.Of(q.word("of", string(survey.Things), string(survey.Incidents), string(survey.Observations))), Phenomenon: q.query.Get("phenomenon"),
		Size: geo.Metres(q.number("size", 0, "metres")), By: words[survey.By](q.list("by", 10)), Against: words[survey.Against](q.list("compare", 3)),
	}
	from, to, told := q.between()
	if told || ask.Of != survey.Things {
		ask.From, ask.To = from, to
	}
	if q.err != nil {
		return q.err
	}
	ask.Ask = q.ask
	out, err := q.survey.Aggregate(ctx, ask)
	if err != nil {
		return err
	}
	answer(w, out)
	return nil
}

func words[T ~string](texts []string) []T {
	out := make([]T, len(texts))
	for i, t := range texts {
		out[i] = T(t)
	}
	return out
}

// spread reads what is spread over the ground: things as they are now, or the incidents
// that began in a time.
func (q *question) spread() survey.Events {
	e := survey.Events{Ask: q.ask}
	if from, to, told := q.between(); told {
		e.From, e.To = from, to
	}
	return e
}

// hotspots answers with where there is more than chance would bring.
func (s *server) hotspots(ctx context.Context, w http.ResponseWriter, _ *http.Request, q *question) error {
	ask := survey.HotspotAsk{Events: q.spread(), Size: geo.Metres(q.number("size", 0, "metres")), Reach: geo.Metres(q.number("reach", 0, "metres"))}
	if q.err != nil {
		return q.err
	}
	out, err := q.survey.Hotspots(ctx, ask)
	if err != nil {
		return err
	}
	answer(w, out)
	return nil
}

// clusters answers with where things gather.
func (s *server) clusters(ctx context.Context, w http.ResponseWriter, _ *http.Request, q *question) error {
	ask := survey.ClusterAsk{Events: q.spread(), Reach: geo.Metres(q.number("reach", 0, "metres")), Least: q.whole("least", 0, 2, survey.MaxLeast)}
	if q.err != nil {
		return q.err
	}
	out, err := q.survey.Clusters(ctx, ask)
	if err != nil {
		return err
	}
	answer(w, out)
	return nil
}
