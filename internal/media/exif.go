package media

import (
	"bytes"
	"encoding/binary"
	"math"
	"strings"
	"time"
)

// exif is what a photo tells (CIPA DC-008, Exif 2.32). What cannot be read is not told.
type exif struct {
	orientation int
	when, zone  string // "2026:03:04 10:20:30", "+08:00"
	place       *[2]float64
}

// taken is the time of the photo, in the zone if it tells none; zero: not told.
func (e exif) taken(zone *time.Location) time.Time {
	if t, err := time.Parse("2006:01:02 15:04:05 -07:00", e.when+" "+e.zone); err == nil {
		return t
	}
	t, err := time.ParseInLocation("2006:01:02 15:04:05", e.when, zone)
	if err != nil {
		return time.Time{}
	}
	return t
}

// readJPEG reads the first Exif segment of a JPEG.
func readJPEG(data []byte) exif {
	for at := 2; at+4 <= len(data) && data[at] == 0xff; {
		marker, n := data[at+1], int(binary.BigEndian.Uint16(data[at+2:]))
		if marker == 0xda || n < 2 || at+2+n > len(data) {
			break // the picture begins, or the file lies
		}
		segment := data[at+4 : at+2+n]
		if body, is := bytes.CutPrefix(segment, []byte("Exif\x00\x00")); marker == 0xe1 && is {
			return readTIFF(body)
		}
		at += 2 + n
	}
	return exif{}
}

// The tags that are read, and the types of values.
const (
	tagOrientation = 0x0112
	tagExif        = 0x8769
	tagGPS         = 0x8825
	tagOriginal    = 0x9003
	tagOffset      = 0x9011
	tagLatRef      = 1
	tagLat         = 2
	tagLonRef      = 3
	tagLon         = 4
)

// tiff is the body of an Exif segment.
type tiff struct {
	data  []byte
	order binary.ByteOrder
}

func readTIFF(data []byte) (e exif) {
	t := tiff{data: data}
	switch {
	case bytes.HasPrefix(data, []byte("II*\x00")):
		t.order = binary.LittleEndian
	case bytes.HasPrefix(data, []byte("MM\x00*")):
		t.order = binary.BigEndian
	default:
		return exif{}
	}
	main := t.folder(t.long(data[4:]))
	e.orientation = int(t.short(main[tagOrientation]))
	photo := t.folder(t.long(main[tagExif]))
	e.when, e.zone = text(t.value(photo[tagOriginal], 20)), text(t.value(photo[tagOffset], 7))
	gps := t.folder(t.long(main[tagGPS]))
	lat, ok1 := t.angle(gps[tagLat], text(t.value(gps[tagLatRef], 2)) == "S")
	lon, ok2 := t.angle(gps[tagLon], text(t.value(gps[tagLonRef], 2)) == "W")
	if ok1 && ok2 && math.Abs(lat) <= 90 && math.Abs(lon) <= 180 && (lat != 0 || lon != 0) {
		e.place = &[2]float64{lon, lat}
	}
	return e
}

// folder reads the entries of the directory at the offset: of each tag its four bytes
// of value or offset. None if it is not there: offset 0 is the head.
func (t tiff) folder(at uint32) map[uint16][]byte {
	if at < 8 || uint64(at)+2 > uint64(len(t.data)) {
		return nil
	}
	n := int(t.order.Uint16(t.data[at:]))
	rows := t.data[at+2:]
	out := map[uint16][]byte{}
	for i := range min(n, len(rows)/12) {
		out[t.order.Uint16(rows[12*i:])] = rows[12*i+8 : 12*i+12]
	}
	return out
}

func (t tiff) short(field []byte) uint16 {
	if len(field) < 2 {
		return 0
	}
	return t.order.Uint16(field)
}

func (t tiff) long(field []byte) uint32 {
	if len(field) < 4 {
		return 0
	}
	return t.order.Uint32(field)
}

// value is n bytes of a field: what does not fit into four lies elsewhere.
func (t tiff) value(field []byte, n int) []byte {
	if n <= 4 || len(field) < 4 {
		return field[:min(n, len(field))]
	}
	at := uint64(t.long(field))
	if at+uint64(n) > uint64(len(t.data)) {
		return nil
	}
	return t.data[at : at+uint64(n)]
}

func text(b []byte) string {
	s, _, _ := strings.Cut(string(b), "\x00")
	return s
}

// angle reads degrees, minutes and seconds, three ratios.
func (t tiff) angle(field []byte, negative bool) (degrees float64, ok bool) {
	raw := t.value(field, 24)
	if len(raw) < 24 {
		return 0, false
	}
	for i, of := range []float64{1, 60, 3600} {
		above, below := float64(t.order.Uint32(raw[8*i:])), float64(t.order.Uint32(raw[8*i+4:]))
		if below == 0 {
			return 0, false
		}
		degrees += above / below / of
	}
	if negative {
		degrees = -degrees
	}
	return degrees, true
}
