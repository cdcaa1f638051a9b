package web

import (
	"io/fs"
	"strings"
	"testing"
)

func TestFilesAreRootedAtDist(t *testing.T) {
	if _, err := fs.Stat(Files(), "."); err != nil {
		t.Fatalf("root: %v", err)
	}
	if _, err := fs.Stat(Files(), "dist"); err == nil {
		t.Error("dist is still in the path")
	}
}

// Each built page names only files that are embedded with it, and nothing elsewhere.
func TestPagesNameOnlyWhatIsThere(t *testing.T) {
	pages, err := fs.Glob(Files(), "*.html")
	if err != nil {
		t.Fatal(err)
	}
	if len(pages) == 0 {
		if left, _ := fs.Glob(Files(), "static/*"); len(left) > 0 {
			t.Fatalf("no page, but static holds %d files: a broken build", len(left))
		}
		return // not built yet: a state that the server knows how to tell
	}
	for _, page := range pages {
		text, err := fs.ReadFile(Files(), page)
		if err != nil {
			t.Fatal(err)
		}
		for _, attr := range []string{`src="`, `href="`} {
			for _, rest := range strings.Split(string(text), attr)[1:] {
				link, _, _ := strings.Cut(rest, `"`)
				name, ours := strings.CutPrefix(link, "/")
				if !ours || strings.HasPrefix(name, "/") {
					t.Errorf("%s: link %q: want one of our own, from /", page, link)
					continue
				}
				if _, err := fs.Stat(Files(), name); err != nil {
					t.Errorf("%s: link %q: %v", page, link, err)
				}
			}
		}
	}
}
