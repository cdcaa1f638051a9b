package assets

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/paulmach/orb"
	"golang.org/x/text/encoding/simplifiedchinese"

	"suhe/geo"
)

var utf8BOM = []byte("\ufeff")

func skipBOM(br *bufio.Reader) {
	if head, _ := br.Peek(3); bytes.Equal(head, utf8BOM) {
		_, _ = br.Discard(3) // the three bytes are in the buffer
	}
}

// The names of columns that hold coordinates, in lower case.
var (
	lonNames = []string{"lon", "lng", "long", "longitude", "x", "经度"}
	latNames = []string{"lat", "latitude", "y", "纬度"}
	zNames   = []string{"z", "ele", "elevation", "高程"}
	wktNames = []string{"wkt", "geom", "geometry", "the_geom", "wkt_geom"}
)

// csvFile knows what the columns of a file are; -1 is no such column.
type csvFile struct {
	im               *importer
	names            []string
	lon, lat, z, wkt int
}

// csv reads a table with a header: commas, semicolons or tabs between the
// columns, UTF-8 with or without a mark, or GBK (as its superset GB 18030),
// which is told from the first 64 KiB unless the options name it.
func (im *importer) csv(br *bufio.Reader) (iter.Seq2[row, error], error) {
	text, err := decoded(br, im.o.Encoding)
	if err != nil {
		return nil, err
	}
	head, _ := text.Peek(4096)
	src := &budgetReader{r: text, left: MaxRowBytes}
	cr := csv.NewReader(src)
	cr.Comma = comma(head)
	cr.FieldsPerRecord = -1
	cr.ReuseRecord = true
	names, err := cr.Read()
	if err != nil {
		return nil, fmt.Errorf("%w: header: %w", ErrInvalid, err)
	}
	f, err := im.columns(slices.Clone(names))
	if err != nil {
		return nil, err
	}
	return func(yield func(row, error) bool) {
		for n := 1; ; n++ {
			src.left, src.lines = MaxRowBytes, src.lines[:0]
			record, err := cr.Read()
			var broken *csv.ParseError
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil && !errors.As(err, &broken) {
				yield(row{}, fmt.Errorf("row %d: %w", n, err))
				return
			}
			rw := row{n: n, texts: true}
			if broken != nil {
				rw.line, rw.bad = broken.StartLine, Problem{Reason: broken.Err.Error()}
			} else {
				rw.line, _ = cr.FieldPos(0)
				f.read(&rw, record)
			}
			if !yield(rw, nil) {
				return
			}
		}
	}, nil
}

// decoded returns UTF-8, whatever br holds.
func decoded(br *bufio.Reader, encoding string) (*bufio.Reader, error) {
	head, _ := br.Peek(sniffBytes)
	gbk := false
	switch strings.ToLower(encoding) {
	case "utf-8", "utf8":
	case "gbk", "gb2312", "gb18030", "cp936":
		gbk = true
	case "":
		if bytes.HasPrefix(head, []byte{0xff, 0xfe}) || bytes.HasPrefix(head, []byte{0xfe, 0xff}) {
			return nil, fmt.Errorf("%w: encoding: UTF-16, want UTF-8 or GBK", ErrInvalid)
		}
		gbk = !validButEnd(head)
	default:
		return nil, fmt.Errorf("%w: encoding: %q, want utf-8 or gbk", ErrInvalid, encoding)
	}
	skipBOM(br)
	if gbk {
		return bufio.NewReader(simplifiedchinese.GB18030.NewDecoder().Reader(br)), nil
	}
	return br, nil
}

// validButEnd says whether b is UTF-8; its last character may be cut.
func validButEnd(b []byte) bool {
	for i := 0; i < utf8.UTFMax && i <= len(b); i++ {
		if utf8.Valid(b[:len(b)-i]) {
			return true
		}
	}
	return false
}

// comma is what stands most often between the names of the header.
func comma(head []byte) rune {
	first, _, _ := bytes.Cut(head, []byte("\n"))
	best := ','
	for _, c := range []rune{';', '\t'} {
		if bytes.Count(first, []byte(string(c))) > bytes.Count(first, []byte(string(best))) {
			best = c
		}
	}
	return best
}

func (im *importer) columns(names []string) (*csvFile, error) {
	if len(names) > MaxRowFields {
		return nil, fmt.Errorf("%w: header: %d columns, want at most %d", ErrInvalid, len(names), MaxRowFields)
	}
	for i, name := range names {
		names[i] = strings.TrimSpace(name)
		if names[i] != "" && slices.Contains(names[:i], names[i]) {
			return nil, fmt.Errorf("%w: header: column %q comes twice", ErrInvalid, names[i])
		}
	}
	find := func(known []string) int {
		for _, k := range known {
			if i := slices.IndexFunc(names, func(n string) bool { return strings.EqualFold(n, k) }); i >= 0 {
				return i
			}
		}
		return -1
	}
	f := &csvFile{im: im, names: names, lon: find(lonNames), lat: find(latNames), z: -1, wkt: find(wktNames)}
	if f.wkt < 0 && (f.lon < 0 || f.lat < 0) {
		return nil, fmt.Errorf("%w: header: columns %.200q, want lon and lat, or wkt", ErrInvalid, names)
	}
	if f.wkt < 0 {
		f.z = find(zNames)
	}
	return f, nil
}

func (f *csvFile) read(rw *row, record []string) {
	if len(record) != len(f.names) {
		rw.bad = Problem{Reason: fmt.Sprintf("%d columns, want %d as in the header", len(record), len(f.names))}
		return
	}
	rw.fields = make(map[string]any, len(record))
	for i, v := range record {
		if !utf8.ValidString(v) {
			rw.bad = Problem{Field: f.names[i], Reason: "not UTF-8: give the file's encoding, such as gbk"}
			return
		}
		isPlace := i == f.wkt || f.wkt < 0 && (i == f.lon || i == f.lat || i == f.z)
		if !isPlace && f.names[i] != "" && v != "" {
			rw.fields[f.names[i]] = v
		}
	}
	rw.shape, rw.bad = f.shape(record)
}

func (f *csvFile) shape(record []string) (geo.Solid, error) {
	if f.wkt >= 0 {
		s, err := geo.ParseWKT(record[f.wkt])
		if err != nil {
			return s, Problem{Field: f.names[f.wkt], Value: record[f.wkt], Reason: err.Error()}
		}
		return s, nil
	}
	var v [3]float64
	for i, column := range []int{f.lon, f.lat, f.z} {
		if column < 0 || column == f.z && record[column] == "" {
			continue
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(record[column]), 64)
		if err != nil {
			return geo.Solid{}, Problem{Field: f.names[column], Value: record[column], Reason: "want a number"}
		}
		v[i] = n
	}
	s := geo.Solid{Plane: orb.Point{v[0], v[1]}}
	if f.z >= 0 && record[f.z] != "" {
		s.Z = []float64{v[2]}
	}
	return s, nil
}
