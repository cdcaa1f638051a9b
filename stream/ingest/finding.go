package ingest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/twin"
)

// maxPicture bounds the address of a picture, in bytes.
const maxPicture = 1024

// wireFinding is a finding as a webhook sends it; nil is missing.
type wireFinding struct {
	ID         *string     `json:"id"`
	Camera     *string     `json:"camera"`
	Class      *string     `json:"class"`
	Confidence *float64    `json:"confidence"`
	Time       *string     `json:"time"`
	Lon        *float64    `json:"lon"`
	Lat        *float64    `json:"lat"`
	Box        *[4]float64 `json:"bbox"`
	Picture    string      `json:"picture"`
}

// Cameras knows where cameras are.
type Cameras interface {
	Camera(id assets.ID) (orb.Point, bool)
}

// splitFindings finds the items of a body that is one finding or an array of them.
func splitFindings(body []byte) ([]json.RawMessage, error) {
	if trimmed := bytes.TrimLeft(body, " \t\r\n"); len(trimmed) > 0 && trimmed[0] == '{' {
		if !json.Valid(body) {
			return nil, malformed("the body is not JSON")
		}
		return []json.RawMessage{body}, nil
	}
	var items []json.RawMessage
	if err := json.Unmarshal(body, &items); err != nil || items == nil {
		return nil, malformed("want a finding or an array of findings: %v", err)
	}
	if len(items) > MaxFindings {
		return nil, malformed("%d findings, want at most %d", len(items), MaxFindings)
	}
	return items, nil
}

// readFinding reads one finding; where it is it may leave to its camera.
func readFinding(text []byte, received time.Time) (f twin.Finding, located bool, err error) {
	var w wireFinding
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&w); err != nil {
		return f, false, malformed("%w", err)
	}
	for _, m := range []struct {
		key     string
		missing bool
	}{{"id", w.ID == nil}, {"camera", w.Camera == nil}, {"class", w.Class == nil}, {"confidence", w.Confidence == nil}, {"time", w.Time == nil},
		{"lon", w.Lon == nil && w.Lat != nil}, {"lat", w.Lat == nil && w.Lon != nil}} {
		if m.missing {
			return f, false, malformed("%s: missing", m.key)
		}
	}
	id, err := assets.ParseID(*w.ID)
	if err != nil {
		return f, false, malformed("id: %w", err)
	}
	camera, err := assets.ParseID(*w.Camera)
	if err != nil {
		return f, false, malformed("camera: %w", err)
	}
	at, err := time.Parse(time.RFC3339, *w.Time)
	if err != nil {
		return f, false, malformed("time: %.64q is not RFC 3339 with an offset, as 2026-11-23T08:00:00+08:00", *w.Time)
	}
	if err := checkPicture(w.Picture); err != nil {
		return f, false, err
	}
	f = twin.Finding{ID: string(id), Camera: camera, Class: *w.Class, Confidence: *w.Confidence,
		PhenomenonTime: at.UnixMilli(), ReceivedTime: received.UnixMilli(), Picture: w.Picture}
	if w.Box != nil {
		f.Box = *w.Box
	}
	if w.Lon != nil {
		f.Lon, f.Lat = *w.Lon, *w.Lat
	}
	return f, w.Lon != nil, nil
}

// checkPicture allows no address that holds a password; the error does not repeat it.
func checkPicture(address string) error {
	if address == "" {
		return nil
	}
	u, err := url.Parse(address)
	if err != nil || len(address) > maxPicture || u.Scheme != "https" || u.Host == "" || u.User != nil {
		return malformed("picture: want an https address without a password, at most %d bytes", maxPicture)
	}
	return nil
}

// place judges a finding and gives it its camera's place if it has none. The
// error, if any, is a *refusal.
func place(f *twin.Finding, located bool, cameras Cameras, classes *assets.Classes) error {
	if err := inTime(f.PhenomenonTime, f.ReceivedTime); err != nil {
		return err
	}
	at, ok := cameras.Camera(f.Camera)
	if !ok {
		return &refusal{UnknownDevice, fmt.Sprintf("camera: no camera %s: register it first", f.Camera)}
	}
	if _, ok := classes.Finding(f.Class); !ok {
		return &refusal{UnknownClass, fmt.Sprintf("class: %.64q is no class of findings of the tables, edition %s", f.Class, classes.Edition())}
	}
	if !located {
		f.Lon, f.Lat = at[0], at[1]
	}
	if wrong := f.Wrong(); wrong != "" {
		return &refusal{OutOfRange, wrong}
	}
	return nil
}
