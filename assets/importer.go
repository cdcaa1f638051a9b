package assets

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"regexp"
	"strings"

	"suhe/geo"
)

// The bounds of one row of a file that is imported.
const (
	MaxRowBytes  = 16 << 20 // of one feature, line or record
	MaxRowFields = 1024     // columns or members
)

// ImportOptions say how to read a file. The zero value reads WGS84, finds the
// format by name and content, and makes fixtures (kind asset).
type ImportOptions struct {
	Format   Format                 // empty: by file name, then by content
	Name     string                 // file name; ImportFile sets it if empty
	Kind     Kind                   // of every asset; empty: what the row says, else asset
	Class    string                 // of every asset; empty: what the row says, else the kind's generic class
	CRS      geo.CRS                // of the coordinates; empty: what the file says, else WGS84
	City     geo.TransverseMercator // what geo.CityPlane means
	Map      map[string]string      // source field → asset field or property; to "": dropped
	Layer    string                 // GeoPackage: only this layer
	Encoding string                 // CSV: utf-8 or gbk; empty: detected

	By     string // who imports
	Why    string // empty: "import <Name>"
	DryRun bool   // read and check everything, store nothing
	Strict bool   // the first bad row ends the import and stores nothing

	Problem  func(Problem) // told of each bad row, in order; may be nil
	Progress func(Report)  // told every ProgressEvery rows; may be nil
}

// ProgressEvery is the number of rows between two calls of Progress.
const ProgressEvery = 1000

// Problem is what is wrong with one row.
type Problem struct {
	Row    int    `json:"row"`            // from 1, in order of the file
	Line   int    `json:"line,omitempty"` // from 1, where the row begins; 0: the format has no lines
	Field  string `json:"field,omitempty"`
	Value  string `json:"value,omitempty"` // at most 100 bytes of it
	Reason string `json:"reason"`
}

// Error says all of it in one line.
func (p Problem) Error() string {
	s := fmt.Sprintf("row %d", p.Row)
	if p.Line > 0 {
		s += fmt.Sprintf(" (line %d)", p.Line)
	}
	if p.Field != "" {
		s += ": " + p.Field
	}
	if p.Value != "" {
		s += fmt.Sprintf(" %q", p.Value)
	}
	return s + ": " + p.Reason
}

// Report counts what became of the rows.
type Report struct {
	Read    int `json:"read"`
	Created int `json:"created"` // of a dry run: rows that are good
	Changed int `json:"changed"`
	Same    int `json:"same"`
	Bad     int `json:"bad"`
}

// ImportFile imports a file of any format; see Import.
func (r *Registry) ImportFile(ctx context.Context, path string, o ImportOptions) (Report, error) {
	if o.Name == "" {
		o.Name = path
	}
	f, err := os.Open(path)
	if err != nil {
		return Report{}, fmt.Errorf("import: %w", err)
	}
	defer f.Close()
	return r.Import(ctx, f, o)
}

// Import reads assets from rd and commits the good rows in one transaction: all
// of them or, if it returns an error, none. A row is bad if it cannot be read or
// breaks a rule of the registry; it goes to Problem and is passed over. What
// breaks the file itself (a cut end, no such column, a database that is none)
// ends the import. Errors wrap ErrInvalid if the file is at fault.
//
// An asset's id is, in this order: the field mapped to id; the field or feature
// member "id", with "/" as ":"; osm:way:123 and the like for OpenStreetMap
// files; otherwise <file>:<ordinal>, where <file> is the file's base name
// without its ending. Ids that are mere numbers become <file>:<number>. So the
// same file imported again changes nothing, unless somebody edited its assets
// since: then the file wins. A second row with the same id is bad.
//
// Fields named id, kind, class, name, owner, lifecycle, base, height,
// orientation, camera and sensor become those of the asset if they make sense
// there; all others, and what Map does not rename, become properties.
//
// GeoPackage and OSM PBF need random access: rd must then be an *os.File.
func (r *Registry) Import(ctx context.Context, rd io.Reader, o ImportOptions) (Report, error) {
	im := &importer{r: r, o: o, seen: map[ID]int{}}
	if o.Why == "" {
		o.Why = "import " + baseName(o.Name)
	}
	im.bulk = r.begin(o.By, o.Why)
	rows, err := im.open(ctx, rd)
	if err != nil {
		return Report{}, fmt.Errorf("import %s: %w", baseName(o.Name), err)
	}
	edits := im.edits(ctx, rows)
	if o.DryRun {
		err = im.dry(edits)
	} else {
		err = r.store.Commit(ctx, edits, im.took)
	}
	if err != nil {
		return im.report, fmt.Errorf("import %s: %w", baseName(o.Name), err)
	}
	if o.Progress != nil {
		o.Progress(im.report)
	}
	return im.report, nil
}

