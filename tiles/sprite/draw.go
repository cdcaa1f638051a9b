package sprite

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
)

const (
	size    = 24  // units of an icon's side; one is a pixel of a plain screen
	columns = 8   // icons in a row of the sheet
	rim     = 1.1 // units of white around a badge, which sets it off from any ground
)

// Sheet is a sprite as MapLibre loads it.
type Sheet struct {
	Index []byte // JSON: where each icon lies
	Image []byte // PNG
}

// place is an icon's entry in the index.
type place struct {
	X          int `json:"x"`
	Y          int `json:"y"`
	Width      int `json:"width"`
	Height     int `json:"height"`
	PixelRatio int `json:"pixelRatio"`
}

// Draw lays icons out in rows, density pixels a unit.
func Draw(icons []Icon, density int) Sheet {
	side := size * density
	rows := (len(icons) + columns - 1) / columns
	sheet := image.NewNRGBA(image.Rect(0, 0, columns*side, rows*side))
	index := make(map[string]place, len(icons))
	for i, icon := range icons {
		at := place{X: i % columns * side, Y: i / columns * side, Width: side, Height: side, PixelRatio: density}
		index[icon.Name] = at
		icon.draw(sheet, at)
	}
	text, err := json.Marshal(index)
	if err != nil {
		panic(err) // strings and integers
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, sheet); err != nil {
		panic(err) // a buffer takes all
	}
	return Sheet{Index: text, Image: b.Bytes()}
}

// draw colours the icon's pixels, each by how far its middle is from the outlines.
func (i Icon) draw(sheet *image.NRGBA, at place) {
	density := float64(at.PixelRatio)
	for py := range at.Height {
		for px := range at.Width {
			x, y := (float64(px)+0.5)/density, (float64(py)+0.5)/density
			edge := i.badge(x, y)
			c := layered(
				ink{color.NRGBA{255, 255, 255, 255}, cover(edge-rim, density)},
				ink{i.paper, cover(edge, density)},
				ink{i.ink, cover(max(i.figure(x, y), edge), density)},
			)
			sheet.SetNRGBA(at.X+px, at.Y+py, c)
		}
	}
}

// figure is the distance to the figure's outline, its parts in their order.
func (i Icon) figure(x, y float64) float64 {
	d := float64(size)
	for _, p := range i.parts {
		if p.cut {
			d = max(d, -p.shape(x, y))
		} else {
			d = min(d, p.shape(x, y))
		}
	}
	return d
}

// cover is how much of a pixel a shape covers whose outline is d units away.
func cover(d, density float64) float64 {
	return min(1, max(0, 0.5-d*density))
}

// ink is a colour that covers a share of a pixel.
type ink struct {
	colour color.NRGBA
	cover  float64
}

// layered paints one ink over the other.
func layered(inks ...ink) color.NRGBA {
	var r, g, b, a float64 // premultiplied
	for _, k := range inks {
		left := 1 - k.cover
		r, g, b = r*left+float64(k.colour.R)*k.cover, g*left+float64(k.colour.G)*k.cover, b*left+float64(k.colour.B)*k.cover
		a = a*left + k.cover
	}
	if a == 0 {
		return color.NRGBA{}
	}
	return color.NRGBA{uint8(r/a + 0.5), uint8(g/a + 0.5), uint8(b/a + 0.5), uint8(a*255 + 0.5)}
}
