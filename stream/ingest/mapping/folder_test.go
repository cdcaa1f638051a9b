package mapping

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"suhe/assets"
)

// shelf is a folder in a test.
type shelf struct {
	t     *testing.T
	dir   string
	f     *Folder
	lines *bytes.Buffer
	n     int
}

func newShelf(t *testing.T, files map[string]string) *shelf {
	s := &shelf{t: t, dir: t.TempDir(), lines: new(bytes.Buffer)}
	for name, text := range files {
		s.write(name, text)
	}
	var err error
	s.f, err = OpenFolder(FolderOptions{Dir: s.dir, Phenomena: assets.DefaultClasses(), Log: slog.New(slog.NewTextHandler(s.lines, nil))})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// write also changes the size, so that a file system with coarse times shows it.
func (s *shelf) write(name, text string) {
	s.n++
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text+strings.Repeat(" ", s.n)), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// has looks and compares what is used: "name value" of each.
func (s *shelf) has(want string) {
	s.t.Helper()
	if err := s.f.look(); err != nil {
		s.t.Fatal(err)
	}
	var got []string
	for _, name := range s.f.Set().Names() {
		r := s.f.Set().Posted(name).Map(Message{Payload: []byte("[1]"), Received: received})
		got = append(got, fmt.Sprint(name, " ", r.Readings[0].Value))
	}
	if strings.Join(got, ", ") != want {
		s.t.Errorf("got %q, want %q", got, want)
	}
}

func simple(scale int, topic string) string {
	way := ""
	if topic != "" {
		way = fmt.Sprintf(`"gateways":["gw-1"],"topic":%q,`, topic)
	}
	return fmt.Sprintf(`{%s"http":true,"items":"","device":{"is":"x"},"values":[{"from":"","phenomenon":"water_level","scale":%d}]}`, way, scale)
}

func TestFolderFollows(t *testing.T) {
	s := newShelf(t, map[string]string{"a.json": simple(1, ""), "b.json": "{", "readme.txt": "no mapping"})
	s.has("a 1")
	if wrong := s.f.Broken(); len(wrong) != 1 || !errors.Is(wrong[0], assets.ErrInvalid) {
		t.Errorf("broken: %v", wrong)
	}
	s.write("b.json", simple(2, ""))
	s.has("a 1, b 2")
	s.write("b.json", `{"http":`) // as when an editor is half done
	s.has("a 1, b 2")
	if files := s.f.Files(); len(files) != 2 || files[0].Broken != nil || files[1].Name != "b" || files[1].Used == nil || files[1].Broken == nil {
		t.Errorf("told of the files: %+v", files)
	}
	s.lines.Reset()
	s.has("a 1, b 2")
	if s.lines.Len() > 0 {
		t.Errorf("told again: %s", s.lines)
	}
	s.write("b.json", simple(3, ""))
	s.has("a 1, b 3")
	os.Remove(filepath.Join(s.dir, "a.json"))
	s.has("b 3")
}

// Of two that take the same topics the older one stays.
func TestFolderKeepsOneMeaningOfATopic(t *testing.T) {
	s := newShelf(t, map[string]string{"b.json": simple(1, "water/#")})
	s.write("a.json", simple(2, "+/up"))
	s.has("b 1")
	s.write("a.json", simple(2, "air/+"))
	s.has("a 2, b 1")
	s.write("b.json", simple(3, "+/up"))
	s.has("a 2, b 1")
	if m := s.f.Set().Of("gw-1", []string{"air", "x"}); m == nil || m.Name != "a" {
		t.Errorf("air/x goes to %v", m)
	}
	for _, nobody := range [][]string{{"noise"}, {"air"}, nil} {
		if m := s.f.Set().Of("gw-1", nobody); m != nil {
			t.Errorf("%v goes to %s", nobody, m.Name)
		}
	}
	if m := s.f.Set().Of("gw-2", []string{"air", "x"}); m != nil {
		t.Errorf("a stranger's topic goes to %s", m.Name)
	}
}

func TestNoFolder(t *testing.T) {
	_, err := OpenFolder(FolderOptions{Dir: filepath.Join(t.TempDir(), "none"), Phenomena: assets.DefaultClasses()})
	if !errors.Is(err, assets.ErrInvalid) {
		t.Errorf("got %v", err)
	}
}
