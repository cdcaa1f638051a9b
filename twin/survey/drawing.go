package survey

import (
	"encoding/xml"
	"fmt"
	"strings"
	"unicode/utf8"
)

// drawing writes SVG. Lengths are pixels. Whatever is text is escaped.
type drawing struct{ strings.Builder }

func (d *drawing) put(format string, args ...any) {
	fmt.Fprintf(d, format, args...)
	d.WriteByte('\n')
}

// text writes words at a place; class is of the style sheet, more are attributes.
func (d *drawing) text(x, y float64, class, words, more string) {
	d.put(`<text x="%.1f" y="%.1f" class="%s"%s>%s</text>`, x, y, class, more, escaped(words))
}

// title is what a pointer that rests on the mark before is told.
func titled(words string) string { return "<title>" + escaped(words) + "</title>" }

// escaped is fit for text and attributes; what XML cannot hold becomes U+FFFD.
func escaped(words string) string {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(words)); err != nil {
		return "" // a Builder takes everything
	}
	return b.String()
}

// wide is about how many pixels words take: Chinese characters are as wide as they are
// high, others about half.
func wide(words string, size float64) (w float64) {
	for _, r := range words {
		if r < 0x2e80 {
			w += 0.56 * size
		} else {
			w += size
		}
	}
	return w
}

// clipped are the words, or as many of them as find room.
func clipped(words string, size, room float64) string {
	if wide(words, size) <= room {
		return words
	}
	for words != "" && wide(words, size)+size > room {
		_, n := utf8.DecodeLastRuneInString(words)
		words = words[:len(words)-n]
	}
	if words == "" {
		return ""
	}
	return words + "…"
}

// lanes are rows for labels, none over another.
type lanes struct{ end []float64 }

// find is the first row in which from…to is free, and takes it; false: none is.
func (l *lanes) find(from, to float64) (row int, ok bool) {
	for i := range l.end {
		if l.end[i] <= from {
			l.end[i] = to + 6
			return i, true
		}
	}
	return 0, false
}

func newLanes(n int) *lanes {
	l := &lanes{make([]float64, n)}
	for i := range l.end {
		l.end[i] = -1e9
	}
	return l
}
