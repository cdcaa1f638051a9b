package bench

import (
	"context"
	"fmt"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/search"
	"suhe/twin"
)

// words measures questions of words, facets and all, the mix that people type: whole
// names, beginnings, pairs of characters, initials, numbers, words for a class.
func (m *querying) words(ctx context.Context) error {
	m.say("building the index of words")
	before, begun := held(), time.Now()
	index, shows, err := m.wordIndex(ctx)
	if err != nil {
		return err
	}
	built := time.Since(begun)
	kept := held() - before
	all := 0
	times, err := timesOfEach(m.Asks, func(i int) error {
		f, err := index.Find(ctx, m.typed(i), access.Open(), shows)
		all += f.Total
		return err
	})
	if err != nil {
		return err
	}
	if all == 0 {
		return fmt.Errorf("words: nothing was found")
	}
	name := count(m.Count) + " assets by words, with facets"
	m.add(alone(name+": p50", "ms", milliseconds(percentile(times, 0.5)), limit{}), alone(name+": p99", "ms", milliseconds(percentile(times, 0.99)), atMost(5)),
		alone("index of words: built in", "s", built.Seconds(), limit{}), alone("index of words: memory", "MB", float64(kept)/1e6, limit{}))
	return nil
}

// wordIndex builds the index of words; shows is who is shown all.
func (m *querying) wordIndex(ctx context.Context) (*search.Index, access.Fields, error) {
	classes := assets.DefaultClasses()
	index := search.New(search.Options{World: m.world, Names: func(_ assets.Kind, class string) (zh, en string) {
		if c, ok := classes.Class(class); ok {
			return c.Name, c.NameEn
		}
		return "", ""
	}})
	index.Took(twin.Batch{})
	return index, access.Open().Fields(classes.FieldSensitivity), index.Run(ctx)
}

// typed is what somebody looks for.
func (m *querying) typed(i int) search.Query {
	a := m.things[i*7919%len(m.things)]
	q := search.Query{Text: []string{
		"苏州", "苏州河", "苏州河沿线", fmt.Sprintf("苏州河沿线 %d 号", i%500), "szh", "suzhouhe yanxian", string(a.ID), string(a.ID)[:len(a.ID)-2],
		"路灯", "护栏 12", "asset", "河", "lamp", "住宅楼 苏州河", "城运中心", "没有的东西",
	}[i%16]}
	switch i % 5 {
	case 1:
		p := m.lookedAt(i)
		q.Near = &p
	case 2:
		q.Kinds = []assets.Kind{assets.Building}
	case 3:
		box := orb.MultiPoint{m.lookedAt(i), m.lookedAt(i + 1)}.Bound()
		q.Box = &box
	}
	return q
}
