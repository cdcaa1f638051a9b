package format

import (
	"archive/zip"
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"

	"github.com/paulmach/orb"

	"suhe/assets"
)

// shapes is one Shapefile on its way: its records and its rows wait in temporary
// files, since what stands at their heads is known at the end.
type shapes struct {
	sheet   *sheet
	kind    uint32 // of the shapes; 0: a table alone
	records *spool
	rows    *spool
	n       int
	size    int64 // of the records
	bound   orb.Bound
	least   float64
	most    float64
}

// spool is a temporary file that is written, then read from its beginning.
type spool struct {
	*bufio.Writer
	f *os.File
}

func newSpool(path string) (*spool, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	return &spool{buffered(f), f}, nil
}

// again begins to read.
func (s *spool) again() (*bufio.Reader, error) {
	if err := s.Flush(); err != nil {
		return nil, err
	}
	_, err := s.f.Seek(0, io.SeekStart)
	return bufio.NewReaderSize(s.f, 64<<10), err
}

func newShapes(dir, kind string, t *sheet, b *body) (*shapes, error) {
	s := &shapes{sheet: t}
	if b != nil {
		s.kind = b.kind
	}
	var err error
	if s.records, err = newSpool(filepath.Join(dir, kind+".shp")); err != nil {
		return nil, err
	}
	if s.rows, err = newSpool(filepath.Join(dir, kind+".dbf")); err != nil {
		s.records.f.Close()
		return nil, err
	}
	return s, nil
}

func (s *shapes) close() {
	s.records.f.Close()
	s.rows.f.Close()
}

const (
	shpHeader = 100
	shpRecord = 8 // before the content of each record
)

// add puts a record behind the others, or a row alone if b is nil.
func (s *shapes) add(b *body, content []byte, row [][]byte) error {
	s.n++
	if size := s.sheet.size(s.n); size > limit {
		return tooLarge("dbf", size)
	}
	if err := writeCells(s.rows, row); err != nil || b == nil {
		return err
	}
	s.size += int64(shpRecord + len(content))
	if size := shpHeader + s.size; size > limit {
		return tooLarge("shp", size)
	}
	if s.n == 1 {
		s.bound, s.least, s.most = b.bound, b.least, b.most
	}
	s.bound = s.bound.Union(b.bound)
	s.least, s.most = min(s.least, b.least), max(s.most, b.most)
	head := binary.BigEndian.AppendUint32(nil, uint32(s.n))
	head = binary.BigEndian.AppendUint32(head, uint32(len(content)/2))
	if _, err := s.records.Write(head); err != nil {
		return err
	}
	_, err := s.records.Write(content)
	return err
}

func tooLarge(file string, size int64) error {
	return fmt.Errorf("%w: shp: the .%s would have %d bytes or more, want at most 2 GiB: ask for less, or for another format", assets.ErrInvalid, file, size)
}

// pack writes the files of the Shapefile into the archive.
func (s *shapes) pack(z *zip.Writer, name string, h Head) error {
	if s.kind != 0 {
		for _, part := range []struct {
			ending string
			write  func(io.Writer) error
		}{
			{".shp", s.writeShapes},
			{".shx", s.writeIndex},
			{".prj", func(w io.Writer) error {
				_, err := io.WriteString(w, define(h.crs(), h.City).esri)
				return err
			}},
		} {
			if err := into(z, name+part.ending, part.write); err != nil {
				return err
			}
		}
	}
	if err := into(z, name+".dbf", s.writeRows); err != nil {
		return err
	}
	return into(z, name+".cpg", func(w io.Writer) error {
		page := "UTF-8"
		if h.Encoding == GBK {
			page = "GBK"
		}
		_, err := io.WriteString(w, page)
		return err
	})
}

func into(z *zip.Writer, name string, write func(io.Writer) error) error {
	w, err := z.Create(name)
	if err != nil {
		return err
	}
	out := buffered(w)
	if err := write(out); err != nil {
		return err
	}
	return out.Flush()
}

// header writes the head that .shp and .shx share; size is that of the whole file.
func (s *shapes) header(w io.Writer, size int64) error {
	b := binary.BigEndian.AppendUint32(nil, 9994)
	b = append(b, make([]byte, 20)...)
	b = binary.BigEndian.AppendUint32(b, uint32(size/2))
	b = binary.LittleEndian.AppendUint32(b, 1000)
	b = binary.LittleEndian.AppendUint32(b, s.kind)
	for _, v := range []float64{s.bound.Min[0], s.bound.Min[1], s.bound.Max[0], s.bound.Max[1], s.least, s.most, 0, 0} {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	_, err := w.Write(b)
	return err
}

func (s *shapes) writeShapes(w io.Writer) error {
	r, err := s.records.again()
	if err != nil {
		return err
	}
	if err := s.header(w, shpHeader+s.size); err != nil {
		return err
	}
	_, err = io.Copy(w, r)
	return err
}

// writeIndex writes where each record begins and how long it is, in words of two bytes.
func (s *shapes) writeIndex(w io.Writer) error {
	r, err := s.records.again()
	if err != nil {
		return err
	}
	if err := s.header(w, shpHeader+int64(s.n)*shpRecord); err != nil {
		return err
	}
	at := uint32(shpHeader / 2)
	for range s.n {
		var head [shpRecord]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return err
		}
		words := binary.BigEndian.Uint32(head[4:])
		if _, err := r.Discard(int(words) * 2); err != nil {
			return err
		}
		binary.BigEndian.PutUint32(head[:], at)
		at += words + shpRecord/2
		if _, err := w.Write(head[:]); err != nil {
			return err
		}
	}
	return nil
}
