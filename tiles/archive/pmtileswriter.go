package archive

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"suhe/assets"
	"suhe/geo"
)

const (
	leafEntries = 4096    // of a leaf directory
	maxKnown    = 1 << 16 // tiles remembered to find equal ones
)

// order is the check that both writers share: tiles come one after another.
type order struct {
	meta Meta
	next uint64 // the least id that may come
}

// take checks the next tile and returns its id.
func (o *order) take(t geo.Tile, gzipped []byte) (uint64, error) {
	if !t.Valid() || t.Z < o.meta.MinZoom || t.Z > o.meta.MaxZoom {
		return 0, fmt.Errorf("tile %d/%d/%d: %w: want zoom %d–%d and x, y below 2^z", t.Z, t.X, t.Y, assets.ErrInvalid, o.meta.MinZoom, o.meta.MaxZoom)
	}
	if len(gzipped) == 0 || len(gzipped) > MaxTile {
		return 0, fmt.Errorf("tile %d/%d/%d: %w: %d bytes, want 1 to %d", t.Z, t.X, t.Y, assets.ErrInvalid, len(gzipped), MaxTile)
	}
	id := ID(t)
	if id < o.next {
		return 0, fmt.Errorf("tile %d/%d/%d: %w: its id %d is not above those before", t.Z, t.X, t.Y, assets.ErrInvalid, id)
	}
	o.next = id + 1
	return id, nil
}

// pmtilesWriter collects tiles and leaf directories in files of their own, as
// what comes before them in the archive is known only at the end. In memory it
// has one leaf under way, the pointers to those before (24 bytes for 4,096
// tiles) and what it remembers of equal tiles.
type pmtilesWriter struct {
	order
	whole, data, leaves    *part
	dataOut, leavesOut     *bufio.Writer
	dataLength, leafLength uint64
	entries, pointers      []entry
	perLeaf, rootBytes     int
	known                  map[[16]byte]entry // where bytes of that hash lie
	head                   header
	err                    error // of Put, which ends the archive
}

func createPMTiles(path string, m Meta) (Writer, error) {
	w := &pmtilesWriter{order: order{meta: m}, perLeaf: leafEntries, rootBytes: maxRoot, known: make(map[[16]byte]entry)}
	for _, p := range []**part{&w.whole, &w.data, &w.leaves} {
		var err error
		if *p, err = createPart(path); err != nil {
			w.Abort()
			return nil, err
		}
	}
	w.dataOut, w.leavesOut = bufio.NewWriterSize(w.data, 1<<18), bufio.NewWriter(w.leaves)
	return w, nil
}

// Put implements Writer.
func (w *pmtilesWriter) Put(t geo.Tile, gzipped []byte) error {
	if w.err == nil {
		w.err = w.put(t, gzipped)
	}
	return w.err
}

func (w *pmtilesWriter) put(t geo.Tile, gzipped []byte) error {
	id, err := w.take(t, gzipped)
	if err != nil {
		return err
	}
	e, err := w.store(gzipped)
	if err != nil {
		return err
	}
	w.head.addressed++
	if n := len(w.entries); n > 0 {
		if last := &w.entries[n-1]; last.offset == e.offset && last.id+uint64(last.run) == id {
			last.run++
			return nil
		}
	}
	if len(w.entries) == w.perLeaf {
		if err := w.spill(w.entries); err != nil {
			return err
		}
		w.entries = w.entries[:0]
	}
	e.id, e.run = id, 1
	w.entries = append(w.entries, e)
	w.head.entries++
	return nil
}

// store writes the bytes, unless equal ones are known, and returns where they lie.
func (w *pmtilesWriter) store(gzipped []byte) (entry, error) {
	sum := sha256.Sum256(gzipped)
	key := [16]byte(sum[:16])
	if e, ok := w.known[key]; ok {
		return e, nil
	}
	e := entry{offset: w.dataLength, length: uint32(len(gzipped))}
	if len(w.known) == maxKnown {
		clear(w.known)
	}
	w.known[key] = e
	w.dataLength += uint64(len(gzipped))
	w.head.contents++
	_, err := w.dataOut.Write(gzipped)
	return e, err
}

// spill writes the entries as a leaf directory and points to it.
func (w *pmtilesWriter) spill(entries []entry) error {
	packed := deflate(encodeDirectory(entries))
	w.pointers = append(w.pointers, entry{id: entries[0].id, offset: w.leafLength, length: uint32(len(packed))})
	w.leafLength += uint64(len(packed))
	_, err := w.leavesOut.Write(packed)
	return err
}

// root returns the packed root directory. If all entries do not fit it, they
// become leaves; if the pointers to those do not fit either, leaves as well.
func (w *pmtilesWriter) root() ([]byte, error) {
	if len(w.pointers) > 0 {
		if err := w.spill(w.entries); err != nil {
			return nil, err
		}
		w.entries, w.pointers = w.pointers, nil
	}
	for {
		packed := deflate(encodeDirectory(w.entries))
		if len(packed) <= w.rootBytes {
			return packed, nil
		}
		for len(w.entries) > 0 {
			n := min(len(w.entries), w.perLeaf)
			if err := w.spill(w.entries[:n]); err != nil {
				return nil, err
			}
			w.entries = w.entries[n:]
		}
		w.entries, w.pointers = w.pointers, nil
	}
}

// Close implements Writer.
func (w *pmtilesWriter) Close() error {
	defer w.Abort()
	if w.err != nil {
		return w.err
	}
	if len(w.entries) == 0 {
		return fmt.Errorf("archive: %w: it has no tile", assets.ErrInvalid)
	}
	if err := w.assemble(); err != nil {
		return err
	}
	return w.whole.place()
}

// assemble writes the sections in the order that the specification recommends.
func (w *pmtilesWriter) assemble() error {
	root, err := w.root()
	if err != nil {
		return err
	}
	described, err := encodeMetadata(w.meta)
	if err != nil {
		return err
	}
	described = deflate(described)
	w.locate(uint64(len(root)), uint64(len(described)))
	for _, b := range [][]byte{w.head.encode(), root, described} {
		if _, err := w.whole.Write(b); err != nil {
			return err
		}
	}
	if err := errors.Join(w.leavesOut.Flush(), w.dataOut.Flush()); err != nil {
		return err
	}
	for _, p := range []*part{w.leaves, w.data} {
		if _, err := p.Seek(0, io.SeekStart); err != nil {
			return err
		}
		if _, err := io.Copy(w.whole, p.File); err != nil {
			return err
		}
	}
	return nil
}

// locate completes the header.
func (w *pmtilesWriter) locate(root, described uint64) {
	h, m := &w.head, w.meta
	h.root = span{headerSize, root}
	h.metadata = span{h.root.offset + root, described}
	h.leaves = span{h.metadata.offset + described, w.leafLength}
	h.tiles = span{h.leaves.offset + w.leafLength, w.dataLength}
	h.clustered, h.internal, h.packed, h.format = true, compressionGzip, compressionGzip, 1
	h.minZoom, h.maxZoom = byte(m.MinZoom), byte(m.MaxZoom)
	h.bounds, h.center, h.centerZoom = m.Bounds, m.Bounds.Center(), byte(m.MinZoom)
}

// Abort implements Writer.
func (w *pmtilesWriter) Abort() {
	for _, p := range []*part{w.whole, w.data, w.leaves} {
		if p != nil {
			p.drop()
		}
	}
	if w.err == nil {
		w.err = errClosed
	}
}

// errClosed answers what comes after Close or Abort.
var errClosed = errors.New("archive: it is closed")
