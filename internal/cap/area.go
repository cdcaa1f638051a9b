package cap

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
)

// maxPoints bounds one polygon.
const maxPoints = 10_000

// Polygon is a closed ring in degrees WGS84; CAP writes the latitude first.
type Polygon orb.Ring

// Circle is a place and a radius in kilometres.
type Circle struct {
	Middle orb.Point
	Radius float64
}

// MarshalText implements encoding.TextMarshaler.
func (p Polygon) MarshalText() ([]byte, error) {
	var b []byte
	for i, at := range p {
		if i > 0 {
			b = append(b, ' ')
		}
		b = appendPoint(b, at)
	}
	return b, nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *Polygon) UnmarshalText(text []byte) error {
	fields := strings.Fields(string(text))
	if len(fields) < 4 || len(fields) > maxPoints {
		return fmt.Errorf("polygon: %d points, want 4 to %d", len(fields), maxPoints)
	}
	ring := make(Polygon, len(fields))
	for i, f := range fields {
		at, err := readPoint(f)
		if err != nil {
			return fmt.Errorf("polygon: %w", err)
		}
		ring[i] = at
	}
	if ring[0] != ring[len(ring)-1] {
		return fmt.Errorf("polygon: ends at %v, want where it begins", ring[len(ring)-1])
	}
	*p = ring
	return nil
}

// MarshalText implements encoding.TextMarshaler.
func (c Circle) MarshalText() ([]byte, error) {
	return strconv.AppendFloat(append(appendPoint(nil, c.Middle), ' '), c.Radius, 'f', -1, 64), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (c *Circle) UnmarshalText(text []byte) (err error) {
	middle, radius, ok := strings.Cut(strings.TrimSpace(string(text)), " ")
	if !ok {
		return fmt.Errorf("circle: %.60q, want lat,lon and a radius in kilometres", text)
	}
	if c.Middle, err = readPoint(middle); err != nil {
		return fmt.Errorf("circle: %w", err)
	}
	c.Radius, err = strconv.ParseFloat(strings.TrimSpace(radius), 64)
	if err != nil || !(c.Radius >= 0 && c.Radius <= 20_100) {
		return fmt.Errorf("circle: radius: %.40q, want 0 to 20100 km", radius)
	}
	return nil
}

func appendPoint(b []byte, at orb.Point) []byte {
	b = strconv.AppendFloat(b, at.Lat(), 'f', -1, 64)
	return strconv.AppendFloat(append(b, ','), at.Lon(), 'f', -1, 64)
}

func readPoint(text string) (orb.Point, error) {
	lat, lon, _ := strings.Cut(text, ",")
	y, errY := strconv.ParseFloat(lat, 64)
	x, errX := strconv.ParseFloat(lon, 64)
	if errY != nil || errX != nil || !(math.Abs(y) <= 90) || !(math.Abs(x) <= 180) {
		return orb.Point{}, fmt.Errorf("%.60q, want latitude,longitude in degrees", text)
	}
	return orb.Point{x, y}, nil
}
