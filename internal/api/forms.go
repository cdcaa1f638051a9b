package api

import (
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"suhe/assets"
	"suhe/internal/format"
)

// formHTML is the form of pages to browse.
const formHTML = "html"

// formOf is the form in which an answer is wanted: what f names, else what Accept
// wants most of them, else the first. Whatever else Accept says, a caller is better
// served by that than by a refusal.
func formOf(r *http.Request, forms ...string) (string, error) {
	forms = append(forms, formHTML)
	if text := r.URL.Query().Get("f"); r.URL.Query().Has("f") {
		if !slices.Contains(forms, text) {
			return "", fmt.Errorf("f: %w: %.40q, expected one of %s", assets.ErrInvalid, text, strings.Join(forms, ", "))
		}
		return text, nil
	}
	best, weight := forms[0], 0.0
	for _, value := range r.Header.Values("Accept") {
		for part := range strings.SplitSeq(value, ",") {
			if form, q := accepted(part, forms); form != "" && q > weight {
				best, weight = form, q
			}
		}
	}
	return best, nil
}

// accepted is the form that a part of Accept means, "" for none of them, and how much
// it is wanted. What fits anything means the first.
func accepted(part string, forms []string) (form string, q float64) {
	media, params, err := mime.ParseMediaType(part)
	if err != nil {
		return "", 0
	}
	q = 1
	if text, weighted := params["q"]; weighted {
		if q, err = strconv.ParseFloat(text, 64); err != nil || q > 1 {
			return "", 0
		}
	}
	for _, form := range forms {
		if media == mediaOf(form) {
			return form, q
		}
	}
	if media == "*/*" || media == "application/*" || media == "application/json" {
		return forms[0], q
	}
	return "", 0
}

// mediaOf is the media type of a form.
func mediaOf(form string) string {
	switch form {
	case formHTML:
		return "text/html"
	case "json":
		return "application/json"
	}
	f, err := format.Find(form)
	if err != nil {
		return ""
	}
	return f.Media
}
