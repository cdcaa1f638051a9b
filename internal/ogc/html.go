package ogc

import (
	"embed"
	"encoding/json"
	"html/template"
	"io"
	"maps"
	"slices"
	"strings"
)

//go:embed pages
var pages embed.FS

// Style is the style sheet of the pages.
func Style() []byte {
	css, err := pages.ReadFile("pages/style.css")
	if err != nil {
		panic(err) // it is embedded
	}
	return css
}

// StylePath is where it lies below the landing page.
const StylePath = "/style.css"

// templates are the pages by the name of their body's file.
var templates = func() map[string]*template.Template {
	out := map[string]*template.Template{}
	for _, name := range []string{"document", "items", "item"} {
		out[name] = template.Must(template.ParseFS(pages, "pages/layout.html", "pages/"+name+".html"))
	}
	return out
}()

// Step is a link with its text.
type Step struct{ Href, Text string }

// frame is what all pages have.
type frame struct {
	Title, About, Attribution string
	Style, JSON               string // addresses
	Trail                     []Step
}

// frame makes it for a page at the path below the landing page; json is the address
// of the same as JSON.
func (d Documents) frame(path, title, about, json string) frame {
	f := frame{Title: title, About: about, Attribution: d.dataset.Attribution, Style: d.root() + StylePath, JSON: json,
		Trail: []Step{{d.host + "/", "地图 Map"}, {d.root() + "?f=html", "数据 Data"}}}
	below := ""
	for step := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		if step != "" {
			below += "/" + step
			f.Trail = append(f.Trail, Step{d.root() + below + "?f=html", titleAt(step)})
		}
	}
	return f
}

// collectionRow is one collection in the list.
type collectionRow struct{ Title, About, Page, Items string }

// memberRow is one property that filters may name.
type memberRow struct {
	Name string
	QueryableMember
}

// documentPage is a document to browse.
type documentPage struct {
	frame
	Links       []Link
	Collections []collectionRow
	Members     []memberRow
	Operations  []Operation
	Text        string
}

// WriteDocument writes a document of this package, which lies at the path below the
// landing page, as HTML.
func (d Documents) WriteDocument(w io.Writer, path string, doc any) error {
	p := documentPage{frame: d.frame(path, titleAt(path), "", d.root()+path+"?f=json")}
	switch doc := doc.(type) {
	case Landing:
		p.Title, p.About, p.Links = doc.Title, doc.Description, doc.Links
	case Collections:
		for i := range doc.Collections {
			p.Collections = append(p.Collections, d.row(&doc.Collections[i]))
		}
	case Collection:
		p.Title, p.About, p.Links = doc.Title, doc.Description, doc.Links
		p.Text = strings.Join(doc.CRS, "\n")
	case QueryableSchema:
		p.Title = doc.Title
		for _, name := range slices.Sorted(maps.Keys(doc.Properties)) {
			p.Members = append(p.Members, memberRow{name, doc.Properties[name]})
		}
	case API:
		p.Operations = doc.Operations
	case Conformance:
		p.Text = strings.Join(doc.ConformsTo, "\n")
	default:
		text, err := json.MarshalIndent(doc, "", "  ")
		if err != nil {
			return err
		}
		p.Text = string(text)
	}
	p.Links = d.browsed(p.Links)
	return templates["document"].ExecuteTemplate(w, "layout.html", p)
}

func (d Documents) row(c *Collection) collectionRow {
	row := collectionRow{Title: c.Title, About: c.Description, Page: d.root() + "/collections/" + c.ID + "?f=html"}
	if c.ItemType != "" {
		row.Items = d.root() + "/collections/" + c.ID + "/items?f=html"
	}
	return row
}

// browsed are the links of a document that a page of it shows: each address once, but
// its own, and of ours the pages to browse.
func (d Documents) browsed(links []Link) (out []Link) {
	shown := map[string]bool{}
	for _, l := range links {
		if l.Rel == relSelf || l.Rel == relAlternate || shown[l.Href] {
			continue
		}
		shown[l.Href] = true
		ours := strings.HasPrefix(l.Href, d.root()) && !strings.Contains(l.Href, "?")
		if ours && !l.Templated && (l.Type == typeJSON || l.Type == typeSchema) {
			l.Href += "?f=html"
		}
		out = append(out, l)
	}
	return out
}

// titleAt is the title of a document that tells none.
func titleAt(path string) string {
	last := path[strings.LastIndex(path, "/")+1:]
	if title := map[string]string{
		"api": "接口 API", "conformance": "符合性声明 Conformance", "collections": "数据集 Collections", "items": "要素 Features", "queryables": "字段 Queryables",
		"tiles": "瓦片集 Tilesets", "tileMatrixSets": "瓦片矩阵集 Tile matrix sets",
	}[last]; title != "" {
		return title
	}
	return last
}

// Column is one column of a page of features.
type Column struct{ Name, Title, Unit string }

// Row is one feature in it.
type Row struct {
	Href  string
	Cells []string // in the order of the columns
}

// ItemsPage is a page of features to browse.
type ItemsPage struct {
	Collection                         string
	JSON                               string // address of the same, from the path on; of others below too
	Filter, BBox, SortBy, Limit, First string
	Next                               string
	Matched                            int // -1: not known
	Columns                            []Column
	Rows                               []Row
	Downloads                          []Step
}

// WriteItems writes a page of features as HTML.
func (d Documents) WriteItems(w io.Writer, p ItemsPage) error {
	c, err := d.Collection(p.Collection)
	if err != nil {
		return err
	}
	path := "/collections/" + p.Collection + "/items"
	return templates["items"].ExecuteTemplate(w, "layout.html", struct {
		frame
		ItemsPage
		JSON, Path string
	}{d.frame(path, c.Title, c.Description, ""), p, d.host + p.JSON, d.root() + path})
}

// ItemValue is one property of a feature.
type ItemValue struct {
	Column
	Value string
}

// ItemPage is one feature to browse.
type ItemPage struct {
	Collection, ID, Title string
	JSON                  string // address of the same, from the path on
	Values                []ItemValue
	Geometry              string
}

// WriteItem writes a feature as HTML.
func (d Documents) WriteItem(w io.Writer, p ItemPage) error {
	return templates["item"].ExecuteTemplate(w, "layout.html", struct {
		frame
		ItemPage
		Title, JSON string
	}{d.frame("/collections/"+p.Collection+"/items/"+p.ID, p.Title, "", ""), p, p.Title, d.host + p.JSON})
}
