package media_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"suhe/assets"
	"suhe/internal/media"
)

func open(t testing.TB) *media.Store {
	t.Helper()
	s, err := media.Open(t.Context(), media.Options{Dir: filepath.Join(t.TempDir(), "media"), Zone: time.FixedZone("", 8*3600)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// sample is a picture of 40 by 20 that is red on the left and blue on the right.
func sample() image.Image {
	img := image.NewRGBA(image.Rect(0, 0, 40, 20))
	for y := range 20 {
		for x := range 40 {
			c := color.RGBA{R: 255, A: 255}
			if x >= 20 {
				c = color.RGBA{B: 255, A: 255}
			}
			img.Set(x, y, c)
		}
	}
	return img
}

func jpegOf(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, sample(), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// exif makes an Exif segment: orientation, time, and 31°14'24"N 121°25'12"E.
func exif(order binary.AppendByteOrder, orientation uint16, when, zone string, gps bool) []byte {
	head := []byte("II*\x00")
	if order == binary.AppendByteOrder(binary.BigEndian) {
		head = []byte("MM\x00*")
	}
	b := order.AppendUint32(head, 8)
	entry := func(tag, kind uint16, n, v uint32) {
		b = order.AppendUint16(order.AppendUint16(b, tag), kind)
		b = order.AppendUint32(order.AppendUint32(b, n), v)
	}
	short := func(tag, v uint16) {
		b = order.AppendUint32(order.AppendUint16(order.AppendUint16(b, tag), 3), 1)
		b = order.AppendUint16(order.AppendUint16(b, v), 0)
	}
	letter := func(tag uint16, v byte) {
		b = append(order.AppendUint32(order.AppendUint16(order.AppendUint16(b, tag), 2), 2), v, 0, 0, 0)
	}
	b = order.AppendUint16(b, 3) // at 8; ends at 8+2+36+4 = 50
	short(0x0112, orientation)
	entry(0x8769, 4, 1, 50)
	gpsAt := uint32(104)
	if !gps {
		gpsAt = 0
	}
	entry(0x8825, 4, 1, gpsAt)
	b = order.AppendUint32(b, 0)
	b = order.AppendUint16(b, 2) // at 50; ends at 80
	entry(0x9003, 2, 20, 80)
	entry(0x9011, 2, 7, 100-3)
	b = order.AppendUint32(b, 0)
	texts := make([]byte, 24)
	copy(texts, when)
	b = append(b, texts...) // 80 to 104: the zone lies behind all
	b = order.AppendUint16(b, 4)
	letter(1, 'N')
	entry(2, 5, 3, 158)
	letter(3, 'E')
	entry(4, 5, 3, 182)
	b = order.AppendUint32(b, 0)
	for _, v := range []uint32{31, 1, 14, 1, 2400, 100, 121, 1, 25, 1, 1200, 100} {
		b = order.AppendUint32(b, v)
	}
	at := uint32(len(b))
	b = append(b, zone...)
	b = append(b, 0, 0, 0, 0, 0, 0, 0)
	i := bytes.Index(b, order.AppendUint32(order.AppendUint32(order.AppendUint16(order.AppendUint16(nil, 0x9011), 2), 7), 97))
	order.AppendUint32(b[i+8:i+8:i+12], at)
	return b
}

// with puts an Exif segment into a JPEG.
func with(jpg, body []byte) []byte {
	segment := append([]byte("Exif\x00\x00"), body...)
	out := append([]byte{0xff, 0xd8, 0xff, 0xe1}, binary.BigEndian.AppendUint16(nil, uint16(len(segment)+2))...)
	return append(append(out, segment...), jpg[2:]...)
}

func get(t testing.TB, s *media.Store, folder, id string) []byte {
	t.Helper()
	r, size, err := s.Get(t.Context(), folder, id)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil || int64(len(data)) != size {
		t.Fatalf("%d of %d bytes, %v", len(data), size, err)
	}
	return data
}

func TestPhotos(t *testing.T) {
	s := open(t)
	for name, c := range map[string]struct {
		order       binary.AppendByteOrder
		orientation uint16
		zone        string
		gps         bool
		taken       string
	}{
		"little endian, of a zone": {binary.LittleEndian, 1, "+09:00", true, "2026-03-04T01:20:30Z"},
		"big endian, of no zone":   {binary.BigEndian, 1, "", true, "2026-03-04T02:20:30Z"},
		"turned":                   {binary.BigEndian, 6, "+08:00", true, "2026-03-04T02:20:30Z"},
		"nowhere":                  {binary.LittleEndian, 1, "+08:00", false, "2026-03-04T02:20:30Z"},
	} {
		t.Run(name, func(t *testing.T) {
			sent := with(jpegOf(t), exif(c.order, c.orientation, "2026:03:04 10:20:30", c.zone, c.gps))
			f, err := s.Put(t.Context(), "310107005-20260304-00001", bytes.NewReader(sent))
			if err != nil {
				t.Fatal(err)
			}
			if f.Type != "image/jpeg" || f.Taken.UTC().Format(time.RFC3339) != c.taken {
				t.Errorf("%s taken %v, want %s", f.Type, f.Taken, c.taken)
			}
			if c.gps != (f.Place != nil) || c.gps && (math.Abs(f.Place[0]-121.42) > 1e-9 || math.Abs(f.Place[1]-31.24) > 1e-9) {
				t.Errorf("place %v", f.Place)
			}
			kept := get(t, s, "310107005-20260304-00001", f.ID)
			for _, left := range []string{"Exif", "2026:03:04"} {
				if bytes.Contains(kept, []byte(left)) {
					t.Errorf("what is kept holds %q", left)
				}
			}
			img, err := jpeg.Decode(bytes.NewReader(kept))
			if err != nil {
				t.Fatal(err)
			}
			size := img.Bounds().Size()
			if turned := c.orientation == 6; turned != (size == image.Pt(20, 40)) || !turned && size != image.Pt(40, 20) {
				t.Errorf("it is of %v", size)
			}
			if r, _, b, _ := img.At(2, 2).RGBA(); r < 0xe000 || b > 0x2000 {
				t.Errorf("above on the left it is not red") // turned by 90 degrees, left comes to be above
			}
			if again, err := s.Put(t.Context(), "310107005-20260304-00001", bytes.NewReader(sent)); err != nil || again.ID != f.ID {
				t.Errorf("sent again it is %s, %v", again.ID, err)
			}
		})
	}
}

func TestTypes(t *testing.T) {
	s := open(t)
	var asPNG, asGIF bytes.Buffer
	if err := errors.Join(png.Encode(&asPNG, sample()), gif.Encode(&asGIF, sample(), nil)); err != nil {
		t.Fatal(err)
	}
	webp, err := base64.StdEncoding.DecodeString("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==") // one pixel, VP8L
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		data []byte
		want string // "": refused
	}{
		"jpeg": {jpegOf(t), "image/jpeg"}, "png": {asPNG.Bytes(), "image/png"}, "gif": {asGIF.Bytes(), "image/png"}, "webp": {webp, "image/jpeg"},
		"pdf":    {[]byte("%PDF-1.7 and so on"), "application/pdf"},
		"page":   {[]byte("<html><script>alert(1)</script>"), ""},
		"text":   {[]byte("hello"), ""},
		"none":   {nil, ""},
		"half":   {jpegOf(t)[:200], ""},
		"large":  {append([]byte("%PDF-1.7"), make([]byte, media.MaxSize)...), ""},
		"bomb":   {bomb(), ""},
		"script": {append([]byte("GIF89a"), "/*<script>*/"...), ""},
	} {
		f, err := s.Put(t.Context(), "a", bytes.NewReader(c.data))
		if c.want == "" && !errors.Is(err, assets.ErrInvalid) || c.want != "" && (err != nil || f.Type != c.want) {
			t.Errorf("%s: %s, %v; want %q", name, f.Type, err, c.want)
		}
		if name == "bomb" && !strings.Contains(err.Error(), "60000 by 60000") {
			t.Errorf("a bomb is refused for something else: %v", err)
		}
	}
}

// bomb is a PNG that claims to be of 60,000 by 60,000 pixels.
func bomb() []byte {
	var b bytes.Buffer
	png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1)))
	data := b.Bytes()
	binary.BigEndian.PutUint32(data[16:], 60_000)
	binary.BigEndian.PutUint32(data[20:], 60_000)
	binary.BigEndian.PutUint32(data[29:], crc32.ChecksumIEEE(data[12:29]))
	return data
}

