package assets

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"suhe/geo"
)

// recordSeparator begins each text of an RFC 8142 sequence.
const recordSeparator = 0x1e

// budgetReader gives at most left bytes until it is filled again, and notes
// where lines end, so that a decoder's offset can be told as a line.
type budgetReader struct {
	r     io.Reader
	left  int
	read  int64
	line  int     // of the first offset not yet asked for
	lines []int64 // offsets of the newlines behind it
}

var errRowTooLong = fmt.Errorf("%w: longer than %d MiB, want shorter rows", ErrInvalid, MaxRowBytes>>20)

func (b *budgetReader) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errRowTooLong
	}
	n, err := b.r.Read(p[:min(len(p), b.left)])
	for i, c := range p[:n] {
		if c == '\n' {
			b.lines = append(b.lines, b.read+int64(i))
		}
	}
	b.left -= n
	b.read += int64(n)
	return n, err
}

// lineOf is the line, from 1, of an offset; offsets must rise from call to call.
func (b *budgetReader) lineOf(offset int64) int {
	for len(b.lines) > 0 && b.lines[0] < offset {
		b.lines = b.lines[1:]
		b.line++
	}
	return b.line + 1
}

// geojson reads a FeatureCollection, feature by feature, or one single feature.
func (im *importer) geojson(br *bufio.Reader) iter.Seq2[row, error] {
	return func(yield func(row, error) bool) {
		skipBOM(br)
		src := &budgetReader{r: br, left: MaxRowBytes}
		f := &featureFile{im: im, src: src, dec: json.NewDecoder(src), yield: yield}
		if err := f.run(); err != nil && !errors.Is(err, errStopped) {
			if !errors.Is(err, ErrInvalid) {
				err = fmt.Errorf("%w: %w", ErrInvalid, err)
			}
			yield(row{}, fmt.Errorf("line %d: %w", src.lineOf(f.dec.InputOffset()), err))
		}
	}
}

// errStopped says that yield wants no more.
var errStopped = errors.New("stopped")

type featureFile struct {
	im    *importer
	src   *budgetReader
	dec   *json.Decoder
	yield func(row, error) bool
	n     int
	whole map[string]json.RawMessage // members of the outermost object besides features
}

func (f *featureFile) run() error {
	if t, err := f.dec.Token(); err != nil || t != json.Delim('{') {
		return fmt.Errorf("%v, want a GeoJSON object", orEnd(t, err))
	}
	f.whole = map[string]json.RawMessage{}
	features := false
	for f.dec.More() {
		f.src.left = MaxRowBytes
		key, err := f.dec.Token()
		if err != nil {
			return err
		}
		if key == "features" {
			features = true
			if err := f.features(); err != nil {
				return err
			}
			continue
		}
		if err := f.member(key.(string)); err != nil {
			return err
		}
	}
	if _, err := f.dec.Token(); err != nil {
		return err
	}
	var kind string
	_ = json.Unmarshal(f.whole["type"], &kind)
	switch {
	case features && (kind == "FeatureCollection" || f.whole["type"] == nil):
		return nil
	case !features && kind == "Feature":
		b, err := json.Marshal(f.whole)
		if err != nil {
			return err
		}
		return f.feature(b, 1)
	}
	return fmt.Errorf("type: %q, want a FeatureCollection with features, or a Feature", kind)
}

func orEnd(t json.Token, err error) string {
	if err != nil {
		return err.Error()
	}
	return fmt.Sprint(t)
}

func (f *featureFile) member(key string) error {
	var v json.RawMessage
	if err := f.dec.Decode(&v); err != nil {
		return fmt.Errorf("%.40s: %w", key, err)
	}
	if len(f.whole) > MaxRowFields {
		return fmt.Errorf("more than %d members", MaxRowFields)
	}
	if f.whole[key] = v; key == "crs" && f.im.o.CRS == "" {
		return f.legacyCRS(v)
	}
	return nil
}

