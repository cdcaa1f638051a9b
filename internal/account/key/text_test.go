package key

import (
	"crypto/sha256"
	"strings"
	"testing"
)

func TestText(t *testing.T) {
	text, id, sum := newText()
	if gotID, got, ok := parse(text); !ok || gotID != id || got != sum {
		t.Errorf("parse(%q) = %q, %x, %v", text, gotID, got, ok)
	}
	if other, _, _ := newText(); other == text || len(other) != length || !strings.HasPrefix(other, "suhe_key_") {
		t.Errorf("%q after %q", other, text)
	}
}

func FuzzParse(f *testing.F) {
	text, _, _ := newText()
	for _, seed := range []string{"", text, text[:len(text)-1], text + "a", strings.ToUpper(text), "suhe_key__", prefix + strings.Repeat("_", length-len(prefix))} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		id, sum, ok := parse(text)
		if !ok {
			return
		}
		secret, found := strings.CutPrefix(text, prefix+id+"_")
		if !found || sha256.Sum256([]byte(secret)) != sum || len(secret) != 52 {
			t.Errorf("parse(%q) = %q", text, id)
		}
	})
}

func FuzzKept(f *testing.F) {
	f.Add([]byte(`{"day":"2026-11-23","keys":{"aaaaaaaaaaaaaaaa":{"today":3,"last":"2026-11-23T00:00:00Z"}}}`))
	f.Add([]byte(`{"keys":{"x":{"today":-1}}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		in, err := parseKept(text)
		if err != nil {
			return
		}
		for id, use := range in.Keys {
			if use.Today < 0 || len(id) != idLength {
				t.Errorf("took %q: %+v", id, use)
			}
		}
	})
}
