package archive

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"suhe/geo"
)

// sections are a PMTiles file to be.
type sections struct{ root, metadata, leaves, tiles []byte }

// lay joins the sections, after change had its way with the header.
func (s sections) lay(change func(*header)) []byte {
	h := header{clustered: true, internal: compressionNone, packed: compressionGzip, format: 1, maxZoom: 5}
	end := uint64(headerSize)
	for _, p := range []struct {
		to   *span
		data []byte
	}{{&h.root, s.root}, {&h.metadata, s.metadata}, {&h.leaves, s.leaves}, {&h.tiles, s.tiles}} {
		*p.to = span{end, uint64(len(p.data))}
		end += uint64(len(p.data))
	}
	change(&h)
	return bytes.Join([][]byte{h.encode(), s.root, s.metadata, s.leaves, s.tiles}, nil)
}

func numbers(values ...uint64) (b []byte) {
	for _, v := range values {
		b = binary.AppendUvarint(b, v)
	}
	return b
}

// hostile are the files that Open, or Tile if they can be opened, must refuse.
func hostile() map[string][]byte {
	tile := own(geo.Tile{})
	plain := sections{root: encodeDirectory([]entry{{0, 0, uint32(len(tile)), 1}}), metadata: []byte("{}"), tiles: tile}
	as := func(change func(*header)) []byte { return plain.lay(change) }
	rooted := func(root []byte) []byte {
		return sections{root, []byte("{}"), nil, tile}.lay(func(*header) {})
	}
	described := func(text string) []byte {
		return sections{plain.root, []byte(text), nil, tile}.lay(func(*header) {})
	}
	self := encodeDirectory([]entry{{0, 0, 5, 0}})
	return map[string][]byte{
		"no header":              []byte(pmtilesMagic),
		"half a header":          as(func(*header) {})[:100],
		"another version":        append([]byte(pmtilesMagic+"\x04"), as(func(*header) {})[8:]...),
		"root outside":           as(func(h *header) { h.root.offset = 1 << 40 }),
		"root too late":          as(func(h *header) { h.root = span{headSize, 1} }),
		"root without end":       as(func(h *header) { h.root.length = 1<<64 - 1 }),
		"tiles outside":          as(func(h *header) { h.tiles.length++ }),
		"overflow":               as(func(h *header) { h.tiles.offset = 1<<64 - 1 }),
		"brotli":                 as(func(h *header) { h.internal = 3 }),
		"zstd tiles":             as(func(h *header) { h.packed = 4 }),
		"unknown tiles":          as(func(h *header) { h.format = 9 }),
		"zooms inside out":       as(func(h *header) { h.minZoom = 6 }),
		"gzip that is none":      as(func(h *header) { h.internal = compressionGzip }),
		"no root":                rooted(nil),
		"no entries":             rooted(numbers(0)),
		"entries without end":    rooted(numbers(1 << 60)),
		"entries beyond bytes":   rooted(numbers(3, 0, 1, 1, 1)),
		"a number without end":   rooted(bytes.Repeat([]byte{0xff}, 20)),
		"bytes left":             rooted(append(bytes.Clone(plain.root), 0)),
		"follows nothing":        rooted(numbers(1, 0, 1, 1, 0)),
		"an empty tile":          rooted(numbers(1, 0, 1, 0, 1)),
		"a tile outside":         rooted(numbers(1, 0, 1, 1, 1<<40)),
		"twice the same id":      rooted(numbers(2, 1, 0, 1, 1, 1, 1, 1, 1)),
		"runs that overlap":      rooted(numbers(2, 1, 1, 2, 1, 1, 1, 1, 1)),
		"ids beyond 64 bits":     rooted(numbers(2, 1<<63, 1<<63, 1, 1, 1, 1, 1, 1)),
		"a run beyond 64 bits":   rooted(numbers(1, 1<<64-1, 1, 1, 1)),
		"a length of 33 bits":    rooted(numbers(1, 0, 1, 1<<33, 1)),
		"a leaf without section": rooted(numbers(1, 0, 0, 1, 1)),
		"a leaf to itself":       sections{self, []byte("{}"), self, tile}.lay(func(*header) {}),
		"a leaf of rubbish":      sections{self, []byte("{}"), []byte("xxxxx"), tile}.lay(func(*header) {}),
		"metadata of rubbish":    described("{"),
		"metadata in deep":       described(strings.Repeat("[", 100_000)),
		"too many layers":        described(`{"vector_layers":[` + strings.Repeat("{},", maxLayers) + "{}]}"),
		"a layer without a name": described(`{"vector_layers":[{}]}`),
		"a bomb":                 sections{pack(string(make([]byte, 8<<20))), nil, nil, tile}.lay(func(h *header) { h.internal, h.root = compressionGzip, span{headerSize, 16000} }),
		"a metadata bomb": sections{deflate(plain.root), pack(string(make([]byte, 8<<20))), nil, tile}.
			lay(func(h *header) { h.internal = compressionGzip }),
	}
}

