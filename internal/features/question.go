package features

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/twin"
	"suhe/twin/filter"
)

// The bounds of a page.
const (
	DefaultLimit = 100
	MaxLimit     = 10_000
)

// MaxKeys bounds what a page is ordered by.
const MaxKeys = 4

// Question is what a client asks of a collection.
type Question struct {
	Schema Schema // all that the collection has
	Filter filter.Filter
	Order  []Key
	After  Cursor
	Limit  int // 0: none was asked for
	CRS    *CRS
	Fields []Field // that are answered
}

// Key is something that features are ordered by.
type Key struct {
	Name       string
	Descending bool
}

// Parameters are the names that Read knows beside those of queryables.
func Parameters() []string {
	return []string{"bbox", "bbox-crs", "datetime", "limit", "after", "sortby", "properties", "crs", "filter", "filter-lang", "filter-crs"}
}

// reader collects what is read of the parameters, until something is wrong.
type reader struct {
	values  url.Values
	systems Systems
	who     Viewer
	q       *Question
	parts   []filter.Filter
}

// Read reads the parameters of a request; one without a value is as good as none, as
// forms send it. Names that it does not know, if they are
// none of the others and no queryables, values that are none, and parameters that
// come twice are assets.ErrInvalid; what the viewer is not shown is access.ErrDenied.
func (s Schema) Read(values url.Values, systems Systems, v Viewer, others ...string) (*Question, error) {
	r := &reader{values: values, systems: systems, who: v, q: &Question{Schema: s, Fields: s.Fields}}
	for _, step := range []func() error{
		func() error { return r.known(others) }, r.crs, r.bbox, r.datetime, r.filter, r.queryables,
		r.properties, r.sortby, r.limit, r.after,
	} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	r.q.Filter = filter.And(r.parts...)
	return r.q, twin.CheckShown(r.q.Filter, v.Shows)
}

// known refuses parameters that nobody knows, and those that come twice.
func (r *reader) known(others []string) error {
	for _, name := range slices.Sorted(maps.Keys(r.values)) {
		if len(r.values[name]) > 1 {
			return fmt.Errorf("query: %w: %.40q comes %d times, want it once", assets.ErrInvalid, name, len(r.values[name]))
		}
		if !slices.Contains(Parameters(), name) && !slices.Contains(others, name) && !r.queryable(name) {
			return fmt.Errorf("query: %w: %.40q is no parameter here, want one of %s, or a queryable",
				assets.ErrInvalid, name, strings.Join(slices.Concat(Parameters(), others), ", "))
		}
	}
	return nil
}

// queryable says whether a parameter may be one.
func (r *reader) queryable(name string) bool {
	return name != "" && name != rest && twin.CheckFilter(filter.Is(name, filter.Value{})) == nil
}

func (r *reader) crs() (err error) {
	r.q.CRS, err = r.systems.Find("crs", r.values.Get("crs"))
	return err
}

// bbox reads what the features are to touch.
func (r *reader) bbox() error {
	crs, err := r.systems.Find("bbox-crs", r.values.Get("bbox-crs"))
	text := r.values.Get("bbox")
	if err != nil || text == "" {
		return err
	}
	parts := strings.SplitN(text, ",", 8)
	box := make([]float64, len(parts))
	for i, part := range parts {
		if box[i], err = strconv.ParseFloat(strings.TrimSpace(part), 64); err != nil {
			return fmt.Errorf("%w: bbox: %.40q, want four numbers, or six with heights", assets.ErrInvalid, part)
		}
	}
	shapes, err := crs.Box(box)
	if err != nil {
		return fmt.Errorf("%w: bbox: %w", assets.ErrInvalid, err)
	}
	f, err := filter.Touches(shapes...)
	if err != nil {
		return fmt.Errorf("%w: bbox: %w", assets.ErrInvalid, err)
	}
	r.parts = append(r.parts, f)
	return nil
}

// datetime reads a time or an interval of when the features were updated.
func (r *reader) datetime() error {
	text := r.values.Get("datetime")
	if text == "" {
		return nil
	}
	first, last, interval := strings.Cut(text, "/")
	if !interval {
		last = first
	}
	from, err := readTime(first, interval, false)
	if err != nil {
		return err
	}
	to, err := readTime(last, interval, true)
	if err != nil {
		return err
	}
	if !from.IsZero() && !to.IsZero() && to.Before(from) {
		return fmt.Errorf("%w: datetime: %.80q, want its beginning before its end", assets.ErrInvalid, text)
	}
	r.parts = append(r.parts, filter.During("updated", from, to))
	return nil
}

// readTime reads one end of an interval, or the one instant; zero is no end. A day is
// meant as a whole, in UTC.
func readTime(text string, open, last bool) (time.Time, error) {
	if open && (text == ".." || text == "") {
		return time.Time{}, nil
	}
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		if last {
			day = day.AddDate(0, 0, 1).Add(-time.Microsecond)
		}
		return day, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, fmt.Errorf("%w: datetime: %.40q, want a time such as 2026-11-24T08:00:00Z, a date, or two of these with / between, .. for no end", assets.ErrInvalid, text)
	}
	return t, nil
}

