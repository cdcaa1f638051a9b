package sprite

import (
	"encoding/hex"
	"fmt"
	"image/color"
	"strconv"
	"strings"
)

// Icon is one drawing.
type Icon struct {
	Name  string
	badge shape
	paper color.NRGBA // of the badge
	ink   color.NRGBA // of the figure
	parts []part
}

// part adds a shape to a figure or cuts it out.
type part struct {
	shape shape
	cut   bool
}

// Parse reads drawings in the form of creek.txt. Its errors name the line.
func Parse(text string) ([]Icon, error) {
	var icons []Icon
	seen := make(map[string]bool)
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		icon, err := parseIcon(line)
		if err == nil && seen[icon.Name] {
			err = fmt.Errorf("%s is drawn twice", icon.Name)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		seen[icon.Name] = true
		icons = append(icons, icon)
	}
	return icons, nil
}

func parseIcon(line string) (Icon, error) {
	cells := strings.Split(line, "|")
	if len(cells) != 5 {
		return Icon{}, fmt.Errorf("%d cells, expected name, badge, two colours and a figure", len(cells))
	}
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	icon := Icon{Name: cells[0]}
	if icon.Name == "" {
		return Icon{}, fmt.Errorf("name is empty")
	}
	var ok bool
	if icon.badge, ok = badge(cells[1]); !ok {
		return Icon{}, fmt.Errorf("badge %q, expected disc, dot, tile or alert", cells[1])
	}
	var err error
	if icon.paper, err = parseColour(cells[2]); err != nil {
		return Icon{}, err
	}
	if icon.ink, err = parseColour(cells[3]); err != nil {
		return Icon{}, err
	}
	for text := range strings.SplitSeq(cells[4], ";") {
		p, err := parsePart(strings.Fields(text))
		if err != nil {
			return Icon{}, fmt.Errorf("%q: %w", strings.TrimSpace(text), err)
		}
		icon.parts = append(icon.parts, p)
	}
	return icon, nil
}

func parseColour(text string) (color.NRGBA, error) {
	digits, _ := strings.CutPrefix(text, "#")
	rgb, err := hex.DecodeString(digits)
	if err != nil || len(rgb) != 3 || len(text) != 7 {
		return color.NRGBA{}, fmt.Errorf("colour %q, expected #rrggbb", text)
	}
	return color.NRGBA{R: rgb[0], G: rgb[1], B: rgb[2], A: 255}, nil
}

func parsePart(words []string) (part, error) {
	if len(words) == 0 {
		return part{}, fmt.Errorf("empty")
	}
	verb, cut := strings.CutPrefix(words[0], "-")
	numbers := make([]float64, 0, len(words))
	for _, w := range words[1:] {
		v, err := strconv.ParseFloat(w, 64)
		if err != nil || !(v >= 0 && v <= size) {
			return part{}, fmt.Errorf("%q is no number in 0–%d", w, size)
		}
		numbers = append(numbers, v)
	}
	s, err := shapeOf(verb, numbers)
	return part{s, cut}, err
}

func shapeOf(verb string, n []float64) (shape, error) {
	switch {
	case verb == "S" && len(n) >= 5 && len(n)%2 == 1:
		return stroke(n[1:], n[0]), nil
	case verb == "F" && len(n) >= 6 && len(n)%2 == 0:
		return polygon(n), nil
	case verb == "D" && len(n) == 3:
		return disc(n[0], n[1], n[2]), nil
	case verb == "R" && len(n) == 4:
		return ring(n[0], n[1], n[2], n[3]), nil
	}
	return nil, fmt.Errorf("%q with %d numbers is no figure", verb, len(n))
}
