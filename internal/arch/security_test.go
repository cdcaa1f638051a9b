package arch

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A control is worth what its test shows: docs/security.md names tests that exist,
// and some for every control.
func TestSecurityPageNamesTests(t *testing.T) {
	page, err := os.ReadFile("../../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	there := tests(t)
	named := regexp.MustCompile("`((?:Test|Fuzz)\\w+)`")
	for _, name := range named.FindAllStringSubmatch(string(page), -1) {
		if !there[name[1]] {
			t.Errorf("docs/security.md names %s, which is no test", name[1])
		}
	}
	row := regexp.MustCompile(`^\| (8\.|API)`)
	for line := range strings.Lines(string(page)) {
		if row.MatchString(line) && !named.MatchString(line) {
			t.Errorf("no test shows: %s", line)
		}
	}
}

// tests are the names of all tests and fuzz targets.
func tests(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	function := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	err := filepath.WalkDir("../..", func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.IsDir() && (e.Name() == "node_modules" || e.Name() == ".git") {
			return fs.SkipDir
		}
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, name := range function.FindAllStringSubmatch(string(text), -1) {
			out[name[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
