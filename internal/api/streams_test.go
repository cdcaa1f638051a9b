package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/internal/api"
	"suhe/stream"
	"suhe/twin"
)

// nothing is a world without things.
type nothing struct{}

func (nothing) Look(dst []*twin.Thing, _ []assets.Kind, _ orb.Bound) ([]*twin.Thing, uint64) {
	return dst, 1
}
func (nothing) Shown() uint64           { return 1 }
func (nothing) Position() twin.Position { return twin.Position{Epoch: 1} }

// A stream of events that cannot be is refused as every request is, with a problem
// that names what is wrong.
func TestBadEventStreamsAreProblems(t *testing.T) {
	r := open()
	d := deps(r, nil)
	d.Live.Streams = stream.New(stream.Options{World: nothing{}})
	h := api.New(d)
	for _, test := range []struct{ query, last, want string }{
		{"", "", "layers: none"},
		{"?layers=cats&bbox=1,1,2,2", "", "cats"},
		{"?layers=sensors&bbox=1,1,2,2&colour=red", "", "unknown parameter"},
		{"?layers=sensors&bbox=1,1,2,2", "yesterday", "Last-Event-ID"},
	} {
		w := ask(h, http.MethodGet, "/v1/events"+test.query, "", "Last-Event-ID", test.last)
		if w.Code != http.StatusBadRequest || w.Header().Get("Content-Type") != "application/problem+json" || !strings.Contains(w.Body.String(), test.want) {
			t.Errorf("%q: %d %s %s, want %q", test.query, w.Code, w.Header().Get("Content-Type"), w.Body, test.want)
		}
	}
}
