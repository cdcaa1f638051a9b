package api

import (
	"bytes"
	"compress/gzip"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
)

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
	w.Header().Add("Vary", "Accept-Encoding")
	if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") || r.Header.Get("Range") != "" {
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
