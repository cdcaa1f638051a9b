package door

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// ErrOrigin is the kind of every refusal of a page of another origin.
var ErrOrigin = errors.New("origin refused")

// Origins are the pages of other hosts that may ask, each exactly as a browser
// names it. The zero Origins allow our own pages alone.
type Origins struct{ list []string }

// ParseOrigins reads origins like https://map.example or http://10.0.0.1:8080.
func ParseOrigins(texts []string) (Origins, error) {
	for _, text := range texts {
		u, err := url.Parse(text)
		if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || strings.Contains(u.Host, "*") ||
			text != u.Scheme+"://"+strings.ToLower(u.Host) {
			return Origins{}, fmt.Errorf("%q, want scheme and host alone, like https://map.example", text)
		}
	}
	return Origins{slices.Clone(texts)}, nil
}

// Check refuses a request that a page of another origin sends, with an error that
// wraps ErrOrigin. Programs send no Origin and are let in: they carry no cookie
// that a browser would add for them.
//
// Beyond the Origin header it asks http.CrossOriginProtection, which knows what
// browsers say of a request that changes something (Sec-Fetch-Site).
func (o Origins) Check(r *http.Request) error {
	if origin := r.Header.Get("Origin"); origin != "" && !o.allow(r, origin) {
		return fmt.Errorf("%w: %.80q is none of ours: --origin allows it", ErrOrigin, origin)
	}
	if o.Foreign(r) {
		return nil // allowed, by name
	}
	if err := new(http.CrossOriginProtection).Check(r); err != nil {
		return fmt.Errorf("%w: %w", ErrOrigin, err)
	}
	return nil
}

func (o Origins) allow(r *http.Request, origin string) bool {
	return origin == Base(r) || slices.Contains(o.list, origin)
}

// Foreign says whether the request comes from a listed page of another origin.
func (o Origins) Foreign(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	return origin != "" && origin != Base(r) && slices.Contains(o.list, origin)
}

// What a listed page may send, and read of the answer (CORS).
const (
	corsMethods = "GET, HEAD, POST, PUT, PATCH, DELETE"
	corsHeaders = "Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, Last-Event-ID, Suhe-Purpose, Suhe-Incident"
	corsShown   = "ETag, Location, Retry-After"
	corsSeconds = "600"
)

// Answer adds to the answer what a listed page's browser wants to hear. It says
// whether the request only asked for that (a preflight), and is answered now.
func (o Origins) Answer(w http.ResponseWriter, r *http.Request) (answered bool) {
	header := w.Header()
	if len(o.list) > 0 {
		header.Add("Vary", "Origin")
	}
	if !o.Foreign(r) {
		return false
	}
	header.Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
	header.Set("Access-Control-Expose-Headers", corsShown)
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	header.Set("Access-Control-Allow-Methods", corsMethods)
	header.Set("Access-Control-Allow-Headers", corsHeaders)
	header.Set("Access-Control-Max-Age", corsSeconds)
	w.WriteHeader(http.StatusNoContent)
	return true
}