// importer is one import on its way.
type importer struct {
	r      *Registry
	o      ImportOptions
	bulk   *bulk
	crs    geo.Projector // nil: coordinates are WGS84 as they are
	report Report
	seen   map[ID]int // row that took the id
}

func (im *importer) took(_ *Asset, v Verdict) {
	switch v {
	case Created:
		im.report.Created++
	case Changed:
		im.report.Changed++
	case Same:
		im.report.Same++
	}
}

func (im *importer) dry(edits iter.Seq2[Edit, error]) error {
	for _, err := range edits {
		if err != nil {
			return err
		}
		im.report.Created++
	}
	return nil
}

// edits turns rows into edits and keeps the bad ones back.
func (im *importer) edits(ctx context.Context, rows iter.Seq2[row, error]) iter.Seq2[Edit, error] {
	return func(yield func(Edit, error) bool) {
		for rw, err := range rows {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield(Edit{}, err)
				return
			}
			im.report.Read++
			if im.o.Progress != nil && im.report.Read%ProgressEvery == 0 {
				im.o.Progress(im.report)
			}
			e, bad := im.edit(&rw)
			if bad != nil {
				if im.refuse(*bad); im.o.Strict {
					yield(Edit{}, fmt.Errorf("%w: %w", ErrInvalid, *bad))
					return
				}
				continue
			}
			if !yield(e, nil) {
				return
			}
		}
	}
}

func (im *importer) refuse(p Problem) {
	im.report.Bad++
	if im.o.Problem != nil {
		im.o.Problem(p)
	}
}

// edit makes the edit of one row, or says what is wrong with it.
func (im *importer) edit(rw *row) (Edit, *Problem) {
	bad := func(err error) *Problem {
		var p Problem
		if !errors.As(err, &p) {
			p = problemOf(err)
		}
		p.Row, p.Line = rw.n, rw.line
		if len(p.Value) > 100 {
			p.Value = strings.ToValidUTF8(p.Value[:97], "") + "…"
		}
		return &p
	}
	if rw.bad != nil {
		return Edit{}, bad(rw.bad)
	}
	a, err := im.asset(rw)
	if err != nil {
		return Edit{}, bad(err)
	}
	if first, twice := im.seen[a.ID]; twice {
		return Edit{}, bad(Problem{Field: "id", Value: string(a.ID), Reason: fmt.Sprintf("comes twice, first in row %d", first)})
	}
	e, err := im.bulk.prepare(Edit{Asset: a, WasRev: AnyRev})
	if err != nil {
		return Edit{}, bad(errors.Unwrap(err)) // the row names the asset
	}
	im.seen[a.ID] = rw.n
	return e, nil
}

// fieldPath is how errors of the registry name a field.
var fieldPath = regexp.MustCompile(`^[A-Za-z][\w.\[\]]*$`)

// problemOf takes an error of the registry apart: "invalid: field: reason".
func problemOf(err error) Problem {
	text := strings.TrimPrefix(err.Error(), ErrInvalid.Error()+": ")
	field, reason, ok := strings.Cut(text, ": ")
	if !ok || !fieldPath.MatchString(field) {
		return Problem{Reason: text}
	}
	return Problem{Field: field, Reason: reason}
}
