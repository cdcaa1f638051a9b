package format

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// sheet is the columns of a dBASE III table. Their widths are those of the longest
// values seen.
type sheet struct {
	h        *Head
	cols     []Field
	names    []string // in the encoding of the file
	widths   []int
	decimals []int
	coder    coder
	values   []any
	cells    [][]byte
}

// The bounds of a dBASE table.
const (
	dbfText = 254 // bytes of a text
	dbfName = 10  // bytes of a name
)

func newSheet(h *Head) (*sheet, error) {
	t := &sheet{h: h, cols: h.table(), coder: newCoder(h.Encoding)}
	short := func(name string, room int) string { return t.coder.cut(name, dbfName-room) }
	for _, name := range unique(t.cols, nil, short) {
		b, err := t.coder.encode([]byte(name))
		if err != nil {
			return nil, err
		}
		t.names = append(t.names, string(b))
	}
	t.widths, t.decimals = make([]int, len(t.cols)), make([]int, len(t.cols))
	for i := range t.widths {
		t.widths[i] = 1
	}
	t.cells = make([][]byte, len(t.cols))
	return t, nil
}

// row is the cells of a feature, in the encoding of the file; they are good until
// the next call.
func (t *sheet) row(f *Feature) ([][]byte, error) {
	t.values = t.h.row(t.values[:0], f)
	for i, field := range t.cols {
		v, err := plain(field, t.values[i])
		if err != nil {
			return nil, err
		}
		if t.cells[i], err = t.cell(t.cells[i][:0], i, v); err != nil {
			return nil, err
		}
		t.widths[i] = max(t.widths[i], len(t.cells[i]))
	}
	return t.cells, nil
}

// cell appends a plain value; null is empty.
func (t *sheet) cell(dst []byte, i int, v any) ([]byte, error) {
	switch v := v.(type) {
	case string:
		b, err := t.coder.encode([]byte(t.coder.cut(strings.ReplaceAll(v, "\x00", " "), dbfText)))
		return append(dst, b...), err
	case int64:
		return strconv.AppendInt(dst, v, 10), nil
	case float64:
		return t.number(dst, i, v), nil
	case bool:
		if v {
			return append(dst, 'T'), nil
		}
		return append(dst, 'F'), nil
	case time.Time:
		return appendTime(dst, v), nil
	}
	return dst, nil
}

// number appends n with as many decimals as it has, or with an exponent if that is long.
func (t *sheet) number(dst []byte, i int, n float64) []byte {
	const long = 24
	from := len(dst)
	dst = strconv.AppendFloat(dst, n, 'f', -1, 64)
	if len(dst)-from > long {
		return strconv.AppendFloat(dst[:from], n, 'e', -1, 64)
	}
	if _, decimals, ok := strings.Cut(string(dst[from:]), "."); ok {
		t.decimals[i] = max(t.decimals[i], len(decimals))
	}
	return dst
}

// width is that of a column in the file, and how many decimals it has.
func (t *sheet) width(i int) (width, decimals int) {
	if t.cols[i].Type != Number {
		return t.widths[i], 0
	}
	decimals = max(t.decimals[i], 1) // with none it would be read as a column of whole numbers
	return max(t.widths[i], decimals+2), decimals
}

// size is that of a table of n rows.
func (t *sheet) size(n int) int64 {
	return int64(t.headSize()) + int64(n)*int64(t.rowSize()) + 1
}

func (t *sheet) headSize() int { return 32 + 32*len(t.cols) + 1 }

func (t *sheet) rowSize() int {
	size := 1 // the mark of deletion
	for i := range t.cols {
		w, _ := t.width(i)
		size += w
	}
	return size
}

var dbfTypes = [...]byte{Text: 'C', Integer: 'N', Number: 'N', Bool: 'L', Time: 'C', JSON: 'C'}

// header writes the head of a table of n rows.
func (t *sheet) header(w io.Writer, n int) error {
	b := []byte{3, 126, 1, 1} // without memo; a date of change, which must be one
	b = binary.LittleEndian.AppendUint32(b, uint32(n))
	b = binary.LittleEndian.AppendUint16(b, uint16(t.headSize()))
	b = binary.LittleEndian.AppendUint16(b, uint16(t.rowSize()))
	b = append(b, make([]byte, 20)...)
	if t.h.Encoding == GBK {
		b[29] = 0x4d // code page 936
	}
	for i, f := range t.cols {
		name := make([]byte, 11)
		copy(name, t.names[i])
		width, decimals := t.width(i)
		b = append(append(b, name...), dbfTypes[f.Type], 0, 0, 0, 0, byte(width), byte(decimals))
		b = append(b, make([]byte, 14)...)
	}
	_, err := w.Write(append(b, '\r'))
	return err
}

// writeCells keeps cells until their widths are known: the length of each before it.
func writeCells(w *spool, cells [][]byte) error {
	for _, c := range cells {
		if err := w.WriteByte(byte(len(c))); err != nil {
			return err
		}
		if _, err := w.Write(c); err != nil {
			return err
		}
	}
	return nil
}

// writeRows writes the table.
func (s *shapes) writeRows(w io.Writer) error {
	r, err := s.rows.again()
	if err != nil {
		return err
	}
	if size := s.sheet.size(s.n); size > limit { // a later row of another file was longer
		return tooLarge("dbf", size)
	}
	if err := s.sheet.header(w, s.n); err != nil {
		return err
	}
	row := make([]byte, s.sheet.rowSize())
	for range s.n {
		if err := s.sheet.fill(row, r); err != nil {
			return fmt.Errorf("dbf: %w", err)
		}
		if _, err := w.Write(row); err != nil {
			return err
		}
	}
	_, err = w.Write([]byte{0x1a})
	return err
}

// fill reads the cells of one row into its place: text to the left, numbers to the right.
func (t *sheet) fill(row []byte, r *bufio.Reader) error {
	for i := range row {
		row[i] = ' '
	}
	at := 1
	for i, f := range t.cols {
		n, err := r.ReadByte()
		if err != nil {
			return err
		}
		width, _ := t.width(i)
		from := at
		if f.Type == Integer || f.Type == Number {
			from += width - int(n)
		}
		if _, err := io.ReadFull(r, row[from:from+int(n)]); err != nil {
			return err
		}
		if f.Type == Bool && n == 0 {
			row[at] = '?'
		}
		at += width
	}
	return nil
}
