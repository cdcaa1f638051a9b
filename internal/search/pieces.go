package search

import (
	"bytes"
	"cmp"
	"slices"
	"unicode/utf8"

	"suhe/assets"
)

// pieces are the parts of the asset's texts that have a term, in the order of the
// fields; parts that touch are one. Of a term that was said they are its characters.
func (a *asking) pieces(is *assets.Asset) (out []Piece) {
	for f, name := range Fields() {
		if a.mask>>f&1 == 0 {
			continue
		}
		text := []byte(foldText(cutText(textOf(is, field(f)))))
		if len(text) == 0 {
			continue
		}
		out = append(out, joined(name, a.stretches(field(f), text))...)
	}
	return out
}

// stretches are where the terms are in a folded text, in characters.
func (a *asking) stretches(f field, text []byte) (out [][2]int) {
	for i := range a.terms {
		t := &a.terms[i]
		if at := t.at(f, text); at >= 0 {
			from := utf8.RuneCount(text[:at])
			out = append(out, [2]int{from, from + len(t.runes)})
		} else if f == fieldName && t.said {
			if from, to := t.saidIn(string(text)); to > from {
				out = append(out, [2]int{from, to})
			}
		}
	}
	return out
}

// saidIn is where in a folded name the term is said: by pinyin, or by initials.
func (t *term) saidIn(name string) (from, to int) {
	full, initials := romanise(name)
	begin, end := t.syllables([]byte(full)), 0
	ofInitials := begin < 0
	if ofInitials {
		if begin = bytes.Index([]byte(initials), t.text); begin < 0 {
			return 0, 0
		}
	}
	end = begin + len(t.text)
	// Each character of the name takes its part of what is said.
	at, n := 0, 0
	for _, r := range name {
		long := 0
		if s := syllable(r); s != "" {
			long = len(s)
		} else if latin(r) {
			long = 1
		}
		if ofInitials {
			long = min(long, 1)
		}
		if long > 0 && at <= begin {
			from = n
		}
		if n++; long > 0 && at < end {
			to = n
		}
		at += long
	}
	return from, to
}

// joined makes pieces of stretches.
func joined(name string, stretches [][2]int) (out []Piece) {
	slices.SortFunc(stretches, func(a, b [2]int) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	for _, s := range stretches {
		if n := len(out); n > 0 && s[0] <= out[n-1].To {
			out[n-1].To = max(out[n-1].To, s[1])
			continue
		}
		out = append(out, Piece{Field: name, From: s[0], To: s[1]})
	}
	return out
}
