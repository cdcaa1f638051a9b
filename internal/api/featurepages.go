package api

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"suhe/geo"
	"suhe/internal/access"
	"suhe/internal/features"
	"suhe/internal/format"
	"suhe/internal/ogc"
	"suhe/twin"
)

// usualColumns are what a page to browse shows of a feature if nobody says what.
var usualColumns = []string{"id", "name", "class", "area", "chainage", "state", "severity", "updated"}

// mostShown bounds the features of a page to browse, which is made in memory.
const mostShown = 1000

// browseItems answers with a page of features as HTML.
func (s *server) browseItems(w http.ResponseWriter, r *http.Request, a *featureAsk) error {
	a.Limit = min(cmp.Or(a.Limit, features.DefaultLimit), mostShown)
	page, err := a.page(r.Context())
	if err != nil {
		return err
	}
	a.describe(w.Header())
	values := r.URL.Query()
	p := ogc.ItemsPage{
		Collection: a.collection, JSON: address(r, map[string]string{"f": "json"}), Matched: page.Matched,
		Filter: values.Get("filter"), BBox: values.Get("bbox"), SortBy: values.Get("sortby"), Limit: values.Get("limit"), Next: a.next(r, page),
	}
	if values.Get("after") != "" {
		p.First = address(r, map[string]string{"after": ""})
	}
	for _, f := range format.Formats() {
		if f.Name == formGeoJSON || !a.viewer.Scope.May(access.Export) {
			continue // it comes by pages; or not at all
		}
		p.Downloads = append(p.Downloads, ogc.Step{Href: address(r, map[string]string{"f": f.Name, "after": "", "limit": ""}), Text: f.Name})
	}
	if !values.Has("properties") {
		a.keep(usualColumns)
	}
	for _, f := range a.Fields {
		p.Columns = append(p.Columns, columnOf(&f))
	}
	maker := a.Maker(a.viewer, false)
	for _, t := range page.Things {
		p.Rows = append(p.Rows, a.row(maker.Feature(t)))
	}
	return writePage(w, func(to io.Writer) error { return a.docs.WriteItems(to, p) })
}

// keep leaves of the answer's fields those of these names.
func (a *featureAsk) keep(names []string) {
	var kept []features.Field
	for _, name := range names {
		for _, f := range a.Fields {
			if f.Name == name {
				kept = append(kept, f)
			}
		}
	}
	a.Fields = kept
}

func columnOf(f *features.Field) ogc.Column {
	return ogc.Column{Name: f.Name, Title: f.Title, Unit: f.Unit}
}

func (a *featureAsk) row(f *format.Feature) ogc.Row {
	row := ogc.Row{Href: ogc.Root + "/collections/" + a.collection + "/items/" + url.PathEscape(f.ID) + "?f=html"}
	for _, v := range f.Values {
		row.Cells = append(row.Cells, shownValue(v))
	}
	return row
}

// browseItem answers with one feature as HTML.
func (s *server) browseItem(w http.ResponseWriter, r *http.Request, a *featureAsk, t *twin.Thing) error {
	a.describe(w.Header())
	f := a.Maker(a.viewer, false).Feature(t)
	p := ogc.ItemPage{Collection: a.collection, ID: f.ID, Title: f.ID, JSON: address(r, map[string]string{"f": "json"})}
	for i, field := range a.Fields {
		if f.Values[i] == nil {
			continue
		}
		p.Values = append(p.Values, ogc.ItemValue{Column: columnOf(&field), Value: shownValue(f.Values[i])})
		if name, is := f.Values[i].(string); is && field.Name == "name" && name != "" {
			p.Title = name
		}
	}
	if f.Geometry.Plane != nil {
		p.Geometry = short(string(geo.AppendWKT(nil, f.Geometry.Plane)), mostOfAGeometry)
	}
	return writePage(w, func(to io.Writer) error { return a.docs.WriteItem(to, p) })
}

// mostOfAGeometry bounds what a page shows of one, in bytes.
const mostOfAGeometry = 4 << 10

// shownValue is a value as a page shows it.
func shownValue(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'g', 7, 64)
	case time.Time:
		return v.Format(time.DateTime)
	case int64, bool:
		return fmt.Sprint(v)
	}
	text, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(text)
}

// queryables is the schema of what filters of a collection may name.
func (q *ogcAsk) queryables() (any, error) {
	collection := q.path("collection")
	kind, err := kindOf(collection, q.who)
	if err != nil {
		return nil, err
	}
	members := map[string]ogc.QueryableMember{"geometry": {Title: "几何", Description: "where it is", Format: "geometry-any", Role: "primary-geometry"}}
	for _, f := range features.SchemaOf(kind, q.s.Classes, features.Viewer{Scope: q.who.Scope, Shows: q.s.shows(q.who)}).Fields {
		if f.Queryable() {
			members[f.Name] = memberOf(&f)
		}
	}
	return q.Queryables(collection, members)
}

// memberOf is a field in JSON Schema.
func memberOf(f *features.Field) ogc.QueryableMember {
	m := ogc.QueryableMember{Title: f.Title, Description: f.Description, Enum: f.Words, Unit: f.Unit}
	switch f.Type {
	case format.Text:
		m.Type = "string"
	case format.Integer:
		m.Type = "integer"
	case format.Number:
		m.Type = "number"
	case format.Bool:
		m.Type = "boolean"
	case format.Time:
		m.Type, m.Format = "string", "date-time"
	}
	if f.Name == "id" {
		m.Role = "id"
	}
	if f.Name == "updated" {
		m.Role = "primary-instant"
	}
	return m
}
