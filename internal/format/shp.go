package format

import (
	"archive/zip"
	"fmt"
	"io"
	"os"

	"github.com/paulmach/orb"
)

// shapefile writes a zip of Shapefiles (ESRI Shapefile Technical Description, 1998),
// one of each kind of geometry that there is, since such a file holds one kind; what
// has no geometry goes into a table alone. The members of a collection go each to the
// file of its kind.
//
// Names of fields are cut to ten bytes and texts to 254, which is all that dBASE has.
type shapefile struct {
	out   io.Writer
	h     Head
	dir   string
	sheet *sheet // the columns, which all files share
	files map[string]*shapes
	order []string // of their making
}

// limit is how large a file of a Shapefile may be: its offsets are signed and count to
// 2 GiB in most programs.
const limit = 1<<31 - 1

func newShapefile(w io.Writer, h Head) (Writer, error) {
	sheet, err := newSheet(&h)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "suhe-shp-*")
	if err != nil {
		return nil, err
	}
	return &shapefile{out: w, h: h, dir: dir, sheet: sheet, files: map[string]*shapes{}}, nil
}

func (s *shapefile) Write(f *Feature) error {
	if err := s.h.fits(f); err != nil {
		return err
	}
	row, err := s.sheet.row(f)
	if err != nil {
		return fmt.Errorf("feature %q: %w", f.ID, err)
	}
	shape := s.h.shape(f)
	if shape.Plane == nil {
		return s.put(f.ID, "table", nil, nil, row)
	}
	_, err = s.putEach(f.ID, shape.Plane, shape.Z, row)
	return err
}

// putEach puts g, or each member of a collection, and returns the heights behind it.
func (s *shapefile) putEach(id string, g orb.Geometry, z []float64, row [][]byte) ([]float64, error) {
	if c, ok := g.(orb.Collection); ok {
		for _, member := range c {
			var err error
			if z, err = s.putEach(id, member, z, row); err != nil {
				return nil, err
			}
		}
		return z, nil
	}
	kind, b := newBody(g, z, s.h.Z)
	return b.z, s.put(id, kind, &b, b.bytes, row)
}

// put adds a record to the file of its kind.
func (s *shapefile) put(id, kind string, b *body, content []byte, row [][]byte) error {
	file := s.files[kind]
	if file == nil {
		var err error
		if file, err = newShapes(s.dir, kind, s.sheet, b); err != nil {
			return err
		}
		s.files[kind] = file
		s.order = append(s.order, kind)
	}
	if err := file.add(b, content, row); err != nil {
		return fmt.Errorf("feature %q: %w", id, err)
	}
	return nil
}

// Close packs the files.
func (s *shapefile) Close() error {
	defer s.Discard()
	z := zip.NewWriter(s.out)
	if len(s.order) == 0 { // a table without rows says what there would have been
		file, err := newShapes(s.dir, "table", s.sheet, nil)
		if err != nil {
			return err
		}
		s.files["table"], s.order = file, []string{"table"}
	}
	for _, kind := range s.order {
		if err := s.files[kind].pack(z, s.name(kind), s.h); err != nil {
			return fmt.Errorf("%s: %w", kind, err)
		}
	}
	return z.Close()
}

// name is the name of a file without its ending.
func (s *shapefile) name(kind string) string { return tableName(s.h.Name) + "_" + kind }

// Discard removes the temporary files.
func (s *shapefile) Discard() {
	for _, f := range s.files {
		f.close()
	}
	s.files = nil
	_ = os.RemoveAll(s.dir) // what cannot be removed now, the system removes
}