// first opens the file and reads the first tile.
func first(t testing.TB, path string) ([]byte, error) {
	f, err := Open(t.Context(), path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, _, err := f.Tile(t.Context(), geo.Tile{})
	return data, err
}

// maxAllocated bounds what opening a file and asking for a few tiles may allocate
// in all, whatever the file says.
const maxAllocated = 64 << 20

// allocated is how much was, in all.
func allocated() uint64 {
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return s.TotalAlloc
}

func TestPMTilesHostile(t *testing.T) {
	for name, data := range hostile() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "file")
			os.WriteFile(path, data, 0o600)
			before := allocated()
			if got, err := first(t, path); !errors.Is(err, ErrBroken) {
				t.Errorf("%q, error %v, want %v", got, err, ErrBroken)
			}
			if n := allocated() - before; n > maxAllocated {
				t.Errorf("allocated %d bytes, want at most %d", n, maxAllocated)
			}
		})
	}
}

// What is not as it should be in the metadata, but harmless, is left out.
func TestLenientMetadata(t *testing.T) {
	tile := own(geo.Tile{})
	root := encodeDirectory([]entry{{0, 0, uint32(len(tile)), 1}})
	path := place(t, "pmtiles")
	os.WriteFile(path, sections{root, []byte(`{"name":"n","version":3,"vector_layers":null,"bounds":"x"}`), nil, tile}.lay(func(h *header) { h.maxZoom = 30 }), 0o600)
	if m := read(t, path).Meta(); m.Name != "n" || m.Version != "" || m.Layers != nil || m.MaxZoom != geo.MaxZoom || m.Bounds != world {
		t.Errorf("%+v", m)
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text.pmtiles")
	os.WriteFile(text, []byte("a text"), 0o600)
	for path, want := range map[string]error{text: ErrBroken, dir: ErrBroken, filepath.Join(dir, "none"): os.ErrNotExist} {
		if _, err := Open(t.Context(), path); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", path, err, want)
		}
	}
}

// A file that is cut while it is open gives errors.
func TestCutWhileOpen(t *testing.T) {
	path := place(t, "pmtiles")
	write(t, path, sample(), grid(12, 10_000), own)
	f := read(t, path)
	if err := os.Truncate(path, 5000); err != nil {
		t.Fatal(err)
	}
	if _, _, err := f.Tile(t.Context(), grid(12, 10_000)[9_999]); !errors.Is(err, ErrBroken) {
		t.Errorf("%v, want %v", err, ErrBroken)
	}
}

func TestInflate(t *testing.T) {
	if got, err := Inflate(pack("text")); string(got) != "text" || err != nil {
		t.Errorf("%q, error %v", got, err)
	}
	for name, data := range map[string][]byte{
		"nothing": nil, "text": []byte("text"), "cut": pack("text")[:10], "a bomb": pack(string(make([]byte, MaxTile+1))),
	} {
		if _, err := Inflate(data); !errors.Is(err, ErrBroken) {
			t.Errorf("%s: %v, want %v", name, err, ErrBroken)
		}
	}
}
