package api

import (
	"net/http"

	"suhe/docs"
)

// The documents of the API are for everybody: they tell what doors there are, not
// what is behind them, and so does the source.

const openAPIType = "application/vnd.oai.openapi+json;version=3.0"

func (s *server) openAPI(w http.ResponseWriter, _ *http.Request) error {
	return document(w, openAPIType, docs.OpenAPI())
}

func (s *server) asyncAPI(w http.ResponseWriter, _ *http.Request) error {
	return document(w, "application/vnd.aai.asyncapi+json;version=3.0.0", docs.AsyncAPI())
}

func document(w http.ResponseWriter, kind string, text []byte) error {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(text) // the caller may be gone: nothing left to say
	return nil
}
