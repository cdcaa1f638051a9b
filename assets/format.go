package assets

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"suhe/geo"
)

// Format is a file format.
type Format string

// The formats that can be imported.
const (
	GeoJSON    Format = "geojson"
	GeoJSONSeq Format = "geojsonseq" // one feature per line, or RFC 8142
	CSV        Format = "csv"
	GeoPackage Format = "gpkg"
	OSMPBF     Format = "osm.pbf"
)

// ParseFormat finds a format by its name.
func ParseFormat(s string) (Format, error) {
	switch f := Format(s); f {
	case "", GeoJSON, GeoJSONSeq, CSV, GeoPackage, OSMPBF:
		return f, nil
	}
	return "", fmt.Errorf("format: %q, want geojson, geojsonseq, csv, gpkg or osm.pbf", s)
}

// formatOfName goes by the ending of a file's name; "" if it says nothing.
func formatOfName(name string) Format {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".geojson":
		return GeoJSON
	case ".geojsonl", ".geojsons", ".geojsonseq", ".ndjson", ".jsonl", ".ndgeojson":
		return GeoJSONSeq
	case ".csv", ".tsv", ".txt":
		return CSV
	case ".gpkg":
		return GeoPackage
	case ".pbf":
		return OSMPBF
	}
	return ""
}

// sniff goes by how a file begins.
func sniff(head []byte) Format {
	text := bytes.TrimLeft(bytes.TrimPrefix(head, utf8BOM), " \t\r\n")
	first, _, more := bytes.Cut(text, []byte("\n"))
	switch {
	case bytes.HasPrefix(head, []byte("SQLite format 3\x00")):
		return GeoPackage
	case bytes.Contains(head[:min(len(head), 32)], []byte("OSMHeader")):
		return OSMPBF
	case bytes.HasPrefix(text, []byte{recordSeparator}):
		return GeoJSONSeq
	case bytes.HasPrefix(text, []byte("{")) && more && bytes.HasSuffix(bytes.TrimSpace(first), []byte("}")) &&
		bytes.Contains(first, []byte(`"Feature"`)):
		return GeoJSONSeq
	case bytes.HasPrefix(text, []byte("{")):
		return GeoJSON
	case bytes.ContainsAny(first, ",;\t") && !bytes.ContainsRune(first, 0):
		return CSV
	}
	return ""
}

// open finds the format and returns the rows.
func (im *importer) open(ctx context.Context, rd io.Reader) (iter.Seq2[row, error], error) {
	if err := im.project(im.o.CRS); err != nil {
		return nil, err
	}
	format := im.o.Format
	if format == "" {
		format = formatOfName(im.o.Name)
	}
	if format == GeoPackage || format == OSMPBF {
		return im.openFile(ctx, format, rd)
	}
	br := bufio.NewReaderSize(rd, sniffBytes)
	if format == "" {
		head, _ := br.Peek(sniffBytes)
		if format = sniff(head); format == "" {
			return nil, fmt.Errorf("%w: format of %s is not known, want geojson, geojsonseq, csv, gpkg or osm.pbf", ErrInvalid, baseName(im.o.Name))
		}
	}
	switch format {
	case GeoJSON:
		return im.geojson(br), nil
	case GeoJSONSeq:
		return im.geojsonSeq(br), nil
	case CSV:
		return im.csv(br)
	case GeoPackage, OSMPBF:
		return im.openFile(ctx, format, rd)
	}
	return nil, fmt.Errorf("%w: format: %q is not known", ErrInvalid, format)
}

const sniffBytes = 64 << 10

func (im *importer) openFile(ctx context.Context, format Format, rd io.Reader) (iter.Seq2[row, error], error) {
	f, ok := rd.(*os.File)
	if !ok {
		return nil, fmt.Errorf("%w: %s must be a file, not a stream", ErrInvalid, format)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	if format == GeoPackage {
		return im.geopackage(ctx, f.Name())
	}
	return im.osm(ctx, f)
}

// project sets the CRS of the rows that follow.
func (im *importer) project(crs geo.CRS) error {
	if crs == "" || crs == geo.WGS84 || crs == geo.CGCS2000 {
		im.crs = nil
		return nil
	}
	p, err := geo.ProjectorFor(crs, im.o.City)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	im.crs = p
	return nil
}
