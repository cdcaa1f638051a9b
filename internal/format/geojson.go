package format

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"suhe/geo"
)

// geoJSON writes a FeatureCollection (RFC 7946). It says nothing of the CRS: whoever
// asks for another than WGS84 knows it from elsewhere (OGC 18-058, 6.2).
type geoJSON struct {
	featureText
	begun bool
}

// featureText is what both texts of features share.
type featureText struct {
	out  *bufio.Writer
	h    Head
	keys [][]byte // `"name":` of each field
	buf  []byte
}

func newFeatureText(w io.Writer, h Head) featureText {
	t := featureText{out: buffered(w), h: h}
	for _, f := range h.Fields {
		t.keys = append(t.keys, append(appendQuoted(nil, f.Name), ':'))
	}
	return t
}

func newGeoJSON(w io.Writer, h Head) (Writer, error) {
	return &geoJSON{featureText: newFeatureText(w, h)}, nil
}

func (g *geoJSON) Write(f *Feature) error {
	lead := ",\n"
	if !g.begun {
		lead = collectionHead
	}
	g.begun = true
	return g.feature(lead, f, "")
}

const collectionHead = `{"type":"FeatureCollection","features":[` + "\n"

// Close writes the end of the collection, and the members that Head.Tail has.
func (g *geoJSON) Close() error {
	var tail []byte
	if !g.begun {
		tail = append(tail, collectionHead...)
	}
	tail = append(tail, "\n]"...)
	if g.h.Tail != nil {
		more, err := g.h.Tail()
		if err != nil {
			return err
		}
		if tail, err = appendMembers(tail, more); err != nil {
			return err
		}
	}
	if _, err := g.out.Write(append(tail, "}\n"...)); err != nil {
		return err
	}
	return g.out.Flush()
}

// appendMembers appends the members of a JSON object behind others.
func appendMembers(dst, object []byte) ([]byte, error) {
	object = bytes.TrimSpace(object)
	if len(object) < 2 || object[0] != '{' || object[len(object)-1] != '}' {
		return nil, errors.New("tail: want a JSON object")
	}
	if inner := bytes.TrimSpace(object[1 : len(object)-1]); len(inner) > 0 {
		dst = append(append(dst, ",\n"...), inner...)
	}
	return dst, nil
}

func (*geoJSON) Discard() {}

// sequence writes features one after the other (RFC 8142), or one a line.
type sequence struct {
	featureText
	lead string
}

func newSequence(w io.Writer, h Head) (Writer, error) {
	s := &sequence{featureText: newFeatureText(w, h)}
	if h.Form == FormRS {
		s.lead = "\x1e"
	}
	return s, nil
}

func (s *sequence) Write(f *Feature) error { return s.feature(s.lead, f, "\n") }
func (s *sequence) Close() error           { return s.out.Flush() }
func (*sequence) Discard()                 {}

// feature writes one feature between lead and end.
func (t *featureText) feature(lead string, f *Feature, end string) error {
	if err := t.h.fits(f); err != nil {
		return err
	}
	b := append(t.buf[:0], lead...)
	b = append(b, `{"type":"Feature","id":`...)
	b = appendQuoted(b, f.ID)
	b = append(b, `,"geometry":`...)
	if s := t.h.shape(f); s.Plane == nil {
		b = append(b, "null"...)
	} else {
		b = geo.AppendGeoJSON(b, s)
	}
	b = append(b, `,"properties":{`...)
	for i, field := range t.h.Fields {
		v, err := plain(field, f.Values[i])
		if err != nil {
			return fmt.Errorf("feature %q: %w", f.ID, err)
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = appendJSON(append(b, t.keys[i]...), field.Type, v)
	}
	t.buf = append(append(b, "}}"...), end...)
	_, err := t.out.Write(t.buf)
	return err
}