// legacyCRS follows the member of the GeoJSON of 2008, which many files for
// other planes than WGS84 still have.
func (f *featureFile) legacyCRS(v json.RawMessage) error {
	var m struct {
		Properties struct {
			Name string `json:"name"`
		} `json:"properties"`
	}
	if err := json.Unmarshal(v, &m); err != nil || m.Properties.Name == "" {
		return nil // null, or a link: RFC 7946 says WGS84
	}
	name := m.Properties.Name
	if strings.HasPrefix(strings.ToLower(name), "urn:ogc:def:crs:") {
		part := strings.Split(name, ":")
		name = part[len(part)-1]
		if !strings.EqualFold(name, "CRS84") {
			name = "EPSG:" + name
		}
	}
	crs, err := geo.ParseCRS(name)
	if err != nil {
		return fmt.Errorf("%w: give the coordinates' crs", err)
	}
	return f.im.project(crs)
}

func (f *featureFile) features() error {
	if t, err := f.dec.Token(); err != nil || t != json.Delim('[') {
		return fmt.Errorf("features: %v, want an array", orEnd(t, err))
	}
	for f.dec.More() {
		f.src.left = MaxRowBytes
		var b json.RawMessage
		if err := f.dec.Decode(&b); err != nil {
			return fmt.Errorf("feature %d: %w", f.n+1, err)
		}
		line := f.src.lineOf(f.dec.InputOffset() - int64(len(b)) + 1)
		if err := f.feature(b, line); err != nil {
			return err
		}
	}
	_, err := f.dec.Token()
	return err
}

func (f *featureFile) feature(b []byte, line int) error {
	f.n++
	rw := readFeature(b)
	rw.n, rw.line = f.n, line
	if !f.yield(rw, nil) {
		return errStopped
	}
	return nil
}

// readFeature reads one GeoJSON Feature; what is wrong with it is in row.bad.
func readFeature(b []byte) row {
	var w struct {
		Type       string          `json:"type"`
		ID         any             `json:"id"`
		Geometry   json.RawMessage `json:"geometry"`
		Properties map[string]any  `json:"properties"`
	}
	if err := json.Unmarshal(b, &w); err != nil {
		return row{bad: Problem{Reason: "no GeoJSON feature: " + err.Error()}}
	}
	if w.Type != "Feature" {
		return row{bad: Problem{Field: "type", Value: w.Type, Reason: `want "Feature"`}}
	}
	if len(w.Properties) > MaxRowFields {
		return row{bad: Problem{Field: "properties", Reason: fmt.Sprintf("%d members, want at most %d", len(w.Properties), MaxRowFields)}}
	}
	rw := row{fields: w.Properties}
	var id string
	if w.ID != nil && takeText(&id, w.ID) == nil {
		rw.id = id
	}
	if len(w.Geometry) == 0 || string(w.Geometry) == "null" {
		rw.bad = Problem{Field: "geometry", Reason: "none, want one"}
		return rw
	}
	shape, err := geo.DecodeGeoJSON(w.Geometry)
	if err != nil {
		rw.bad = Problem{Field: "geometry", Reason: err.Error()}
	}
	rw.shape = shape
	return rw
}

// geojsonSeq reads features one after the other: RS-delimited (RFC 8142) if the
// file begins with RS, otherwise one per line. Empty lines do not count. A row
// that cannot be read is bad and the next one is tried.
func (im *importer) geojsonSeq(br *bufio.Reader) iter.Seq2[row, error] {
	return func(yield func(row, error) bool) {
		skipBOM(br)
		end := byte('\n')
		if head, _ := br.Peek(1); len(head) == 1 && head[0] == recordSeparator {
			end = recordSeparator
		}
		line, n := 1, 0
		for {
			text, err := readRecord(br, end)
			at := line
			line += bytes.Count(text, []byte("\n"))
			if err != nil && err != io.EOF {
				yield(row{}, fmt.Errorf("line %d: %w", at, err))
				return
			}
			if body := bytes.Trim(text, "\x1e \t\r\n"); len(body) > 0 {
				n++
				rw := readFeature(body)
				rw.n, rw.line = n, at
				if !yield(rw, nil) {
					return
				}
			}
			if err == io.EOF {
				return
			}
		}
	}
}

// readRecord reads up to and with end, at most MaxRowBytes.
func readRecord(br *bufio.Reader, end byte) ([]byte, error) {
	var out []byte
	for {
		part, err := br.ReadSlice(end)
		if len(out)+len(part) > MaxRowBytes {
			return nil, errRowTooLong
		}
		out = append(out, part...)
		if err != bufio.ErrBufferFull {
			return out, err
		}
	}
}
