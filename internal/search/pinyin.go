package search

import (
	"strings"
	"sync"
	"unicode"

	"github.com/mozillazg/go-pinyin"
	"golang.org/x/text/unicode/norm"
)

// The characters of which readings are known: the Basic Multilingual Plane's.
const firstHan, lastHan = 0x4e00, 0x9fff

// readings are the syllables of each Han character, without tones, as the table of
// pinyin says that they are most used; "" where it knows none.
var readings = sync.OnceValue(func() *[lastHan - firstHan + 1]string {
	out := new([lastHan - firstHan + 1]string)
	interned := map[string]string{}
	for r, all := range pinyin.PinyinDict {
		if r < firstHan || r > lastHan {
			continue
		}
		first, _, _ := strings.Cut(all, ",")
		s := toneless(first)
		if known, ok := interned[s]; ok {
			s = known
		}
		interned[s] = s
		out[r-firstHan] = s
	}
	for r, s := range inNames {
		out[r-firstHan] = s
	}
	return out
})

// inNames are readings in the names of places where another is more used elsewhere.
var inNames = map[rune]string{'长': "chang", '都': "du", '调': "tiao"}

// toneless is the syllable in letters of ASCII: "lǜ" is "lv".
func toneless(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(s) {
		switch {
		case r == 0x0308: // the two dots of ü
			u := b.String()
			b.Reset()
			b.WriteString(strings.TrimSuffix(u, "u") + "v")
		case 'a' <= r && r <= 'z':
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r): // a tone
		}
	}
	return b.String()
}

// syllable is the reading of a folded character, "" of what is no Han character.
func syllable(r rune) string {
	if r < firstHan || r > lastHan {
		return ""
	}
	return readings()[r-firstHan]
}

// romanise writes the pinyin of a folded text, each syllable beginning with a capital,
// and their initials. What stands between Han characters is left out, but for letters
// and digits, each of which is its own syllable. Both are empty without a Han character.
func romanise(text string) (full, initials string) {
	var f, i strings.Builder
	han := false
	for _, r := range text {
		s := syllable(r)
		switch {
		case s != "":
			han = true
			f.WriteByte(s[0] - 'a' + 'A')
			f.WriteString(s[1:])
			i.WriteByte(s[0])
		case latin(r):
			f.WriteRune(unicode.ToUpper(r))
			i.WriteRune(r)
		}
	}
	if !han {
		return "", ""
	}
	return f.String(), i.String()
}
