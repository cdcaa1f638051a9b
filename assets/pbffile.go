package assets

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zlib"
	"github.com/paulmach/osm"
	"google.golang.org/protobuf/encoding/protowire"
)

// The bounds of an OSM PBF file (wiki.openstreetmap.org/wiki/PBF_Format).
const (
	maxPBFHeader = 64 << 10
	maxPBFBlob   = 32 << 20 // of a blob, packed or not
)

// pbfKinds are the kinds of elements to decode; the others are stepped over.
type pbfKinds struct{ nodes, ways, relations bool }

// readPBF hands every element of the wanted kinds to each, in the order of the
// file, on the caller's goroutine; an error of each ends it and comes back as it
// is. osmpbf is not used: it panics on files that it does not like, on
// goroutines where nobody can recover it.
func readPBF(ctx context.Context, r io.Reader, want pbfKinds, each func(osm.Object) error) error {
	blobs := 0
	for ; ; blobs++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		kind, data, err := nextBlob(r)
		if errors.Is(err, io.EOF) && blobs > 0 {
			return nil
		}
		if err == nil {
			err = readBlob(kind, data, blobs == 0, want, each)
		}
		if err != nil {
			return fmt.Errorf("blob %d: %w", blobs, err)
		}
	}
}

// pbfBroken marks what is wrong with the file.
func pbfBroken(format string, a ...any) error {
	return fmt.Errorf("%w: osm.pbf: %w", ErrInvalid, fmt.Errorf(format, a...))
}

func readBlob(kind string, data []byte, first bool, want pbfKinds, each func(osm.Object) error) error {
	if first != (kind == "OSMHeader") {
		return pbfBroken("type %.20q, want OSMHeader first and OSMData behind", kind)
	}
	raw, err := unpackBlob(data)
	if err != nil {
		return err
	}
	if first {
		return checkPBFHeader(raw)
	}
	return readPBFBlock(raw, want, each)
}

// nextBlob reads a blob's type and its bytes; io.EOF between two blobs.
func nextBlob(r io.Reader) (kind string, data []byte, err error) {
	var size [4]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		if errors.Is(err, io.EOF) {
			return "", nil, io.EOF
		}
		return "", nil, pbfBroken("%w", err)
	}
	head, err := readN(r, int64(binary.BigEndian.Uint32(size[:])), maxPBFHeader)
	if err != nil {
		return "", nil, err
	}
	length := int64(-1)
	err = pbfFields(head, func(n protowire.Number, b []byte, v uint64) error {
		switch n {
		case 1:
			kind = string(b)
		case 3:
			length = int64(v)
		}
		return nil
	})
	if err != nil {
		return "", nil, err
	}
	data, err = readN(r, length, maxPBFBlob)
	return kind, data, err
}

func readN(r io.Reader, n, most int64) ([]byte, error) {
	if n < 0 || n > most {
		return nil, pbfBroken("length %d, want at most %d", n, most)
	}
	// Grow with what is there, not with what is claimed.
	var b bytes.Buffer
	if got, err := io.CopyN(&b, r, n); err != nil {
		return nil, pbfBroken("%d bytes, want %d: %w", got, n, io.ErrUnexpectedEOF)
	}
	return b.Bytes(), nil
}

func unpackBlob(data []byte) ([]byte, error) {
	var raw, packed []byte
	err := pbfFields(data, func(n protowire.Number, b []byte, _ uint64) error {
		switch n {
		case 1:
			raw = b
		case 3:
			packed = b
		case 4, 5, 6, 7:
			return pbfBroken("compression %d, want none or zlib", n)
		}
		return nil
	})
	if err != nil || packed == nil {
		return raw, err
	}
	z, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, pbfBroken("%w", err)
	}
	defer z.Close()
	var out bytes.Buffer
	n, err := io.Copy(&out, io.LimitReader(z, maxPBFBlob+1))
	if err != nil {
		return nil, pbfBroken("%w", err)
	}
	if n > maxPBFBlob {
		return nil, pbfBroken("more than %d bytes unpacked", maxPBFBlob)
	}
	return out.Bytes(), nil
}

func checkPBFHeader(b []byte) error {
	return pbfFields(b, func(n protowire.Number, b []byte, _ uint64) error {
		if s := string(b); n == 4 && s != "OsmSchema-V0.6" && s != "DenseNodes" {
			return pbfBroken("required feature %.40q is not known", s)
		}
		return nil
	})
}

// pbfFields calls each with every field of a message: its bytes, or its number.
func pbfFields(b []byte, each func(n protowire.Number, b []byte, v uint64) error) error {
	for len(b) > 0 {
		n, kind, size := protowire.ConsumeTag(b)
		if size < 0 {
			return pbfBroken("%w", protowire.ParseError(size))
		}
		b = b[size:]
		var bytes []byte
		var v uint64
		switch kind {
		case protowire.VarintType:
			v, size = protowire.ConsumeVarint(b)
		case protowire.BytesType:
			bytes, size = protowire.ConsumeBytes(b)
		default:
			size = protowire.ConsumeFieldValue(n, kind, b)
		}
		if size < 0 {
			return pbfBroken("field %d: %w", n, protowire.ParseError(size))
		}
		b = b[size:]
		if err := each(n, bytes, v); err != nil {
			return err
		}
	}
	return nil
}
