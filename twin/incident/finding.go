package incident

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"suhe/assets"
)

// Finding is trouble that somebody or something found: what incidents begin with,
// whatever the channel.
type Finding struct {
	Channel     Channel    `json:"channel"`
	Class       string     `json:"class"`              // of the table, or the code of what an algorithm finds
	Title       string     `json:"title,omitempty"`    // "": the name of the class
	Text        string     `json:"text,omitempty"`     //
	Severity    int        `json:"severity,omitempty"` // 1 to 4; 0: that of the class
	Place       [2]float64 `json:"place"`              // lon, lat, degrees WGS84
	Address     string     `json:"address,omitempty"`
	Reliability float64    `json:"reliability,omitempty"` // [0,1]
	Ref         string     `json:"ref,omitempty"`         // number that the other side has for it
	Contact     string     `json:"contact,omitempty"`     // how to reach who reported it

	// What the room is told by others of ours, and by nobody from outside.
	By       string     `json:"-"` // the device or algorithm; "": who acts
	Evidence []Evidence `json:"-"`
}

// check says what of the finding cannot be.
func (f *Finding) check() error {
	for _, t := range []struct {
		name, text string
		most       int
	}{{"title", f.Title, 200}, {"text", f.Text, 4000}, {"address", f.Address, 200}, {"ref", f.Ref, maxName}, {"contact", f.Contact, 200}, {"by", f.By, maxName}} {
		if len(t.text) > t.most || !utf8.ValidString(t.text) || strings.ContainsRune(t.text, 0) {
			return invalid("%s: %d bytes, want at most %d of UTF-8", t.name, len(t.text), t.most)
		}
	}
	switch {
	case f.Severity < 0 || f.Severity > 4:
		return invalid("severity: %d, want 1 to 4", f.Severity)
	case !(f.Reliability >= 0 && f.Reliability <= 1):
		return invalid("reliability: %v, want 0 to 1", f.Reliability)
	case !onEarth(f.Place) || f.Place == [2]float64{}:
		return invalid("place: %v, want [lon, lat] in degrees", f.Place)
	}
	return nil
}

// scrubbed is the finding without telephone numbers in what the map, the log and
// others are shown. The first goes where it belongs, if nothing is there.
func (f Finding) scrubbed() Finding {
	for _, text := range []*string{&f.Title, &f.Text, &f.Address} {
		var found []string
		*text, found = scrub(*text)
		if f.Contact == "" && len(found) > 0 {
			f.Contact = found[0]
		}
	}
	return f
}

// source is the finding as the first source of an incident.
func (f *Finding) source(contact string, now time.Time) Source {
	return Source{Channel: f.Channel, By: f.By, Ref: f.Ref, At: now.UTC().Truncate(time.Millisecond), Reliability: f.Reliability, Contact: contact}
}

// what is the matter of the finding, of the class and in the area.
func (f *Finding) what(c *Class, area string) *What {
	w := &What{Class: c.Code, Title: f.Title, Text: f.Text, Severity: f.Severity, Place: f.Place, Area: area, Address: f.Address}
	if w.Title == "" {
		w.Title = c.Name
	}
	if w.Severity == 0 {
		w.Severity = c.Severity
	}
	return w
}

// nowhere stands in numbers for the area of what lies outside them all.
const nowhere = "0"

// prefix is how the numbers of an area begin on a day.
func (c *Calendar) prefix(area string, now time.Time) string {
	if _, err := assets.ParseID(area); err != nil {
		area = nowhere
	}
	return area + "-" + now.In(c.zone).Format("20060102") + "-"
}

// serial is the number of the prefix that comes after the last one, which is "" if
// there is none.
func serial(prefix string, last assets.ID) (assets.ID, error) {
	n := 0
	if last != "" {
		if _, err := fmt.Sscanf(strings.TrimPrefix(string(last), prefix), "%d", &n); err != nil {
			return "", fmt.Errorf("number %q: %w", last, err)
		}
	}
	if n >= maxSerial {
		return "", conflict("%s has no number left", prefix)
	}
	return assets.ID(fmt.Sprintf("%s%05d", prefix, n+1)), nil
}

// maxSerial is the last number of an area and a day.
const maxSerial = 99_999
