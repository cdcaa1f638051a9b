package archive

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

const (
	pmtilesMagic   = "PMTiles"
	pmtilesVersion = 3
	headerSize     = 127
	headSize       = 16384 // header and root directory together
	maxRoot        = headSize - headerSize
)

// PMTiles' numbers for compression.
const (
	compressionNone = 1
	compressionGzip = 2
)

// tileTypes are PMTiles' numbers for formats.
var tileTypes = [...]Format{1: MVT, 2: PNG, 3: JPEG, 4: WebP, 5: AVIF}

// span is a part of a file.
type span struct{ offset, length uint64 }

// inside says whether the span lies in the first size bytes.
func (s span) inside(size uint64) bool { return s.offset <= size && s.length <= size-s.offset }

// header is the beginning of a PMTiles file.
type header struct {
	root, metadata, leaves, tiles span
	addressed, entries, contents  uint64
	clustered                     bool
	internal, packed              byte // compressions of directories and metadata, and of tiles
	format                        byte
	minZoom, maxZoom              byte
	bounds                        orb.Bound
	centerZoom                    byte
	center                        orb.Point
}

func (h header) encode() []byte {
	b := append(make([]byte, 0, headerSize), pmtilesMagic...)
	b = append(b, pmtilesVersion)
	for _, s := range []span{h.root, h.metadata, h.leaves, h.tiles} {
		b = binary.LittleEndian.AppendUint64(b, s.offset)
		b = binary.LittleEndian.AppendUint64(b, s.length)
	}
	for _, n := range []uint64{h.addressed, h.entries, h.contents} {
		b = binary.LittleEndian.AppendUint64(b, n)
	}
	clustered := byte(0)
	if h.clustered {
		clustered = 1
	}
	b = append(b, clustered, h.internal, h.packed, h.format, h.minZoom, h.maxZoom)
	b = appendPoint(b, h.bounds.Min)
	b = appendPoint(b, h.bounds.Max)
	return appendPoint(append(b, h.centerZoom), h.center)
}

// degree is PMTiles' unit of places.
const degree = 1e7

func appendPoint(b []byte, p orb.Point) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(int32(math.Round(p[0]*degree))))
	return binary.LittleEndian.AppendUint32(b, uint32(int32(math.Round(p[1]*degree))))
}

// decodeHeader reads the header of a file of so many bytes and checks that all
// that it points to is in the file.
func decodeHeader(b []byte, size uint64) (header, error) {
	if len(b) < headerSize {
		return header{}, fmt.Errorf("%w: header: %d bytes, want %d", ErrBroken, len(b), headerSize)
	}
	if b[7] != pmtilesVersion {
		return header{}, fmt.Errorf("%w: version: %d, want %d", ErrBroken, b[7], pmtilesVersion)
	}
	word := func(at int) uint64 { return binary.LittleEndian.Uint64(b[at:]) }
	part := func(at int) span { return span{word(at), word(at + 8)} }
	point := func(at int) orb.Point {
		lon, lat := int32(binary.LittleEndian.Uint32(b[at:])), int32(binary.LittleEndian.Uint32(b[at+4:]))
		return orb.Point{float64(lon) / degree, float64(lat) / degree}
	}
	h := header{
		root: part(8), metadata: part(24), leaves: part(40), tiles: part(56),
		addressed: word(72), entries: word(80), contents: word(88),
		clustered: b[96] == 1, internal: b[97], packed: b[98], format: b[99], minZoom: b[100], maxZoom: b[101],
		bounds: orb.Bound{Min: point(102), Max: point(110)}, centerZoom: b[118], center: point(119),
	}
	return h, h.check(size)
}

func (h header) check(size uint64) error {
	for _, p := range []struct {
		name string
		span span
		size uint64
	}{{"root directory", h.root, min(size, headSize)}, {"metadata", h.metadata, size}, {"leaf directories", h.leaves, size}, {"tiles", h.tiles, size}} {
		if !p.span.inside(p.size) {
			return fmt.Errorf("%w: %s: %d bytes from %d, outside the %d that may hold it", ErrBroken, p.name, p.span.length, p.span.offset, p.size)
		}
	}
	for _, c := range []struct {
		name  string
		value byte
	}{{"internal compression", h.internal}, {"tile compression", h.packed}} {
		if c.value != compressionNone && c.value != compressionGzip {
			return fmt.Errorf("%w: %s: number %d, want %d (none) or %d (gzip)", ErrBroken, c.name, c.value, compressionNone, compressionGzip)
		}
	}
	if h.format == 0 || int(h.format) >= len(tileTypes) {
		return fmt.Errorf("%w: tile type: number %d, want 1 to %d", ErrBroken, h.format, len(tileTypes)-1)
	}
	return nil
}
