package tiles

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"suhe/assets"
	"suhe/internal/access"
)

// ServeTile answers with the tile of an address; see ParseRequest. 200 with the
// tile, 204 for one without features, 304 if the caller has it already. An error
// that it returns has not been answered: assets.ErrInvalid, assets.ErrNotFound,
// the context's, or one of our own.
//
// A tile may always be kept, never be used without asking: whether it is still
// true is told by the ETag, mostly without a render.
func (s *Server) ServeTile(w http.ResponseWriter, r *http.Request, who access.Principal, a Address) error {
	q, err := parseQuery(r, a, who.Scope)
	if err != nil {
		return err
	}
	t, err := s.Tile(r.Context(), q)
	if err != nil {
		return err
	}
	h := w.Header()
	if t.Left > 0 {
		h.Set("Suhe-Truncated", strconv.Itoa(t.Left))
	}
	if len(t.Data) == 0 {
		return serve(w, r, body{etag: t.ETag, status: http.StatusNoContent})
	}
	h.Set("Content-Type", "application/vnd.mapbox-vector-tile")
	return serve(w, r, body{data: t.Data, gzip: t.Gzip, etag: t.ETag, status: http.StatusOK})
}

// parseQuery parses the query only if there is one, and not one that is too long.
func parseQuery(r *http.Request, a Address, scope access.Scope) (Request, error) {
	if r.URL.RawQuery == "" {
		return ParseRequest(a, nil, scope)
	}
	if len(r.URL.RawQuery) > maxQuery {
		return Request{}, fmt.Errorf("query: %w: %d bytes, want at most %d", assets.ErrInvalid, len(r.URL.RawQuery), maxQuery)
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return Request{}, fmt.Errorf("query: %w: %w", assets.ErrInvalid, err)
	}
	return ParseRequest(a, query, scope)
}

// maxQuery is room for the longest filter with every byte escaped.
const maxQuery = 32 << 10

// body is an answer that the caller may have already.
type body struct {
	data, gzip []byte
	etag       string
	status     int
}

// serve writes the answer in the encoding that the caller takes, or 304. Each
// encoding has an ETag of its own, since a strong one stands for exact bytes;
// the caller may ask with any of them.
func serve(w http.ResponseWriter, r *http.Request, b body) error {
	h := w.Header()
	h.Set("Cache-Control", "private, no-cache")
	h.Set("Vary", "Accept-Encoding")
	data, tag := b.data, b.etag
	if b.gzip != nil && AcceptsGzip(r.Header.Values("Accept-Encoding")) {
		data, tag = b.gzip, b.etag+gzipMark
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("ETag", `"`+tag+`"`)
	if hasTag(r.Header.Values("If-None-Match"), b.etag) {
		h.Del("Content-Type")
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	if b.status != http.StatusNoContent {
		h.Set("Content-Length", strconv.Itoa(len(data)))
	}
	w.WriteHeader(b.status)
	if r.Method != http.MethodHead {
		w.Write(data) // the caller may be gone; nobody else would care
	}
	return nil
}

// gzipMark ends the ETag of compressed bytes; no other ETag holds a full stop.
const gzipMark = ".gz"

// hasTag says whether If-None-Match (RFC 9110, 13.1.2) names the content.
func hasTag(values []string, etag string) bool {
	for _, v := range values {
		for _, tag := range strings.Split(v, ",") {
			tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
			if tag == "*" || strings.TrimSuffix(strings.Trim(tag, `"`), gzipMark) == etag {
				return true
			}
		}
	}
	return false
}

// AcceptsGzip reads Accept-Encoding (RFC 9110, 12.5.3): gzip or * without a
// weight of zero; gzip's own word counts more than that of *.
func AcceptsGzip(values []string) bool {
	any := false
	for _, v := range values {
		for _, part := range strings.Split(v, ",") {
			name, params, _ := strings.Cut(part, ";")
			takes := !refuses(params)
			switch strings.ToLower(strings.TrimSpace(name)) {
			case "gzip", "x-gzip":
				return takes
			case "*":
				any = takes
			}
		}
	}
	return any
}

// refuses says whether the parameters hold a weight of zero.
func refuses(params string) bool {
	for _, p := range strings.Split(params, ";") {
		name, value, _ := strings.Cut(p, "=")
		if strings.EqualFold(strings.TrimSpace(name), "q") {
			q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			return err == nil && q == 0
		}
	}
	return false
}
