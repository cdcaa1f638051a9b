package features

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"suhe/assets"
	"suhe/twin/filter"
)

// Cursor is the place behind a feature: its number, and what it is ordered by.
type Cursor struct {
	FID    assets.FID
	Values []filter.Value // one for each key of the order
}

// maxCursor bounds the text of a cursor: the texts that things are ordered by are in it.
const maxCursor = 8 << 10

// String is the cursor as an address carries it.
func (c Cursor) String() string {
	parts := []string{strconv.FormatUint(uint64(c.FID), 10)}
	for _, v := range c.Values {
		parts = append(parts, marked(v))
	}
	text, err := json.Marshal(parts)
	if err != nil {
		panic(err) // texts always can
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// marked is a value behind a letter that says what it is.
func marked(v filter.Value) string {
	switch v := v.Any().(type) {
	case string:
		return "s" + v
	case float64:
		return "n" + strconv.FormatFloat(v, 'g', -1, 64)
	case bool:
		return "b" + strconv.FormatBool(v)
	case time.Time:
		return "t" + strconv.FormatInt(v.UnixMicro(), 10)
	}
	return "0"
}

// parseCursor reads a cursor of an order with so many keys.
func parseCursor(text string, keys int) (c Cursor, err error) {
	wrong := fmt.Errorf("%w: after: %.40q, want that of a next link, with the same sortby", assets.ErrInvalid, text)
	raw, err := base64.RawURLEncoding.DecodeString(text)
	var parts []string
	if err != nil || len(text) > maxCursor || json.Unmarshal(raw, &parts) != nil || len(parts) != keys+1 {
		return c, wrong
	}
	number, err := strconv.ParseUint(parts[0], 10, 63)
	if err != nil {
		return c, wrong
	}
	c.FID = assets.FID(number)
	for _, part := range parts[1:] {
		v, ok := unmarked(part)
		if !ok {
			return c, wrong
		}
		c.Values = append(c.Values, v)
	}
	return c, nil
}

func unmarked(part string) (filter.Value, bool) {
	if part == "" {
		return filter.Value{}, false
	}
	rest := part[1:]
	switch part[0] {
	case '0':
		return filter.Value{}, rest == ""
	case 's':
		return filter.String(rest), true
	case 'n':
		n, err := strconv.ParseFloat(rest, 64)
		return filter.Number(n), err == nil
	case 'b':
		return filter.Bool(rest == "true"), rest == "true" || rest == "false"
	case 't':
		n, err := strconv.ParseInt(rest, 10, 64)
		return filter.Time(time.UnixMicro(n)), err == nil
	}
	return filter.Value{}, false
}
