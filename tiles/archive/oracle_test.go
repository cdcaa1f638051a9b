package archive

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os/exec"
	"testing"

	"suhe/geo"
)

// The npm package pmtiles, which browsers use, reads what we write, with leaf
// directories and runs of equal tiles.
func TestPMTilesReadElsewhere(t *testing.T) {
	path, tiles := place(t, "pmtiles"), grid(9, 8000)
	z := gzip.NewWriter(nil)
	contents := make(map[geo.Tile]string)
	sums := make(map[string]string)
	for i, tile := range tiles {
		contents[tile] = fmt.Sprint("tile ", tile)
		if i%10 < 3 { // runs of three that are equal, all over the archive
			contents[tile] = "water"
		}
		if i%400 < 10 { // pure JavaScript is slow: some of them
			sum := sha256.Sum256([]byte(contents[tile]))
			sums[fmt.Sprintf("%d/%d/%d", tile.Z, tile.X, tile.Y)] = hex.EncodeToString(sum[:])
		}
	}
	write(t, path, sample(), tiles, func(tile geo.Tile) []byte {
		var b bytes.Buffer
		z.Reset(&b)
		z.Write([]byte(contents[tile]))
		z.Close()
		return b.Bytes()
	})
	if len(read(t, path).source.(*pmtilesFile).root) > 100 {
		t.Fatal("there are no leaves to read")
	}
	want, err := json.Marshal(map[string]any{
		"minZoom": 0, "maxZoom": 16, "layers": []string{"sensors", "water"}, "count": len(tiles),
		"tiles": sums, "none": []string{"9/511/0", "0/0/0", "3/1/1"},
	})
	if err != nil {
		t.Fatal(err)
	}
	reader := exec.Command("node", "e2e/pmtiles.mjs", path)
	reader.Dir, reader.Stdin = "../../web", bytes.NewReader(want)
	if out, err := reader.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
