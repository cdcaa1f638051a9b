package assets

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"iter"

	"suhe/geo"
)

// ExportGeoJSON writes the assets as one FeatureCollection (RFC 7946), feature
// by feature, in the order of seq. The members of an asset's JSON are the
// feature's properties, its own properties an object among them; Import reads
// the file back as the same assets. An error of seq, or one of w, ends it.
func ExportGeoJSON(w io.Writer, seq iter.Seq2[*Asset, error]) error {
	bw := bufio.NewWriterSize(w, 64<<10)
	bw.WriteString(`{"type":"FeatureCollection","features":[`) // a bufio.Writer keeps its error for Flush
	between := "\n"
	for a, err := range seq {
		if err != nil {
			return fmt.Errorf("export: %w", err)
		}
		line, err := AppendFeature([]byte(between), a)
		if err != nil {
			return fmt.Errorf("export: asset %s: %w", a.ID, err)
		}
		if _, err := bw.Write(line); err != nil {
			return fmt.Errorf("export: %w", err)
		}
		between = ",\n"
	}
	bw.WriteString("\n]}\n")
	if err := bw.Flush(); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return nil
}

// AppendFeature appends a as a GeoJSON Feature as ExportGeoJSON writes it.
func AppendFeature(dst []byte, a *Asset) ([]byte, error) {
	props, err := json.Marshal(a.wire())
	if err != nil {
		return nil, err
	}
	id, err := json.Marshal(string(a.ID))
	if err != nil {
		return nil, err
	}
	dst = append(append(dst, `{"type":"Feature","id":`...), id...)
	dst = append(dst, `,"geometry":`...)
	if a.Shape.Geometry.Plane == nil {
		dst = append(dst, "null"...)
	} else {
		dst = geo.AppendGeoJSON(dst, a.Shape.Geometry)
	}
	dst = append(append(dst, `,"properties":`...), props...)
	return append(dst, '}'), nil
}
