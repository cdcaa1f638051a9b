package incident

import (
	"regexp"
	"strings"
)

// phone finds telephone numbers of China as people write them: mobile ones, and those
// of a line with its area code, with blanks or dashes between.
var phone = regexp.MustCompile(`(?:\+?86[- ]?)?(?:1[3-9]\d[- ]?\d{4}[- ]?\d{4}|\(?0\d{2,3}\)?[- ]?\d{3,4}[- ]?\d{4})`)

// scrub takes telephone numbers out of a text, and returns them.
func scrub(text string) (clean string, found []string) {
	var b strings.Builder
	last := 0
	for _, at := range phone.FindAllStringIndex(text, -1) {
		if digit(text, at[0]-1) || digit(text, at[1]) {
			continue // part of a longer number: of a device, a case
		}
		b.WriteString(text[last:at[0]])
		b.WriteString("[号码]")
		found = append(found, text[at[0]:at[1]])
		last = at[1]
	}
	b.WriteString(text[last:])
	return b.String(), found
}

func digit(text string, at int) bool {
	return at >= 0 && at < len(text) && text[at] >= '0' && text[at] <= '9'
}
