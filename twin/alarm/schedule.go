package alarm

import (
	"fmt"
	"slices"
	"time"

	"suhe/assets"
)

// shanghai is the zone of all schedules; it has no summer time since 1991.
var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// Schedule says at what times of the week something counts, by the clock of
// Shanghai. Nil is always.
type Schedule struct {
	Days []int  `json:"days,omitempty"` // 1 Monday … 7 Sunday; none: every day
	From string `json:"from,omitempty"` // "22:00", of the day; none: its begin
	To   string `json:"to,omitempty"`   // "06:00", not included; not after From: of the next day; none: its end

	from, to time.Duration
}

// check reads the times of the day.
func (s *Schedule) check() (err error) {
	if s == nil {
		return nil
	}
	for _, d := range s.Days {
		if d < 1 || d > 7 {
			return fmt.Errorf("%w: schedule.days: %d, want 1 (Monday) to 7 (Sunday)", assets.ErrInvalid, d)
		}
	}
	if s.from, err = timeOfDay("from", s.From, 0); err != nil {
		return err
	}
	if s.to, err = timeOfDay("to", s.To, 24*time.Hour); err != nil {
		return err
	}
	if s.to <= s.from {
		s.to += 24 * time.Hour
	}
	return nil
}

func timeOfDay(field, text string, none time.Duration) (time.Duration, error) {
	if text == "" {
		return none, nil
	}
	t, err := time.Parse("15:04", text)
	if err != nil {
		return 0, fmt.Errorf("%w: schedule.%s: %.20q, want a time of day like \"08:30\"", assets.ErrInvalid, field, text)
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, nil
}

// On says whether the time is in the schedule.
func (s *Schedule) On(at time.Time) bool {
	if s == nil {
		return true
	}
	at = at.In(shanghai)
	midnight := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, shanghai)
	since := at.Sub(midnight)
	return s.day(at) && s.from <= since && since < s.to ||
		s.day(at.AddDate(0, 0, -1)) && since+24*time.Hour < s.to // what began yesterday
}

// day says whether the schedule begins on the day.
func (s *Schedule) day(at time.Time) bool {
	iso := int(at.Weekday()+6)%7 + 1
	return len(s.Days) == 0 || slices.Contains(s.Days, iso)
}
