package archive

import (
	"bytes"
	"fmt"
	"os"
	"testing"

	"suhe/geo"
)

// Many tiles need leaf directories, and very many need directories of those; the
// first 16 KiB hold the whole root all the same.
func TestLeaves(t *testing.T) {
	for _, c := range []struct{ tiles, perLeaf, rootBytes, levels int }{
		{4000, leafEntries, maxRoot, 1}, {30_000, leafEntries, maxRoot, 2}, {2000, 16, 100, 3},
	} {
		t.Run(fmt.Sprint(c.tiles, " tiles, ", c.perLeaf, " a leaf"), func(t *testing.T) {
			path, tiles := place(t, "pmtiles"), grid(12, c.tiles)
			w, err := Create(path, sample())
			if err != nil {
				t.Fatal(err)
			}
			w.(*pmtilesWriter).perLeaf, w.(*pmtilesWriter).rootBytes = c.perLeaf, c.rootBytes
			for _, tile := range tiles {
				if err := w.Put(tile, bytes.Repeat(own(tile), int(tile.X)%40+1)); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			f := read(t, path)
			p := f.source.(*pmtilesFile)
			if end := p.head.root.offset + p.head.root.length; end > headSize {
				t.Errorf("the root ends at %d, want at most %d", end, headSize)
			}
			if got := levels(t, p); got != c.levels {
				t.Errorf("%d levels of directories, want %d", got, c.levels)
			}
			for _, tile := range tiles {
				if data, _, err := f.Tile(t.Context(), tile); err != nil || !bytes.Equal(data, bytes.Repeat(own(tile), int(tile.X)%40+1)) {
					t.Fatalf("%v: %d bytes, error %v", tile, len(data), err)
				}
			}
			if data, _, err := f.Tile(t.Context(), geo.Tile{Z: 12, X: 4095, Y: 0}); err != nil || data != nil {
				t.Errorf("a tile that was not put: %q, error %v", data, err)
			}
			if p.cache.bytes > cacheBytes {
				t.Errorf("the cache holds %d bytes, want at most %d", p.cache.bytes, cacheBytes)
			}
		})
	}
}

// levels counts the directories on the way to the first tile.
func levels(t *testing.T, p *pmtilesFile) int {
	entries := p.root
	for n := 1; ; n++ {
		if entries[0].run > 0 {
			return n
		}
		var err error
		if entries, err = p.directory(span{p.head.leaves.offset + entries[0].offset, uint64(entries[0].length)}); err != nil {
			t.Fatal(err)
		}
	}
}

// Equal tiles are kept once; runs of them take one entry.
func TestEqualTiles(t *testing.T) {
	path := place(t, "pmtiles")
	a, b := pack("a"), pack("bb")
	write(t, path, sample(), grid(5, 1024)[:100], func(tile geo.Tile) []byte {
		if id := ID(tile) - firstID(5); id < 60 || id >= 80 {
			return a
		}
		return b
	})
	h := read(t, path).source.(*pmtilesFile).head
	if h.addressed != 100 || h.entries != 3 || h.contents != 2 || h.tiles.length != uint64(len(a)+len(b)) || !h.clustered {
		t.Errorf("%d tiles, %d entries, %d contents in %d bytes; want 100, 3, 2 in %d", h.addressed, h.entries, h.contents, h.tiles.length, len(a)+len(b))
	}
}

func TestDirectoriesAreBounded(t *testing.T) {
	d := newDirectories(100 * (10*entrySize + 256))
	for i := range uint64(1000) {
		d.put(span{i, 1}, make([]entry, 10))
		if _, ok := d.get(span{0, 1}); !ok {
			t.Fatalf("what is asked for was dropped at %d", i)
		}
	}
	if d.bytes > d.limit || len(d.items) != 100 || d.order.Len() != 100 {
		t.Errorf("%d bytes in %d items", d.bytes, len(d.items))
	}
	d.put(span{5000, 1}, make([]entry, 1<<20))
	if _, ok := d.get(span{5000, 1}); ok {
		t.Error("kept what is larger than the cache")
	}
}

// The sections lie in the order that the specification recommends and fill the file.
func TestOrderOfSections(t *testing.T) {
	path := place(t, "pmtiles")
	write(t, path, sample(), grid(12, 20_000), own)
	h := read(t, path).source.(*pmtilesFile).head
	end := uint64(headerSize)
	for _, s := range []span{h.root, h.metadata, h.leaves, h.tiles} {
		if s.offset != end || s.length == 0 {
			t.Errorf("a section of %d bytes from %d, want it from %d", s.length, s.offset, end)
		}
		end += s.length
	}
	if info, err := os.Stat(path); err != nil || uint64(info.Size()) != end {
		t.Errorf("the file has %d bytes (error %v), want %d", info.Size(), err, end)
	}
}