// filter reads the filter in its language and its crs.
func (r *reader) filter() error {
	crs, err := r.systems.Find("filter-crs", r.values.Get("filter-crs"))
	if err != nil {
		return err
	}
	f, err := filter.Read(filter.Language(r.values.Get("filter-lang")), r.values.Get("filter"), crs.Place())
	if err != nil {
		return err
	}
	r.parts = append(r.parts, f)
	return twin.CheckFilter(f)
}

// queryables reads parameters that are named as queryables: their features have that
// value.
func (r *reader) queryables() error {
	for _, name := range slices.Sorted(maps.Keys(r.values)) {
		if slices.Contains(Parameters(), name) || !r.queryable(name) || r.values.Get(name) == "" {
			continue
		}
		v, err := r.typed(name, r.values.Get(name))
		if err != nil {
			return err
		}
		r.parts = append(r.parts, filter.Is(name, v))
	}
	return nil
}

// typed reads a value as what the property is; one that may be anything is what the
// text looks like.
func (r *reader) typed(name, text string) (filter.Value, error) {
	number, notNumber := strconv.ParseFloat(text, 64)
	instant, notTime := time.Parse(time.RFC3339, text)
	numeric := func() bool { return twin.CheckFilter(filter.Is(name, filter.Number(0))) == nil }
	texts := func() bool { return twin.CheckFilter(filter.Is(name, filter.String(""))) == nil }
	if f, ok := r.q.Schema.find(name); ok && strings.HasPrefix(name, propertyPrefix) && f.Type == 0 {
		return filter.String(text), nil
	}
	switch {
	case numeric() && notNumber == nil:
		return filter.Number(number + 0), nil
	case numeric() && texts() && (text == "true" || text == "false"):
		return filter.Bool(text == "true"), nil
	case texts():
		return filter.String(text), nil
	case numeric():
		return filter.Value{}, fmt.Errorf("%w: %s: %.40q, want a number", assets.ErrInvalid, name, text)
	case notTime != nil:
		return filter.Value{}, fmt.Errorf("%w: %s: %.40q, want a time such as 2026-11-24T08:00:00Z", assets.ErrInvalid, name, text)
	}
	return filter.Time(instant), nil
}

// properties reads which fields are answered.
func (r *reader) properties() error {
	text := r.values.Get("properties")
	if text == "" {
		return nil
	}
	r.q.Fields = nil
	for name := range strings.SplitSeq(text, ",") {
		f, err := r.field("properties", name)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(r.q.Fields, func(g Field) bool { return g.Name == f.Name }) {
			r.q.Fields = append(r.q.Fields, *f)
		}
	}
	return nil
}

// field finds a field that a parameter names.
func (r *reader) field(parameter, name string) (*Field, error) {
	if f, ok := r.q.Schema.find(name); ok {
		return f, nil
	}
	if r.queryable(name) && !twin.Shown(name, r.who.Shows) {
		return nil, fmt.Errorf("%w: %s: you are not shown %.60q", access.ErrDenied, parameter, name)
	}
	var names []string
	for _, f := range r.q.Schema.Fields {
		names = append(names, f.Name)
	}
	return nil, fmt.Errorf("%w: %s: %.60q, want some of %s", assets.ErrInvalid, parameter, name, strings.Join(names, ", "))
}

// sortby reads what the features are ordered by: names, + or - before each.
func (r *reader) sortby() error {
	text := r.values.Get("sortby")
	if text == "" {
		return nil
	}
	for part := range strings.SplitSeq(text, ",") {
		name := strings.TrimLeft(part, "+ ") // a + that was not escaped is a blank
		descending := strings.HasPrefix(name, "-")
		name = strings.TrimPrefix(name, "-")
		if _, ok := r.q.Schema.find(name); !ok || name == rest {
			if !strings.HasPrefix(name, propertyPrefix) || !r.queryable(name) || !twin.Shown(name, r.who.Shows) {
				if _, err := r.field("sortby", name); err != nil {
					return err
				}
				return fmt.Errorf("%w: sortby: %.60q has no order", assets.ErrInvalid, name)
			}
		}
		if r.q.Order = append(r.q.Order, Key{name, descending}); len(r.q.Order) > MaxKeys {
			return fmt.Errorf("%w: sortby: more than %d names", assets.ErrInvalid, MaxKeys)
		}
	}
	return nil
}

// limit reads how many are asked for. More than the most is the most.
func (r *reader) limit() error {
	text := r.values.Get("limit")
	if text == "" {
		return nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 {
		return fmt.Errorf("%w: limit: %.40q, want a number from 1; more than %d is as many", assets.ErrInvalid, text, MaxLimit)
	}
	r.q.Limit = int(min(n, MaxLimit))
	return nil
}

func (r *reader) after() (err error) {
	if text := r.values.Get("after"); text != "" {
		r.q.After, err = parseCursor(text, len(r.q.Order))
	}
	return err
}
