package mapping

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"
	_ "time/tzdata" // zones by name also where the system knows none
)

// timeSheet says where the time of an item is and how it is written.
type timeSheet struct {
	From   string `json:"from"`
	Format string `json:"format"` // rfc3339, unix_s, unix_ms or layout
	Layout string `json:"layout"` // of Go's package time; with the format layout
	Zone   string `json:"zone"`   // IANA name that such a time is in
}

// clock reads times as a mapping says.
type clock struct {
	from   pointer
	format string
	layout string
	zone   *time.Location
}

// lastTime is the last millisecond of the year 9999.
const lastTime = 253402300799999

func newClock(t *timeSheet) (*clock, error) {
	if t == nil {
		return nil, nil
	}
	c := &clock{format: t.Format, layout: t.Layout}
	var err error
	if c.from, err = parsePointer(t.From); err != nil {
		return nil, fmt.Errorf("from: %w", err)
	}
	switch t.Format {
	case "rfc3339", "unix_s", "unix_ms":
		if t.Layout != "" || t.Zone != "" {
			return nil, fmt.Errorf("layout, zone: not with the format %s", t.Format)
		}
		return c, nil
	case "layout":
		return c, c.setLayout(t.Zone)
	}
	return nil, fmt.Errorf("format: %q, want rfc3339, unix_s, unix_ms or layout", t.Format)
}

// setLayout refuses a layout that does not tell a time to the second.
func (c *clock) setLayout(zone string) (err error) {
	if zone == "" || zone == "Local" {
		return fmt.Errorf("zone: %q, want a name like Asia/Shanghai", zone)
	}
	if c.zone, err = time.LoadLocation(zone); err != nil {
		return fmt.Errorf("zone: %w", err)
	}
	probe := time.Date(2026, 11, 23, 17, 45, 56, 0, c.zone)
	back, err := time.ParseInLocation(c.layout, probe.Format(c.layout), c.zone)
	if err != nil || !back.Equal(probe) {
		return fmt.Errorf("layout: %q does not tell a time to the second; want one like 2006-01-02 15:04:05", c.layout)
	}
	return nil
}

// read returns Unix milliseconds.
func (c *clock) read(v any) (int64, error) {
	text, isText := v.(string)
	if number, ok := v.(json.Number); ok {
		text = number.String()
	} else if !isText {
		return 0, fmt.Errorf("%s, want a time", kindOf(v))
	}
	ms, err := c.parse(text)
	if err == nil && (ms < 0 || ms > lastTime) {
		err = errors.New("want a time from 1970 to 9999")
	}
	if err != nil {
		return 0, fmt.Errorf("%.64q: %w", text, err)
	}
	return ms, nil
}

func (c *clock) parse(text string) (int64, error) {
	switch c.format {
	case "rfc3339":
		t, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return 0, errors.New("want RFC 3339 with an offset, as 2026-11-23T08:00:00+08:00")
		}
		return t.UnixMilli(), nil
	case "layout":
		t, err := time.ParseInLocation(c.layout, text, c.zone)
		if err != nil {
			return 0, fmt.Errorf("want a time like %s", c.layout)
		}
		return t.UnixMilli(), nil
	}
	v, err := strconv.ParseFloat(text, 64)
	if c.format == "unix_s" {
		v *= 1000
	}
	if err != nil || !(math.Abs(v) <= lastTime) {
		return 0, fmt.Errorf("want a number of %s", map[string]string{"unix_s": "seconds", "unix_ms": "milliseconds"}[c.format])
	}
	return int64(math.Round(v)), nil
}
