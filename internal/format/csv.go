package format

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"suhe/geo"
)

// csvFile writes a table (RFC 4180) with a header. In UTF-8 it begins with a mark,
// without which Excel takes it for GBK.
type csvFile struct {
	out   *bufio.Writer
	h     Head
	cols  []Field
	row   []any
	buf   []byte
	coder coder
}

const byteOrderMark = "\ufeff"

func newCSV(w io.Writer, h Head) (Writer, error) {
	c := &csvFile{out: buffered(w), h: h, cols: h.table(), coder: newCoder(h.Encoding)}
	if h.Encoding == UTF8 {
		c.buf = append(c.buf, byteOrderMark...)
	}
	place := placeColumns(&h)
	for _, name := range unique(c.cols, place, whole) {
		c.buf = append(appendCell(c.buf, name), ',')
	}
	c.buf = c.end(append(c.buf, strings.Join(place, ",")...))
	return c, c.flush()
}

// end ends a line: of one without a place there is a comma too many.
func (c *csvFile) end(line []byte) []byte {
	if c.h.Placeless {
		line = bytes.TrimSuffix(line, []byte(","))
	}
	return append(line, "\r\n"...)
}

// placeColumns are the names of the last columns, where the geometry is.
func placeColumns(h *Head) []string {
	if h.Placeless {
		return nil
	}
	if h.Form == FormWKT {
		return []string{"WKT"}
	}
	names := []string{"lon", "lat"}
	if h.crs().Planar() {
		names = []string{"x", "y"}
	}
	if h.Z {
		names = append(names, "z")
	}
	return names
}

func (c *csvFile) Write(f *Feature) error {
	if err := c.h.fits(f); err != nil {
		return err
	}
	c.row = c.h.row(c.row[:0], f)
	b := c.buf[:0]
	for i, field := range c.cols {
		v, err := plain(field, c.row[i])
		if err != nil {
			return fmt.Errorf("feature %q: %w", f.ID, err)
		}
		b = append(appendValue(b, v), ',')
	}
	c.buf = c.end(c.place(b, c.h.shape(f)))
	return c.flush()
}

// flush sends the line in buf.
func (c *csvFile) flush() error {
	line, err := c.coder.encode(c.buf)
	if err != nil {
		return err
	}
	_, err = c.out.Write(line)
	return err
}

func (c *csvFile) Close() error { return c.out.Flush() }
func (*csvFile) Discard()       {}

// place appends the columns of the geometry.
func (c *csvFile) place(b []byte, s geo.Solid) []byte {
	switch {
	case c.h.Placeless:
		return b
	case c.h.Form == FormXY:
		return c.xy(b, s)
	case s.Plane == nil:
		return b
	}
	if _, point := s.Plane.(orb.Point); point {
		return geo.AppendSolidWKT(b, s)
	}
	return append(geo.AppendSolidWKT(append(b, '"'), s), '"') // it has commas
}

func (c *csvFile) xy(b []byte, s geo.Solid) []byte {
	height := ""
	if c.h.Z {
		height = ","
	}
	if s.Plane == nil {
		return append(append(b, ','), height...)
	}
	p, point := s.Plane.(orb.Point)
	if !point {
		p = geo.Anchor(s.Plane)
	}
	places := degreePlaces
	if c.h.crs().Planar() {
		places = metrePlaces
	}
	b = append(appendDecimal(b, p[0], places), ',')
	b = append(appendDecimal(b, p[1], places), height...)
	if point && s.Z != nil {
		b = appendDecimal(b, s.Z[0], metrePlaces)
	}
	return b
}

// The decimal places of coordinates: more would tell of nothing but arithmetic.
const (
	metrePlaces  = 3 // a millimetre
	degreePlaces = 9 // a tenth of one
)

// appendDecimal appends a number with at most so many decimal places.
func appendDecimal(b []byte, v float64, places int) []byte {
	from := len(b)
	b = strconv.AppendFloat(b, v, 'f', places, 64)
	number := bytes.TrimRight(b[from:], "0")
	number = bytes.TrimSuffix(number, []byte("."))
	if string(number) == "-0" {
		number = []byte("0")
	}
	return append(b[:from], number...)
}

// appendValue appends a plain value as a cell; null is empty.
func appendValue(b []byte, v any) []byte {
	switch v := v.(type) {
	case string:
		return appendCell(b, v)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case float64:
		return appendNumber(b, v)
	case bool:
		return strconv.AppendBool(b, v)
	case time.Time:
		return appendTime(b, v)
	}
	return b
}

// appendCell appends a text, in quotation marks where it needs them. A text that a
// spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV
// Injection): what people write into a registry must not run on a planner's machine.
func appendCell(b []byte, s string) []byte {
	if formula(s) {
		return appendRest(append(b, `"'`...), s)
	}
	if strings.ContainsAny(s, ",\"\r\n") || s != "" && (s[0] == ' ' || s[len(s)-1] == ' ') {
		return appendRest(append(b, '"'), s)
	}
	return append(b, s...)
}

// appendRest appends s and the mark that closes the cell, marks within twice.
func appendRest(b []byte, s string) []byte {
	for i := range len(s) {
		if s[i] == '"' {
			b = append(b, '"')
		}
		b = append(b, s[i])
	}
	return append(b, '"')
}

// formula says whether spreadsheets may take s for one; those of East Asia know the
// wide signs too.
func formula(s string) bool {
	if s == "" {
		return false
	}
	switch s[0] {
	case '=', '+', '-', '@', '\t', '\r', '\n':
		return true
	}
	for _, wide := range [...]string{"＝", "＋", "－", "＠"} {
		if strings.HasPrefix(s, wide) {
			return true
		}
	}
	return false
}
