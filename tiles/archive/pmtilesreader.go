package archive

import (
	"context"
	"fmt"
	"io"
	"os"

	"suhe/geo"
)

// The bounds of what a request makes.
const (
	maxDirectory = 1 << 20 // bytes of a directory, packed and unpacked; what is common has a tenth
	maxDepth     = 4       // directories on the way to a tile
	readsAtOnce  = 4       // directories unpacked at the same time
)

// pmtilesFile finds tiles in a PMTiles file.
type pmtilesFile struct {
	file  *os.File
	head  header
	root  []entry
	cache *directories
	slots chan struct{}
}

func openPMTiles(file *os.File, size int64) (*File, error) {
	start := make([]byte, headerSize)
	n, err := file.ReadAt(start, 0)
	if err != nil && err != io.EOF {
		return nil, err
	}
	p := &pmtilesFile{file: file, cache: newDirectories(cacheBytes), slots: make(chan struct{}, readsAtOnce)}
	if p.head, err = decodeHeader(start[:n], uint64(size)); err != nil {
		return nil, err
	}
	if p.root, err = p.directory(p.head.root); err != nil {
		return nil, fmt.Errorf("root: %w", err)
	}
	m, err := p.meta()
	if err != nil {
		return nil, err
	}
	return &File{m, p}, nil
}

// meta reads the JSON and what the header knows better.
func (p *pmtilesFile) meta() (Meta, error) {
	h := p.head
	m := Meta{
		Format: tileTypes[h.format], MinZoom: uint32(h.minZoom), MaxZoom: uint32(h.maxZoom), Bounds: h.bounds,
	}
	if h.metadata.length > 0 {
		data, err := p.read(h.metadata, maxMetadata)
		if err != nil {
			return Meta{}, fmt.Errorf("metadata: %w", err)
		}
		if err := readMetadata(data, &m); err != nil {
			return Meta{}, err
		}
	}
	return m, m.settle()
}

// tile implements source.
func (p *pmtilesFile) tile(ctx context.Context, t geo.Tile) ([]byte, error) {
	id, entries := ID(t), p.root
	for range maxDepth {
		e, ok := find(entries, id)
		if !ok {
			return nil, nil
		}
		if e.run > 0 {
			return p.bytes(span{p.head.tiles.offset + e.offset, uint64(e.length)}, MaxTile)
		}
		var err error
		if entries, err = p.leaf(ctx, span{p.head.leaves.offset + e.offset, uint64(e.length)}); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("%w: more than %d directories on the way", ErrBroken, maxDepth)
}

// leaf returns a leaf directory, from the cache if it is there.
func (p *pmtilesFile) leaf(ctx context.Context, s span) ([]entry, error) {
	if entries, ok := p.cache.get(s); ok {
		return entries, nil
	}
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if entries, ok := p.cache.get(s); ok { // read while we waited
		return entries, nil
	}
	entries, err := p.directory(s)
	if err == nil {
		p.cache.put(s, entries)
	}
	return entries, err
}

func (p *pmtilesFile) directory(s span) ([]entry, error) {
	data, err := p.read(s, maxDirectory)
	if err != nil {
		return nil, err
	}
	return decodeDirectory(data, p.head.tiles.length, p.head.leaves.length)
}

// read reads and unpacks a directory or the metadata.
func (p *pmtilesFile) read(s span, limit int64) ([]byte, error) {
	data, err := p.bytes(s, limit)
	if err != nil || p.head.internal == compressionNone {
		return data, err
	}
	return inflate(data, limit)
}

// bytes reads a part of the file.
func (p *pmtilesFile) bytes(s span, limit int64) ([]byte, error) {
	if s.length > uint64(limit) {
		return nil, fmt.Errorf("%w: %d bytes in one piece, want at most %d", ErrBroken, s.length, limit)
	}
	data := make([]byte, s.length)
	if _, err := p.file.ReadAt(data, int64(s.offset)); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBroken, err) // the file was cut after it was opened
	}
	return data, nil
}

// Close implements source.
func (p *pmtilesFile) Close() error { return p.file.Close() }
