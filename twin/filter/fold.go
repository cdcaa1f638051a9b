package filter

import (
	"cmp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// No letter between these has another case; most text here is written in them.
const firstCJK, lastCJK = 0x2e80, 0xa63f

// fold is the letter that stands for r and its other cases, a small one where
// there is one.
func fold(r rune) rune {
	if firstCJK <= r && r <= lastCJK {
		return r
	}
	if r >= utf8.RuneSelf {
		least := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			least = min(least, f)
		}
		r = least
	}
	// İ has no other case, though its small letter is i.
	if small := unicode.ToLower(r); unicode.ToUpper(small) == r {
		return small
	}
	return r
}

func foldText(s string) string { return strings.Map(fold, s) }

// compareTexts orders two texts by code point, either folded if so told.
func compareTexts(a, b string, foldA, foldB bool) int {
	if !foldA && !foldB {
		return strings.Compare(a, b)
	}
	for a != "" && b != "" {
		r, n := next(a, foldA)
		s, m := next(b, foldB)
		if r != s {
			return cmp.Compare(r, s)
		}
		a, b = a[n:], b[m:]
	}
	return cmp.Compare(len(a), len(b))
}

// next is the first letter of a text and its bytes.
func next(s string, folded bool) (rune, int) {
	r, n := rune(s[0]), 1
	if r >= utf8.RuneSelf {
		r, n = utf8.DecodeRuneInString(s)
	}
	if folded {
		r = fold(r)
	}
	return r, n
}
