package api

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/audit"
	"suhe/internal/door"
)

// The headers by which a caller says why it asks; each is a query parameter too,
// for streams and for links. A header is percent-encoded UTF-8.
const (
	purposeHeader, purposeParameter   = "Suhe-Purpose", "purpose"
	incidentHeader, incidentParameter = "Suhe-Incident", "incident"
)

// maxPurpose bounds the words that say why, in characters.
const maxPurpose = 120

// incidentNumber is what may stand for an incident.
var incidentNumber = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$`)

// acting returns the request with who acts and why, for the record of what is done
// by it. Also if the error says what is wrong with the reason, who acts is known.
func acting(r *http.Request, who access.Principal) (*http.Request, error) {
	o := who.Acts(audit.Origin{})
	if who.ID == "" {
		o.Who = claimed(r)
	}
	if address := door.Address(r); address.IsValid() {
		o.Address = address.String()
	}
	var err, wrong error
	if o.Purpose, err = purposeOf(r); err != nil {
		wrong = err
	}
	if o.Incident, err = incidentOf(r); err != nil {
		wrong = err
	}
	return r.WithContext(audit.With(r.Context(), o)), wrong
}

// nobody stands in the record for callers who claim to be nobody in particular.
const nobody = "nobody"

// claimed is who the caller says to be, unproved.
func claimed(r *http.Request) string {
	if name, _, ok := r.BasicAuth(); ok && name != "" {
		return name
	}
	return nobody
}

func purposeOf(r *http.Request) (string, error) {
	text := said(r, purposeHeader, purposeParameter)
	if !utf8.ValidString(text) || utf8.RuneCountInString(text) > maxPurpose {
		return "", fmt.Errorf("%w: purpose: want UTF-8 of at most %d characters", assets.ErrInvalid, maxPurpose)
	}
	for _, c := range text {
		if !unicode.IsPrint(c) {
			return "", fmt.Errorf("%w: purpose: %q, want one line", assets.ErrInvalid, text)
		}
	}
	return text, nil
}

func incidentOf(r *http.Request) (string, error) {
	text := said(r, incidentHeader, incidentParameter)
	if text != "" && !incidentNumber.MatchString(text) {
		return "", fmt.Errorf("%w: incident: %.80q, want a number like 2026-11-0001", assets.ErrInvalid, text)
	}
	return text, nil
}

// said is what the header says, or else the query parameter.
func said(r *http.Request, header, parameter string) string {
	text := r.Header.Get(header)
	if text == "" && !strings.Contains(r.URL.RawQuery, parameter) {
		return "" // as of every tile
	}
	if text == "" {
		return r.URL.Query().Get(parameter)
	}
	if plain, err := url.PathUnescape(text); err == nil {
		return plain
	}
	return text
}
