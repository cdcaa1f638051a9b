package mapping

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"

	"suhe/assets"
)

// Phenomena is the table of what sensors measure.
type Phenomena interface {
	Phenomenon(code string) (*assets.Phenomenon, bool)
}

// maxWords bounds the words of one value.
const maxWords = 64

// valueSheet says where a value is and how it becomes ours: a word of the table
// becomes its number; a number n, also one in a string, becomes n·scale+offset,
// which is in the unit, and is turned into the phenomenon's unit.
type valueSheet struct {
	From       string             `json:"from"`
	Phenomenon string             `json:"phenomenon"`
	When       *conditionSheet    `json:"when"`
	Unit       string             `json:"unit"`  // UCUM; empty: the phenomenon's
	Scale      *float64           `json:"scale"` // absent: 1
	Offset     float64            `json:"offset"`
	Deadband   float64            `json:"deadband"` // in the phenomenon's unit; 0: none
	Words      map[string]float64 `json:"words"`
}

// conditionSheet lets a value be one of many: only an item in which Is stands at
// From has it.
type conditionSheet struct {
	From string `json:"from"`
	Is   string `json:"is"`
}

// value is a compiled valueSheet.
type value struct {
	from          pointer
	phenomenon    string
	when          *pointer
	is            string
	scale, offset float64
	convert       convert
	deadband      float64
	words         map[string]float64
}

func newValue(s valueSheet, phenomena Phenomena) (v value, err error) {
	v = value{phenomenon: s.Phenomenon, scale: 1, offset: s.Offset, deadband: s.Deadband, words: s.Words}
	if v.from, err = parsePointer(s.From); err != nil {
		return v, fmt.Errorf("from: %w", err)
	}
	if s.When != nil {
		p, err := parsePointer(s.When.From)
		if err != nil {
			return v, fmt.Errorf("when.from: %w", err)
		}
		v.when, v.is = &p, s.When.Is
	}
	if s.Scale != nil {
		v.scale = *s.Scale
	}
	if v.scale == 0 {
		return v, errors.New("scale: 0, want another number")
	}
	if s.Deadband < 0 {
		return v, fmt.Errorf("deadband: %v, want 0 or more", s.Deadband)
	}
	if len(s.Words) > maxWords {
		return v, fmt.Errorf("words: %d, want at most %d", len(s.Words), maxWords)
	}
	return v, v.setUnit(s, phenomena)
}

func (v *value) setUnit(s valueSheet, phenomena Phenomena) error {
	p, ok := phenomena.Phenomenon(s.Phenomenon)
	if !ok {
		return fmt.Errorf("phenomenon: %q is not in the table of phenomena", s.Phenomenon)
	}
	unit := s.Unit
	if unit == "" {
		unit = p.Unit
	}
	if v.convert, ok = conversion(unit, p.Unit); !ok {
		return fmt.Errorf("unit: %q cannot be turned into %s of %s, want one of %q, or scale and offset",
			unit, p.Unit, p.Code, convertible(p.Unit))
	}
	return nil
}

// applies says whether the item has this value at all.
func (v *value) applies(root, item any) bool {
	if v.when == nil {
		return true
	}
	found, ok := v.when.find(root, item)
	return ok && textOf(found) == v.is
}

// read makes a number of what the item says.
func (v *value) read(found any) (float64, error) {
	text := textOf(found)
	if n, ok := v.words[text]; ok {
		return n, nil
	}
	switch found.(type) {
	case string, json.Number:
	default:
		return 0, fmt.Errorf("%s, want a number%s", kindOf(found), v.orWord())
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !decimal(text) {
		return 0, fmt.Errorf("%.64q, want a number%s", text, v.orWord())
	}
	n = v.convert.apply(n*v.scale + v.offset)
	if math.IsInf(n, 0) || math.IsNaN(n) {
		return 0, fmt.Errorf("%.64q is beyond a float64", text)
	}
	return n, nil
}

func (v *value) orWord() string {
	if len(v.words) == 0 {
		return ""
	}
	return fmt.Sprintf(" or one of %d words", len(v.words))
}

// decimal refuses what ParseFloat takes beside decimal numbers: Inf, NaN, 0x1p-2, 1_0.
func decimal(text string) bool {
	for _, c := range []byte(text) {
		if (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			return false
		}
	}
	return len(text) <= maxNumber
}

const maxNumber = 64 // bytes

// textOf writes a scalar as JSON does, a string without its quotes; a container
// is empty.
func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

// kindOf names a JSON value's kind.
func kindOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case json.Number:
		return "a number"
	case string:
		return "a string"
	case []any:
		return "an array"
	}
	return "an object"
}
