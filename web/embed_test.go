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

// A built page names only files that are embedded with it, and nothing elsewhere.
func TestIndexNamesOnlyWhatIsThere(t *testing.T) {
	page, err := fs.ReadFile(Files(), "index.html")
	if err != nil {
		if left, _ := fs.Glob(Files(), "static/*"); len(left) > 0 {
			t.Fatalf("index.html: %v, but static holds %d files: a broken build", err, len(left))
		}
		return // not built yet: a state that the server knows how to tell
	}
	for _, attr := range []string{`src="`, `href="`} {
		for _, rest := range strings.Split(string(page), attr)[1:] {
			link, _, _ := strings.Cut(rest, `"`)
			name, ours := strings.CutPrefix(link, "/")
			if !ours || strings.HasPrefix(name, "/") {
				t.Errorf("link %q: want one of our own, from /", link)
				continue
			}
			if _, err := fs.Stat(Files(), name); err != nil {
				t.Errorf("link %q: %v", link, err)
			}
		}
	}
}
