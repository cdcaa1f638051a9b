package bench

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestCrowdAsks(t *testing.T) {
	files := map[string][]byte{"/a": []byte("aaaa"), "/b": []byte(strings.Repeat("b", 100_000))}
	plain := fromMap(files)
	addr, end, err := listen(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"tag of `+r.URL.Path+`"`)
		if r.Header.Get("If-None-Match") == `"tag of `+r.URL.Path+`"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		plain.ServeHTTP(w, r)
	}))
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	whole, had, err := requestsFor(t.Context(), addr, []string{"/a", "/b"})
	if err != nil {
		t.Fatal(err)
	}
	for want, requests := range map[int][][]byte{http.StatusOK: whole, http.StatusNotModified: had} {
		c, err := newCrowd(t.Context(), addr, 3, requests, want)
		if err != nil {
			t.Fatal(err)
		}
		n, took, err := c.ask(t.Context(), 50*time.Millisecond)
		if err != nil || n == 0 || took < 50*time.Millisecond {
			t.Errorf("%d answers of status %d in %v: %v", n, want, took, err)
		}
		c.want = http.StatusTeapot
		if _, _, err := c.ask(t.Context(), time.Second); err == nil {
			t.Error("a wrong status passes")
		}
		c.close()
	}
}

func TestCounter(t *testing.T) {
	text := []byte("# HELP a_total x\na_total{result=\"applied\"} 12\na_total{result=\"late\"} 3\nb 1.5e+06\n")
	for name, want := range map[string]float64{`a_total{result="applied"}`: 12, "b": 1.5e6} {
		if got, err := counter(text, name); err != nil || got != want {
			t.Errorf("%s: %v, %v; want %v", name, got, err, want)
		}
	}
	if _, err := counter(text, "c"); err == nil {
		t.Error("a counter that is not there")
	}
}

func TestMemory(t *testing.T) {
	if n, err := memory("self", "VmRSS"); err != nil || n < 1<<20 {
		t.Errorf("%d bytes: %v", n, err)
	}
	if _, err := memory("self", "VmNothing"); err == nil {
		t.Error("a field that is not there")
	}
}
