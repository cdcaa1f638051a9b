package filter

import (
	"testing"
	"unicode"
)

// Every letter folds to the same as its other cases, and no further.
func TestFold(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		f := fold(r)
		if fold(f) != f {
			t.Fatalf("%q folds to %q and that to %q", r, f, fold(f))
		}
		if other := unicode.SimpleFold(r); fold(other) != f {
			t.Fatalf("%q folds to %q, its other case %q to %q", r, f, other, fold(other))
		}
	}
	for r, want := range map[rune]rune{'A': 'a', 'z': 'z', 'Ä': 'ä', '\u212a': 'k', 'ſ': 's', 'İ': 'İ', '河': '河', 'Σ': 'σ', 'ς': 'σ'} {
		if got := fold(r); got != want {
			t.Errorf("%q folds to %q, want %q", r, got, want)
		}
	}
}
