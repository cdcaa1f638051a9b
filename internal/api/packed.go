package api

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzhttp"

	"suhe/tiles"
)

// What is packed as it is answered.
const (
	packFrom = 1024 // bytes: less fits in one packet anyway
	// noise is up to so many bytes at random, so that the length of what is packed tells
	// nobody what is in it besides what he wrote himself (BREACH).
	noise = 32
)

// pack lets answers go as gzip to who takes that: texts, as they are written, of which no
// more is held than gzip's window. Tiles and the page's files come packed already and stay
// as they are. An ETag stays too: here it is the number of a revision, by which it is edited,
// and stands for what is said, not for its bytes.
func pack(next http.Handler) http.Handler {
	wrap, err := gzhttp.NewWrapper(gzhttp.MinSize(packFrom), gzhttp.EnableZstd(false), gzhttp.ContentTypeFilter(isText), gzhttp.RandomJitter(noise, -1, false))
	if err != nil {
		panic(fmt.Sprintf("gzhttp: %v", err)) // of our own numbers
	}
	packing := wrap(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if unending[r.URL.Path] {
			next.ServeHTTP(w, r)
			return
		}
		packing(w, r)
	})
}

// unending are the addresses of answers that do not end: each word goes at once.
var unending = map[string]bool{"/v1/stream": true, "/v1/events": true}

// isText says whether gzip makes a medium smaller. Pictures and archives are packed by themselves.
func isText(contentType string) bool {
	medium, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return false
	}
	kind, name, _ := strings.Cut(medium, "/")
	if kind == "text" {
		return true
	}
	for _, ending := range []string{"json", "json-seq", "xml", "yaml"} {
		if strings.HasSuffix(name, ending) {
			return kind == "application" || kind == "image" // which is SVG
		}
	}
	return false
}

// packed keeps the page's scripts and styles as gzip, each from when it is first asked
// for: a phone on a weak network waits for every byte. The zero value is ready.
type packed struct {
	mu    sync.Mutex
	files map[string][]byte
}

// packable are the endings of what gzip makes smaller.
var packable = map[string]bool{".js": true, ".css": true, ".svg": true, ".html": true, ".webmanifest": true}

// get is the file as gzip; nil if it is no smaller by that.
func (p *packed) get(pages fs.FS, name string) ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if data, ok := p.files[name]; ok {
		return data, nil
	}
	plain, err := fs.ReadFile(pages, name)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // fails for unknown levels only
	z.Write(plain)                                        // a bytes.Buffer takes all
	z.Close()
	data := b.Bytes()
	if len(data) >= len(plain) {
		data = nil
	}
	if p.files == nil {
		p.files = make(map[string][]byte)
	}
	p.files[name] = data
	return data, nil
}

// servePacked answers with the file as gzip, if the caller takes that and it is worth it.
func (s *server) servePacked(w http.ResponseWriter, r *http.Request, name string) (done bool, err error) {
	if !packable[path.Ext(name)] {
		return false, nil
	}
	if !tiles.AcceptsGzip(r.Header.Values("Accept-Encoding")) || r.Header.Get("Range") != "" {
		return false, nil
	}
	data, err := s.packed.get(s.Site.Pages, name)
	if err != nil || data == nil {
		return false, err
	}
	h := w.Header()
	h.Set("Content-Encoding", "gzip")
	h.Set("Content-Type", typeOf(name))
	if r.Method != http.MethodHead {
		_, _ = w.Write(data) // who left gets no more
	}
	return true, nil
}

// typeOf is the media type of a page's file: the machine's own table may not have it.
func typeOf(name string) string {
	switch path.Ext(name) {
	case ".webmanifest":
		return "application/manifest+json"
	case ".js":
		return "text/javascript; charset=utf-8"
	}
	return mime.TypeByExtension(path.Ext(name))
}
