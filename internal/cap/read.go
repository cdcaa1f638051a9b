package cap

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"suhe/assets"
)

// The bounds of a document.
const (
	MaxBytes  = 256 << 10
	maxDepth  = 16
	maxInfos  = 16
	maxAreas  = 64
	maxText   = 8 << 10 // bytes of one field
	maxValues = 64      // of a field that may be repeated
)

// Read reads a document. Errors wrap assets.ErrInvalid and name the element. No
// entity is expanded but those of XML itself, and no address is followed.
func Read(data []byte) (*Alert, error) {
	if len(data) > MaxBytes {
		return nil, fmt.Errorf("cap: %w: %d bytes, want at most %d", assets.ErrInvalid, len(data), MaxBytes)
	}
	if err := plain(data); err != nil {
		return nil, fmt.Errorf("cap: %w: %w", assets.ErrInvalid, err)
	}
	var a Alert
	if err := xml.Unmarshal(data, &a); err != nil {
		return nil, fmt.Errorf("cap: %w: %w", assets.ErrInvalid, err)
	}
	if err := a.Check(); err != nil {
		return nil, err
	}
	return &a, nil
}

// plain says what a document must not have: depth, a document type, or anything behind
// its end.
func plain(data []byte) error {
	d := xml.NewDecoder(bytes.NewReader(data))
	depth, ended := 0, false
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch is := token.(type) {
		case xml.Directive:
			return errors.New("a document type is not taken")
		case xml.StartElement:
			if depth++; depth > maxDepth {
				return fmt.Errorf("elements lie deeper than %d", maxDepth)
			}
			if ended {
				return fmt.Errorf("element %s behind the end", is.Name.Local)
			}
		case xml.EndElement:
			depth--
			ended = depth == 0
		}
	}
}

// Write writes a document that Read takes.
func Write(a *Alert) ([]byte, error) {
	if err := a.Check(); err != nil {
		return nil, err
	}
	out := *a
	out.XMLName = xml.Name{}
	data, err := xml.MarshalIndent(out, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("cap: %w", err)
	}
	return append(append([]byte(xml.Header), data...), '\n'), nil
}

// UnmarshalText implements encoding.TextUnmarshaler. Senders write Z and fractions all
// the same, and mean a moment by it.
func (t *Time) UnmarshalText(text []byte) error {
	is, err := time.Parse(time.RFC3339Nano, strings.TrimSpace(string(text)))
	if err != nil || is.Year() < 1 || is.Year() > 9999 {
		return fmt.Errorf("%.60q, want a time like 2026-11-23T08:00:00+08:00", text)
	}
	t.Time = is
	return nil
}

// Check says what breaks the standard or our bounds. Errors wrap assets.ErrInvalid.
func (a *Alert) Check() error {
	var c checker
	c.name("identifier", a.Identifier)
	c.name("sender", a.Sender)
	if a.Sent.IsZero() {
		c.fail("sent", "none", "a time")
	}
	c.word("status", string(a.Status))
	c.word("msgType", string(a.MsgType))
	c.word("scope", string(a.Scope))
	for field, text := range map[string]string{"source": a.Source, "restriction": a.Restrict, "note": a.Note, "references": a.References, "incidents": a.Incidents} {
		c.text(field, text)
	}
	c.count("info", len(a.Info), maxInfos)
	for i := range a.Info {
		a.Info[i].check(&c)
	}
	return c.err
}

func (i *Info) check(c *checker) {
	if len(i.Category) == 0 {
		c.fail("info.category", "none", "one or more")
	}
	c.count("info.category", len(i.Category), maxValues)
	for _, is := range i.Category {
		c.word("category", string(is))
	}
	if strings.TrimSpace(i.Event) == "" {
		c.fail("info.event", "none", "what is warned of")
	}
	c.word("urgency", string(i.Urgency))
	c.word("severity", string(i.Severity))
	c.word("certainty", string(i.Certainty))
	for field, text := range map[string]string{"event": i.Event, "language": i.Language, "senderName": i.SenderName, "headline": i.Headline,
		"description": i.Description, "instruction": i.Instruction, "web": i.Web, "contact": i.Contact} {
		c.text("info."+field, text)
	}
	c.values("info.eventCode", i.EventCode)
	c.values("info.parameter", i.Parameter)
	c.count("info.responseType", len(i.ResponseType), maxValues)
	c.count("info.area", len(i.Area), maxAreas)
	for k := range i.Area {
		area := &i.Area[k]
		c.text("info.area.areaDesc", area.Desc)
		c.values("info.area.geocode", area.Geocode)
		c.count("info.area.polygon", len(area.Polygon), maxValues)
		c.count("info.area.circle", len(area.Circle), maxValues)
	}
}

// checker keeps the first thing that is wrong.
type checker struct{ err error }

func (c *checker) fail(field string, is any, want string) {
	if c.err == nil {
		c.err = fmt.Errorf("cap: %w: %s: %v, want %s", assets.ErrInvalid, field, is, want)
	}
}

func (c *checker) name(field, is string) {
	if is == "" || len(is) > 256 || strings.ContainsAny(is, " ,<&\t\r\n") {
		c.fail(field, fmt.Sprintf("%.60q", is), "1 to 256 bytes without space, comma, < and &")
	}
}

func (c *checker) word(field, is string) {
	if !slices.Contains(words[field], is) {
		c.fail(field, fmt.Sprintf("%.40q", is), "one of "+strings.Join(words[field], ", "))
	}
}

func (c *checker) text(field, is string) {
	if len(is) > maxText {
		c.fail(field, fmt.Sprintf("%d bytes", len(is)), fmt.Sprintf("at most %d", maxText))
	}
}

func (c *checker) count(field string, n, most int) {
	if n > most {
		c.fail(field, fmt.Sprintf("%d times", n), fmt.Sprintf("at most %d", most))
	}
}

func (c *checker) values(field string, all []Parameter) {
	c.count(field, len(all), maxValues)
	for _, p := range all {
		c.text(field+".valueName", p.Name)
		c.text(field+".value", p.Value)
	}
}
