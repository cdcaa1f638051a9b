package archive

import (
	"bytes"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
)

const gzipMagic = "\x1f\x8b"

// MaxTile is the most bytes that a tile may have, packed or not.
const MaxTile = 16 << 20

// Inflate unpacks a gzipped tile. One of more than MaxTile bytes, or that is not
// gzipped, is ErrBroken.
func Inflate(gzipped []byte) ([]byte, error) { return inflate(gzipped, MaxTile) }

// inflate never holds more than about twice the limit.
func inflate(gzipped []byte, limit int64) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(gzipped))
	if err != nil {
		return nil, fmt.Errorf("%w: gzip: %w", ErrBroken, err)
	}
	var out bytes.Buffer
	n, err := io.Copy(&out, io.LimitReader(z, limit+1))
	switch {
	case n > limit:
		return nil, fmt.Errorf("%w: gzip: more than %d bytes inside", ErrBroken, limit)
	case err != nil:
		return nil, fmt.Errorf("%w: gzip: %w", ErrBroken, err)
	}
	return out.Bytes(), nil
}

// deflate packs bytes as well as it can: directories and metadata are written
// once and read often.
func deflate(data []byte) []byte {
	var out bytes.Buffer
	z, _ := gzip.NewWriterLevel(&out, gzip.BestCompression) // fails for unknown levels only
	z.Write(data)                                           // a bytes.Buffer takes all
	z.Close()
	return out.Bytes()
}
