package ogc

import "time"

// QueryableSchema is the JSON Schema of what filters of a collection may name
// (Features part 3).
type QueryableSchema struct {
	Schema     string                     `json:"$schema"`
	ID         string                     `json:"$id"`
	Type       string                     `json:"type"`
	Title      string                     `json:"title"`
	Properties map[string]QueryableMember `json:"properties"`
	Others     map[string]QueryableMember `json:"patternProperties,omitempty"`
	Additional bool                       `json:"additionalProperties"`
}

// QueryableMember is one property in it.
type QueryableMember struct {
	Title       string   `json:"title,omitempty"`
	Description string   `json:"description,omitempty"`
	Type        string   `json:"type,omitempty"`
	Format      string   `json:"format,omitempty"`
	Enum        []string `json:"enum,omitempty"`
	Unit        string   `json:"x-ogc-unit,omitempty"` // UCUM
	Role        string   `json:"x-ogc-role,omitempty"`
}

// Queryables completes the schema of a collection; one that does not exist is
// assets.ErrNotFound.
func (d Documents) Queryables(collection string, members map[string]QueryableMember) (QueryableSchema, error) {
	c, err := d.Collection(collection)
	if err != nil {
		return QueryableSchema{}, err
	}
	return QueryableSchema{
		Schema: "https://json-schema.org/draft/2020-12/schema", ID: d.root() + "/collections/" + collection + "/queryables",
		Type: "object", Title: c.Title, Properties: members,
		Others: map[string]QueryableMember{`^properties\.`: {Description: "any other property of the asset"}},
	}, nil
}

// Answer is what stands in a collection of features beside them.
type Answer struct {
	Links    []Link    `json:"links"`
	At       time.Time `json:"timeStamp"`
	Matched  *int      `json:"numberMatched,omitempty"`
	Returned int       `json:"numberReturned"`
}

// Page is which page of a collection's features is answered: the addresses of itself
// and of the next, from the path on; no next, if it is the last.
type Page struct {
	Collection string
	Self, Next string
	HTML       string // address of the same page to browse
	Returned   int
	Matched    int // -1: not known
	At         time.Time
}

// Answer is the part of the document of a page that is no feature.
func (d Documents) Answer(p Page) Answer {
	a := Answer{At: p.At.UTC().Truncate(time.Second), Returned: p.Returned, Links: []Link{
		{Href: d.host + p.Self, Rel: relSelf, Type: typeGeoJSON, Title: "This page"},
		{Href: d.host + p.HTML, Rel: relAlternate, Type: typeHTML, Title: "This page, to browse"},
		d.link(relCollection, "/collections/"+p.Collection, "The collection"),
	}}
	if p.Matched >= 0 {
		a.Matched = &p.Matched
	}
	if p.Next != "" {
		a.Links = append(a.Links, Link{Href: d.host + p.Next, Rel: relNext, Type: typeGeoJSON, Title: "The next page"})
	}
	return a
}

// ItemLinks are the links of a single feature at that address, from the path on.
func (d Documents) ItemLinks(collection, self, html string) []Link {
	return []Link{
		{Href: d.host + self, Rel: relSelf, Type: typeGeoJSON, Title: "This feature"},
		{Href: d.host + html, Rel: relAlternate, Type: typeHTML, Title: "This feature, to browse"},
		d.link(relCollection, "/collections/"+collection, "The collection"),
	}
}