func TestNames(t *testing.T) {
	s := open(t)
	for _, name := range [][2]string{{"a", "none"}, {"..", strings.Repeat("a", 32)}, {"a/b", strings.Repeat("a", 32)}, {"a", strings.Repeat("a", 32)}, {"a", "../../etc/passwd"}} {
		if _, _, err := s.Get(t.Context(), name[0], name[1]); !errors.Is(err, assets.ErrNotFound) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if _, err := s.Put(t.Context(), "../x", bytes.NewReader(jpegOf(t))); !errors.Is(err, assets.ErrNotFound) {
		t.Errorf("put elsewhere: %v", err)
	}
}

func TestAnAddress(t *testing.T) {
	dir := t.TempDir()
	s, err := media.Open(t.Context(), media.Options{URL: "file://" + dir + "?no_tmp_dir=true"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	f, err := s.Put(t.Context(), "a", bytes.NewReader(jpegOf(t)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "a", f.ID)); err != nil {
		t.Error(err)
	}
	if _, err := media.Open(t.Context(), media.Options{URL: "nonsense://x"}); err == nil {
		t.Error("nonsense opens")
	}
}

// FuzzExif: whatever a photo tells is read or not told.
func FuzzExif(f *testing.F) {
	jpg := jpegOf(f)
	f.Add(jpg)
	f.Add(with(jpg, exif(binary.LittleEndian, 3, "2026:03:04 10:20:30", "+08:00", true)))
	f.Add(with(jpg, exif(binary.BigEndian, 8, "2026:03:04 10:20:30", "", true)))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, place := media.Told(data); place != nil && !(math.Abs(place[0]) <= 180 && math.Abs(place[1]) <= 90) {
			t.Fatalf("place %v", *place)
		}
	})
}
