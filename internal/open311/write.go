package open311

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strings"

	"suhe/assets"
)

// Format is how a document is written.
type Format string

// The formats, by the suffix of the address.
const (
	JSON Format = "json"
	XML  Format = "xml"
)

// Split takes the format off the last part of an address; assets.ErrNotFound: it has
// none.
func Split(file string) (name string, f Format, err error) {
	for _, f := range []Format{JSON, XML} {
		if name, ok := strings.CutSuffix(file, "."+string(f)); ok && name != "" {
			return name, f, nil
		}
	}
	return "", "", fmt.Errorf("open311: %w: %.80q, want .json or .xml", assets.ErrNotFound, file)
}

// MediaType is that of the format.
func (f Format) MediaType() string {
	if f == XML {
		return "application/xml; charset=utf-8"
	}
	return "application/json; charset=utf-8"
}

// Write writes a list: in JSON an array, in XML the elements within root.
func Write[T any](f Format, root string, all []T) ([]byte, error) {
	if f == JSON {
		if all == nil {
			all = []T{}
		}
		return json.Marshal(all)
	}
	inner, err := xml.Marshal(all)
	if err != nil {
		return nil, fmt.Errorf("open311: %w", err)
	}
	return fmt.Appendf(nil, "%s<%s>%s</%s>\n", xml.Header, root, inner, root), nil
}

// The roots of the documents in XML.
const (
	RootServices = "services"
	RootRequests = "service_requests"
)
