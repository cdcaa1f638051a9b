package media

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/draw"
	_ "image/gif" // decoders
	"image/jpeg"
	"image/png"

	_ "golang.org/x/image/webp"

	"suhe/assets"
)

const (
	maxPixels = 40_000_000 // of a picture: a small file can claim any number
	quality   = 85         // of the JPEGs that are kept
)

// picture decodes the picture and writes it anew: JPEG and WebP as JPEG, PNG and GIF
// (its first frame) as PNG, upright.
func (s *Store) picture(ctx context.Context, f *File, data []byte) ([]byte, error) {
	wrong := func(err error) error { return fmt.Errorf("%w: %s: %w", assets.ErrInvalid, f.Type, err) }
	is, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, wrong(err)
	}
	if is.Width <= 0 || is.Height <= 0 || is.Width > maxPixels/is.Height {
		return nil, wrong(fmt.Errorf("%d by %d pixels, want at most %d", is.Width, is.Height, maxPixels))
	}
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, wrong(err)
	}
	var told exif
	if format == "jpeg" {
		told = readJPEG(data)
	}
	f.Place, f.Taken = told.place, told.taken(s.zone)
	img = turned(img, told.orientation)
	var out bytes.Buffer
	if format == "png" || format == "gif" {
		f.Type = "image/png"
		err = png.Encode(&out, img)
	} else {
		f.Type = "image/jpeg"
		err = jpeg.Encode(&out, img, &jpeg.Options{Quality: quality})
	}
	if err != nil {
		return nil, wrong(err)
	}
	return out.Bytes(), nil
}

// turned is the picture upright; orientation is that of EXIF (2.32, 4.6.5.1.6): 1 to 8.
func turned(img image.Image, orientation int) image.Image {
	if orientation < 2 || orientation > 8 {
		return img
	}
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	from := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(from, from.Bounds(), img, b.Min, draw.Src)
	to := image.NewRGBA(image.Rect(0, 0, w, h))
	if orientation > 4 {
		to = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range h {
		for x := range w {
			tx, ty := upright(x, y, w, h, orientation)
			copy(to.Pix[to.PixOffset(tx, ty):][:4], from.Pix[from.PixOffset(x, y):][:4])
		}
	}
	return to
}

// upright is where the pixel x, y of a picture of w by h belongs.
func upright(x, y, w, h, orientation int) (int, int) {
	switch orientation {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return h - 1 - y, x
	case 7:
		return h - 1 - y, w - 1 - x
	}
	return y, w - 1 - x
}
