package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/audit"
	"suhe/internal/features"
	"suhe/internal/format"
	"suhe/internal/ogc"
)

// featureAsk is a request for features, read.
type featureAsk struct {
	*features.Question
	viewer     features.Viewer
	world      features.World
	docs       ogc.Documents
	collection string
	form       string
}

// formGeoJSON is the form of pages that programs read.
const formGeoJSON = "geojson"

// items answers with features of a collection: a page of them as GeoJSON or to
// browse, or all of them as a file.
func (s *server) items(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	var forms []string // the first is GeoJSON
	for _, f := range format.Formats() {
		forms = append(forms, f.Name)
	}
	a, err := s.askFeatures(r, who, forms, "f", "encoding", "form")
	if err != nil {
		return err
	}
	if err := s.viewingAll(r, a); err != nil {
		return err
	}
	switch a.form {
	case formGeoJSON:
		return s.itemsPage(w, r, a)
	case formHTML:
		return s.browseItems(w, r, a)
	}
	return s.download(w, r, who, a)
}

// askFeatures reads a request for features. "json" is another name for GeoJSON.
func (s *server) askFeatures(r *http.Request, who access.Principal, forms []string, others ...string) (*featureAsk, error) {
	v, err := s.views(r.Context(), who)
	if err != nil {
		return nil, err
	}
	a := &featureAsk{viewer: features.Viewer{Scope: who.Scope, Shows: s.shows(who)}, world: v.Features, collection: r.PathValue("collection")}
	kind, err := kindOf(a.collection, who)
	if err != nil {
		return nil, err
	}
	if a.form, err = formOf(r, append(forms, "json")...); err != nil {
		return nil, err
	}
	if a.form == "json" {
		a.form = formGeoJSON
	}
	a.Question, err = features.SchemaOf(kind, s.Classes, a.viewer).Read(r.URL.Query(), s.systems, a.viewer, others...)
	if err != nil {
		return nil, err
	}
	a.docs, err = s.documents(r, who)
	return a, err
}

// kindOf is what a collection of features is of. One that the caller may see nothing
// of is there and empty, but of what moves.
func kindOf(collection string, who access.Principal) (assets.Kind, error) {
	kind, ok := assets.KindOfLayer(collection)
	if !ok || kind == assets.Mover && !who.Scope.SeesMovers() {
		return "", fmt.Errorf("collection: %w: %.40q", assets.ErrNotFound, collection)
	}
	return kind, nil
}

// viewingAll records that somebody is about to see where movers are.
func (s *server) viewingAll(r *http.Request, a *featureAsk) error {
	if a.Schema.Kind != assets.Mover {
		return nil
	}
	return s.Recorder.Viewed(r.Context(), entry(r.Context(), audit.MoverView, "collection "+a.collection, audit.Done, nil))
}

// describe sets the headers that all answers with features have.
func (a *featureAsk) describe(h http.Header) {
	browsable(h)
	h.Set("Content-Crs", "<"+a.CRS.URI+">")
}

// itemsPage answers with a page as GeoJSON. Features are written as they are made.
func (s *server) itemsPage(w http.ResponseWriter, r *http.Request, a *featureAsk) error {
	page, err := a.page(r.Context())
	if err != nil {
		return err
	}
	a.describe(w.Header())
	w.Header().Set("Content-Type", mediaOf(formGeoJSON))
	if r.Method == http.MethodHead {
		return nil
	}
	head := a.Head()
	head.Tail = func() ([]byte, error) {
		return json.Marshal(a.docs.Answer(ogc.Page{Collection: a.collection, Self: address(r, nil), Next: a.next(r, page),
			HTML: address(r, map[string]string{"f": formHTML}), Returned: len(page.Things), Matched: page.Matched, At: time.Now()}))
	}
	out, err := format.New(formGeoJSON, w, head)
	if err != nil {
		return err
	}
	defer out.Discard()
	maker := a.Maker(a.viewer, false)
	for _, t := range page.Things {
		if err := out.Write(maker.Feature(t)); err != nil {
			return s.cut(a.collection, a.form, err)
		}
	}
	if err := out.Close(); err != nil {
		return s.cut(a.collection, a.form, err)
	}
	return nil
}

// What may be looked at for an answer is bounded by time: a filter may be long, and
// what there is much.
const (
	pagePatience     = 10 * time.Second
	downloadPatience = 15 * time.Minute
)

// page finds the page that is asked for.
func (a *featureAsk) page(ctx context.Context) (features.Page, error) {
	ctx, cancel := context.WithTimeout(ctx, pagePatience)
	defer cancel()
	return a.Page(ctx, a.world, a.viewer)
}

// cut ends an answer that is under way and cannot be finished, so that nobody takes
// it for whole.
func (s *server) cut(collection, form string, err error) error {
	s.Log.Info("answer cut", "collection", collection, "form", form, "err", err)
	panic(http.ErrAbortHandler)
}

// next is the address of the next page, from the path on; "" if there is none.
func (a *featureAsk) next(r *http.Request, p features.Page) string {
	if p.Next == nil {
		return ""
	}
	return address(r, map[string]string{"after": p.Next.String()})
}

// address is that of the request, from the path on, with other values of parameters;
// an empty one is none.
func address(r *http.Request, with map[string]string) string {
	values := r.URL.Query()
	for name, value := range with {
		if values.Set(name, value); value == "" {
			values.Del(name)
		}
	}
	u := url.URL{Path: r.URL.Path, RawQuery: values.Encode()}
	return u.String()
}

// maxDownloads bounds the files that are made at once: each takes a processor.
const maxDownloads = 4

// oneFile takes one of the places where files are made; done gives it back.
func (s *server) oneFile() (done func(), err error) {
	select {
	case s.downloads <- struct{}{}:
		return func() { <-s.downloads }, nil
	default:
		return nil, fmt.Errorf("%w: %d files are being made, as many as may be at once", assets.ErrBusy, maxDownloads)
	}
}

// download answers with a file: of all that the question asks for, unless it says how
// many it wants.
func (s *server) download(w http.ResponseWriter, r *http.Request, who access.Principal, a *featureAsk) error {
	if !who.Scope.May(access.Export) {
		return access.Denied(who, access.Export)
	}
	f, err := format.Find(a.form)
	if err != nil {
		return err
	}
	done, err := s.oneFile()
	if err != nil {
		return err
	}
	defer done()
	values := r.URL.Query()
	head := a.Head()
	head.Encoding, head.Form = values.Get("encoding"), values.Get("form")
	file := newUnhurried(w, f.Media, "suhe-"+a.collection+f.Suffix)
	if head.Encoding != "" {
		file.media += "; charset=" + head.Encoding
	}
	out, err := format.New(a.form, file, head)
	if err != nil {
		return err
	}
	defer out.Discard()
	a.describe(w.Header())
	if r.Method == http.MethodHead {
		file.begin()
		return nil
	}
	detail := map[string]string{"form": a.form, "query": short(r.URL.RawQuery, maxDetail)}
	err = s.doing(r.Context(), audit.AssetExport, "collection "+a.collection, detail, func() error { return a.write(r.Context(), out) })
	if err != nil && file.begun {
		return s.cut(a.collection, a.form, err)
	}
	return err
}

// write writes all features of the answer.
func (a *featureAsk) write(ctx context.Context, out format.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, downloadPatience)
	defer cancel()
	maker := a.Maker(a.viewer, a.form != "geojsonseq")
	for t, err := range a.Each(ctx, a.world, a.viewer) {
		if err == nil {
			err = out.Write(maker.Feature(t))
		}
		if err != nil {
			return err
		}
	}
	return out.Close()
}
