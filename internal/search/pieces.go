package search

import (
	"bytes"
	"cmp"
	"slices"
	"unicode/utf8"

	"suhe/assets"
)

// matches are the asset's texts that have a term, in the order of the fields. Of a term
// that was said the pieces are its characters.
func (a *asking) matches(is *assets.Asset) (out []Match) {
	for i, name := range Fields() {
		f := field(i)
		if a.mask>>f&1 == 0 {
			continue
		}
		text := textOf(is, f)
		if pieces := joined(a.stretches(f, []byte(foldText(cutText(text))))); len(pieces) > 0 {
			out = append(out, Match{name, text, pieces})
		}
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

// joined makes one stretch of those that touch, in order.
func joined(stretches [][2]int) (out [][2]int) {
	slices.SortFunc(stretches, func(a, b [2]int) int { return cmp.Compare(a[0], b[0]) })
	for _, s := range stretches {
		if n := len(out); n > 0 && s[0] <= out[n-1][1] {
			out[n-1][1] = max(out[n-1][1], s[1])
		} else {
			out = append(out, s)
		}
	}
	return out
}
