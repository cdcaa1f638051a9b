package assets_test

import (
	"errors"
	"strings"
	"testing"

	"suhe/assets"
)

var idTable = []struct {
	text string
	want string // part of the error; "" is good
}{
	{"lamp-000123", ""}, {"osm:way:12", ""}, {"a", ""}, {"9.x_Y", ""}, {strings.Repeat("a", 128), ""},
	{"", "empty"}, {strings.Repeat("a", 129), "129 bytes"}, {"-a", "begins with"}, {":a", "begins with"},
	{"路灯", "'路' at byte 0"}, {"a b", "' ' at byte 1"}, {"a/b", "at byte 1"}, {"a+", "at byte 1"},
	{"a#", "at byte 1"}, {"a\x00", "at byte 1"}, {"a\xff", "at byte 1"}, {"a\n", "at byte 1"},
}

func TestParseID(t *testing.T) {
	for _, c := range idTable {
		id, err := assets.ParseID(c.text)
		switch {
		case c.want == "" && (err != nil || string(id) != c.text):
			t.Errorf("ParseID(%q) = %q, %v", c.text, id, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || !errors.Is(err, assets.ErrInvalid)):
			t.Errorf("ParseID(%q): %v, want %q", c.text, err, c.want)
		}
	}
}

func FuzzParseID(f *testing.F) {
	for _, c := range idTable {
		f.Add(c.text)
	}
	f.Fuzz(func(t *testing.T, s string) {
		id, err := assets.ParseID(s)
		if err == nil && (string(id) != s || strings.ContainsAny(s, "/#+ \x00") || len(s) > assets.MaxID) {
			t.Errorf("ParseID(%q) = %q", s, id)
		}
	})
}
