package api

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"suhe/assets"
	"suhe/geo"
	"suhe/twin/survey"
)

// below reads a stretch of the creek that may be told by the thing above or below it.
func (q *question) below() survey.Stretch {
	stretch, _ := q.stretch()
	for name, upstream := range map[string]bool{"upstream_of": true, "downstream_of": false} {
		id := assets.ID(q.query.Get(name))
		if id == "" {
			continue
		}
		if q.query.Has("chainage") || q.query.Has("upstream_of") && q.query.Has("downstream_of") {
			q.wrong("chainage, upstream_of, downstream_of: want one of them")
		}
		reach := q.number("reach", usualReach, "metres")
		if reach <= 0 {
			q.wrong("reach: %g, want metres above 0", reach)
		}
		if q.err != nil {
			return stretch
		}
		from, to, err := q.survey.Reach(&q.ask, id, upstream, geo.Metres(reach))
		q.note(err)
		stretch.From, stretch.To = from, to
	}
	return stretch
}

// creek answers with what stands along the creek, in its order.
func (s *server) creek(ctx context.Context, w http.ResponseWriter, r *http.Request, q *question) error {
	stretch := q.below()
	ask := survey.CreekAsk{Upstream: q.word("order", "downstream", "upstream") == "upstream", Limit: q.whole("limit", usualRows, 1, survey.MaxRows), After: q.after()}
	if q.err != nil {
		return q.err
	}
	region, err := q.survey.Along(stretch)
	if err != nil {
		return err
	}
	ask.Ask = q.ask
	ask.Region = region
	found, err := q.survey.Creek(ctx, ask)
	if err != nil {
		return err
	}
	out := thingsPage{Matched: found.Matched, Things: found.Things}
	if found.Next != nil {
		out.Next = nextOf(r, fmt.Sprintf("%s,%d", strconv.FormatFloat(float64(found.Next.Chainage), 'g', -1, 64), found.Next.FID))
	}
	answer(w, out)
	return nil
}

// after reads where the page before ended; nil: there is none.
func (q *question) after() *survey.CreekKey {
	text := q.query.Get("after")
	if text == "" {
		return nil
	}
	at, fid, _ := strings.Cut(text, ",")
	chainage, err := strconv.ParseFloat(at, 64)
	n, wrong := strconv.ParseUint(fid, 10, 63)
	if err != nil || wrong != nil {
		q.wrong("after: %.64q, want the next of the page before", text)
	}
	return &survey.CreekKey{Chainage: geo.Metres(chainage), FID: assets.FID(n)}
}

// strip answers with a stretch of the creek drawn straight.
func (s *server) strip(ctx context.Context, w http.ResponseWriter, _ *http.Request, q *question) error {
	stretch := q.below()
	form := q.word("f", "json", "svg")
	look := survey.Look{English: q.word("lang", "zh", "en") == "en", Width: q.whole("width", 0, survey.MinWidth, survey.MaxWidth)}
	if q.err != nil {
		return q.err
	}
	out, err := q.survey.Strip(ctx, q.ask, stretch, q.query.Get("phenomenon"))
	if err != nil {
		return err
	}
	if form == "json" {
		answer(w, out)
		return nil
	}
	picture, err := q.survey.Draw(&out, look)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	w.Header().Set("Content-Type", "image/svg+xml")
	w.Write(picture)
	return nil
}

// gaps answers with where banks have none of some things near.
func (s *server) gaps(ctx context.Context, w http.ResponseWriter, _ *http.Request, q *question) error {
	stretch := q.below()
	distance := q.number("distance", usualGap, "metres")
	if len(q.ask.Kinds)+len(q.ask.Classes) == 0 {
		q.wrong("kind, class: none, want what the bank is to have")
	}
	if q.err != nil {
		return q.err
	}
	region, err := q.survey.Along(stretch)
	if err != nil {
		return err
	}
	q.ask.Region = region
	out, err := q.survey.Gaps(ctx, q.ask, geo.Metres(distance))
	if err != nil {
		return err
	}
	answer(w, out)
	return nil
}

// travel answers with how long the water needs from one chainage to another.
func (s *server) travel(ctx context.Context, w http.ResponseWriter, _ *http.Request, q *question) error {
	c := q.numbers("chainage", 2, "two metres along the creek, such as 1200,3400")
	if c == nil {
		q.wrong("chainage: none, want two metres along the creek, such as 1200,3400")
	}
	if q.err != nil {
		return q.err
	}
	out, err := q.survey.Travel(ctx, q.ask, geo.Metres(c[0]), geo.Metres(c[1]))
	if err != nil {
		return err
	}
	answer(w, out)
	return nil
}
