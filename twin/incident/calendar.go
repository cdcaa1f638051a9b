package incident

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	_ "time/tzdata" // the calendar is of one zone, whatever the machine knows of it

	"suhe/assets"
)

// Calendar says when people work. It is immutable.
type Calendar struct {
	Edition string
	Note    string // where it is from, and what to mind
	zone    *time.Location
	hours   []shift       // of a workday, in order
	day     time.Duration // of work in a workday
	off     map[date]bool // true: a day of rest; false: a weekend's day on which people work
	years   map[int]bool  // of which holidays are known
	names   map[date]string
}

// date is a day in the calendar's zone.
type date struct {
	year  int
	month time.Month
	day   int
}

// shift is a time of work in a day, as durations since midnight.
type shift struct{ from, to time.Duration }

// span is [from, to).
type span struct{ from, to time.Time }

func dateOf(t time.Time) date {
	y, m, d := t.Date()
	return date{y, m, d}
}

// ReadCalendar reads a calendar file; see tables/calendar.json.
func ReadCalendar(data []byte) (*Calendar, error) {
	var file struct {
		Edition, Note, Zone string
		Hours               []string
		Years               []int
		Off                 []struct{ Name, From, To string }
		Work                []string
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("%w: calendar: %w", assets.ErrInvalid, err)
	}
	zone, err := time.LoadLocation(file.Zone)
	if err != nil {
		return nil, fmt.Errorf("%w: calendar: zone: %w", assets.ErrInvalid, err)
	}
	c := &Calendar{Edition: file.Edition, Note: file.Note, zone: zone, off: map[date]bool{}, years: map[int]bool{}, names: map[date]string{}}
	for _, y := range file.Years {
		c.years[y] = true
	}
	for _, h := range file.Hours {
		err = errors.Join(err, c.addShift(h))
	}
	for _, o := range file.Off {
		err = errors.Join(err, c.addOff(o.Name, o.From, o.To))
	}
	for _, w := range file.Work {
		err = errors.Join(err, c.addDay(w, false))
	}
	if err == nil && c.day <= 0 {
		err = errors.New("hours: none")
	}
	if err != nil {
		return nil, fmt.Errorf("%w: calendar: %w", assets.ErrInvalid, err)
	}
	return c, nil
}

func (c *Calendar) addShift(text string) error {
	var h1, m1, h2, m2 int
	if _, err := fmt.Sscanf(text, "%d:%d-%d:%d", &h1, &m1, &h2, &m2); err != nil {
		return fmt.Errorf("hours: %.20q, want as 09:00-12:00", text)
	}
	s := shift{clockTime(h1, m1), clockTime(h2, m2)}
	if n := len(c.hours); s.from < 0 || s.to <= s.from || s.to > 24*time.Hour || n > 0 && s.from < c.hours[n-1].to {
		return fmt.Errorf("hours: %.20q, want spans of one day in order", text)
	}
	c.hours = append(c.hours, s)
	c.day += s.to - s.from
	return nil
}

func clockTime(h, m int) time.Duration {
	return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute
}

// maxHoliday is the most days of rest in one row: longer is a slip of the pen.
const maxHoliday = 31

func (c *Calendar) addOff(name, from, to string) error {
	first, err := time.ParseInLocation(time.DateOnly, from, c.zone)
	last, err2 := time.ParseInLocation(time.DateOnly, to, c.zone)
	if err := errors.Join(err, err2); err != nil {
		return fmt.Errorf("off: %w", err)
	}
	if last.Before(first) || last.Sub(first) > maxHoliday*24*time.Hour {
		return fmt.Errorf("off: %s to %s, want 1 to %d days", from, to, maxHoliday)
	}
	for d := first; !d.After(last); d = d.AddDate(0, 0, 1) {
		c.off[dateOf(d)] = true
		c.names[dateOf(d)] = name
	}
	return nil
}

func (c *Calendar) addDay(text string, off bool) error {
	d, err := time.ParseInLocation(time.DateOnly, text, c.zone)
	if err != nil {
		return fmt.Errorf("work: %w", err)
	}
	if _, twice := c.off[dateOf(d)]; twice {
		return fmt.Errorf("work: %s is given as off, too", text)
	}
	c.off[dateOf(d)] = off
	return nil
}

// Workday says whether people work on the day of t.
func (c *Calendar) Workday(t time.Time) bool {
	t = t.In(c.zone)
	if off, known := c.off[dateOf(t)]; known {
		return !off
	}
	return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday
}

// Zone is where the days of the calendar are.
func (c *Calendar) Zone() *time.Location { return c.zone }

// Knows says whether holidays of the year of t are in the calendar.
func (c *Calendar) Knows(t time.Time) bool { return c.years[t.In(c.zone).Year()] }

// KnowsAll says whether holidays of all years from the first to the last time are known.
func (c *Calendar) KnowsAll(from, to time.Time) bool {
	for y := from.In(c.zone).Year(); y <= to.In(c.zone).Year(); y++ {
		if !c.years[y] {
			return false
		}
	}
	return !to.Before(from)
}

// horizon is how many days clocks look ahead at most: beyond it nothing is due.
const horizon = 5 * 366

// work yields the times of work from t on, in order, of the days up to the horizon.
func (c *Calendar) work(t time.Time) iter.Seq[span] {
	return func(yield func(span) bool) {
		y, m, d := t.In(c.zone).Date()
		for n := range horizon {
			midnight := time.Date(y, m, d+n, 0, 0, 0, 0, c.zone)
			if !c.Workday(midnight) {
				continue
			}
			for _, h := range c.hours {
				s := span{midnight.Add(h.from), midnight.Add(h.to)}
				if s.from.Before(t) {
					s.from = t
				}
				if s.from.Before(s.to) && !yield(s) {
					return
				}
			}
		}
	}
}

// tomorrow is the midnight that ends the day of t.
func (c *Calendar) tomorrow(t time.Time) time.Time {
	y, m, d := t.In(c.zone).Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, c.zone)
}
