package api

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"suhe/assets"
)

// pageOf reads which page a list is asked for.
func pageOf(r *http.Request, usual, most int) (after uint64, limit int, err error) {
	if text := r.URL.Query().Get("after"); text != "" {
		if after, err = strconv.ParseUint(text, 10, 63); err != nil {
			return 0, 0, fmt.Errorf("%w: after: %.64q, want the next of the page before", assets.ErrInvalid, text)
		}
	}
	limit, err = limitOf(r, usual, most)
	return after, limit, err
}

// nextOf is the address of the page of the same list that begins after a key.
func nextOf(r *http.Request, after string) string {
	values := r.URL.Query()
	values.Set("after", after)
	return (&url.URL{Path: r.URL.Path, RawQuery: values.Encode()}).String()
}

// limitOf reads how much of a list is asked for.
func limitOf(r *http.Request, usual, most int) (limit int, err error) {
	text := r.URL.Query().Get("limit")
	if text == "" {
		return usual, nil
	}
	if limit, err = strconv.Atoi(text); err != nil || limit < 1 || limit > most {
		return 0, fmt.Errorf("%w: limit: %.64q, want 1 to %d", assets.ErrInvalid, text, most)
	}
	return limit, nil
}

// fill reads on until there are limit items that the caller sees, or nothing is left;
// more says that there may be another page. A page that others fill in part would
// tell by its length, and by where it goes on, what they have. read gives up to
// atOnce items, never more than most, that come after the last one of before, which
// is nil at first.
func fill[T any](limit, most int, sees func(*T) bool, read func(last *T, atOnce int) ([]T, error)) (seen []T, more bool, err error) {
	atOnce := min(limit+1, most) // one more tells whether there is a next page
	for last := (*T)(nil); ; {
		page, err := read(last, atOnce)
		if err != nil {
			return nil, false, err
		}
		for i := range page {
			if !sees(&page[i]) {
				continue
			}
			if len(seen) == limit {
				return seen, true, nil
			}
			seen = append(seen, page[i])
		}
		if len(page) < atOnce {
			return seen, false, nil
		}
		last = &page[len(page)-1]
	}
}
