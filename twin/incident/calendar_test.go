package incident_test

import (
	"strings"
	"testing"
	"time"

	"suhe/twin/incident"
)

func tables(t testing.TB) incident.Tables {
	t.Helper()
	tables, err := incident.ReadTables("")
	if err != nil {
		t.Fatal(err)
	}
	return tables
}

// at reads a time of Shanghai: "2026-09-30 17:00".
func at(t testing.TB, text string) time.Time {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	out, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestClocks is checked by hand against a wall calendar of 2026: work is from 9 to 12
// and from 13 to 18, eight hours a day.
func TestClocks(t *testing.T) {
	const hours, working, days = incident.Hours, incident.WorkingHours, incident.WorkingDays
	for _, c := range []struct {
		name   string
		n      float64
		unit   incident.Unit
		extra  float64
		began  string
		pauses [][2]string // no end: it stands
		now    string
		due    string
		colour incident.Colour
	}{
		{"hours go on at night", 2, hours, 0, "2026-03-06 23:30", nil, "2026-03-07 00:30", "2026-03-07 01:30", "green"},
		{"hours go on over a holiday", 24, hours, 0, "2026-09-30 20:00", nil, "2026-10-01 19:59", "2026-10-01 20:00", "yellow"},
		{"80 % to the minute", 10, hours, 0, "2026-03-04 08:00", nil, "2026-03-04 16:00", "2026-03-04 18:00", "yellow"},
		{"a minute less", 10, hours, 0, "2026-03-04 08:00", nil, "2026-03-04 15:59", "2026-03-04 18:00", "green"},
		{"due to the minute is in time", 10, hours, 0, "2026-03-04 08:00", nil, "2026-03-04 18:00", "2026-03-04 18:00", "yellow"},
		{"a minute later is not", 10, hours, 0, "2026-03-04 08:00", nil, "2026-03-04 18:01", "2026-03-04 18:00", "red"},
		{"working hours within a day, with lunch", 4, working, 0, "2026-03-04 10:00", nil, "2026-03-04 11:00", "2026-03-04 15:00", "green"},
		{"working hours over a night", 4, working, 0, "2026-03-04 16:00", nil, "2026-03-05 09:00", "2026-03-05 11:00", "green"},
		{"working hours over a weekend", 4, working, 0, "2026-03-06 16:00", nil, "2026-03-08 12:00", "2026-03-09 11:00", "green"},
		{"filed at night", 2, working, 0, "2026-03-04 22:00", nil, "2026-03-05 08:00", "2026-03-05 11:00", "green"},
		{"filed on a Saturday", 2, working, 0, "2026-03-07 10:00", nil, "2026-03-07 12:00", "2026-03-09 11:00", "green"},
		{"a Saturday on which people work", 2, working, 0, "2026-02-28 10:00", nil, "2026-02-28 10:30", "2026-02-28 12:00", "green"},
		{"ends with the day, not with the next", 2, working, 0, "2026-03-04 16:00", nil, "2026-03-04 17:00", "2026-03-04 18:00", "green"},
		{"after the end of work it is past due", 2, working, 0, "2026-03-04 16:00", nil, "2026-03-04 20:00", "2026-03-04 18:00", "red"},
		{"over the National Day", 4, working, 0, "2026-09-30 16:00", nil, "2026-10-07 12:00", "2026-10-08 11:00", "green"},
		{"over the Spring Festival", 10, working, 0, "2026-02-14 16:00", nil, "2026-02-24 09:00", "2026-02-24 18:00", "green"},

		{"one working day: the end of tomorrow", 1, days, 0, "2026-03-04 10:00", nil, "2026-03-04 18:00", "2026-03-05 18:00", "green"},
		{"the day that it begins does not count", 1, days, 0, "2026-03-04 00:01", nil, "2026-03-05 09:00", "2026-03-05 18:00", "green"},
		{"a night filing is of the day before midnight", 1, days, 0, "2026-03-04 23:59", nil, "2026-03-05 09:00", "2026-03-05 18:00", "green"},
		{"Friday and two days", 2, days, 0, "2026-03-06 10:00", nil, "2026-03-09 18:00", "2026-03-10 18:00", "green"},
		{"with the Sunday before the National Day", 3, days, 0, "2026-09-18 10:00", nil, "2026-09-20 12:00", "2026-09-22 18:00", "green"},
		{"with the Saturday after it", 3, days, 0, "2026-09-30 10:00", nil, "2026-10-08 09:00", "2026-10-10 18:00", "green"},
		{"the Mid-Autumn weekend", 1, days, 0, "2026-09-24 10:00", nil, "2026-09-25 10:00", "2026-09-28 18:00", "green"},
		{"Labour Day and the Saturday after it", 4, days, 0, "2026-04-30 10:00", nil, "2026-05-06 09:00", "2026-05-09 18:00", "green"},
		{"80 % of ten days", 10, days, 0, "2026-03-02 10:00", nil, "2026-03-12 18:00", "2026-03-16 18:00", "yellow"},

		{"a pause", 10, hours, 0, "2026-03-04 08:00", [][2]string{{"2026-03-04 10:00", "2026-03-04 13:00"}}, "2026-03-04 14:00", "2026-03-04 21:00", "green"},
		{"a pause across the National Day", 4, working, 0, "2026-09-30 15:00", [][2]string{{"2026-09-30 16:00", "2026-10-08 10:00"}}, "2026-10-08 11:00", "2026-10-08 14:00", "green"},
		{"a pause in the night costs nothing", 4, working, 0, "2026-03-04 16:00", [][2]string{{"2026-03-04 19:00", "2026-03-05 08:00"}}, "2026-03-05 09:30", "2026-03-05 11:00", "green"},
		{"two pauses", 8, working, 0, "2026-03-04 09:00", [][2]string{{"2026-03-04 10:00", "2026-03-04 11:00"}, {"2026-03-04 17:00", "2026-03-05 10:00"}}, "2026-03-05 10:00", "2026-03-05 12:00", "green"},
		{"days pause too", 2, days, 0, "2026-03-04 10:00", [][2]string{{"2026-03-05 09:00", "2026-03-06 09:00"}}, "2026-03-06 10:00", "2026-03-09 18:00", "green"},
		{"a pause from Friday to Monday costs a day", 2, days, 0, "2026-03-05 10:00", [][2]string{{"2026-03-06 09:00", "2026-03-09 09:00"}}, "2026-03-09 10:00", "2026-03-10 18:00", "green"},
		{"what stands is not past due", 2, hours, 0, "2026-03-04 08:00", [][2]string{{"2026-03-04 09:00", ""}}, "2026-03-10 08:00", "2026-03-10 09:00", "green"},
		{"what was past due stays so", 2, hours, 0, "2026-03-04 08:00", [][2]string{{"2026-03-04 11:00", ""}}, "2026-03-10 08:00", "2026-03-04 10:00", "red"},

		{"an extension", 2, hours, 1, "2026-03-04 08:00", nil, "2026-03-04 10:01", "2026-03-04 11:00", "green"},
		{"an extension over a holiday", 3, days, 2, "2026-09-28 10:00", nil, "2026-10-08 09:00", "2026-10-10 18:00", "green"},
		{"an extension and a pause", 4, working, 2, "2026-03-06 15:00", [][2]string{{"2026-03-06 16:00", "2026-03-09 10:00"}}, "2026-03-09 10:00", "2026-03-09 16:00", "green"},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := incident.Clock{Limit: incident.Limit{N: c.n, Unit: c.unit}, Extra: c.extra, Began: at(t, c.began)}
			for _, p := range c.pauses {
				pause := incident.Pause{From: at(t, p[0])}
				if p[1] != "" {
					pause.To = at(t, p[1])
				}
				k.Pauses = append(k.Pauses, pause)
			}
			r := tables(t).Calendar.Read(k, at(t, c.now))
			if !r.Due.Equal(at(t, c.due)) || r.Colour != c.colour {
				t.Errorf("due %v, %s (%.2f used); want %s, %s", r.Due.In(at(t, c.due).Location()), r.Colour, r.Share, c.due, c.colour)
			}
			k.Ended = at(t, c.now)
			if again := tables(t).Calendar.Read(k, at(t, c.now).AddDate(1, 0, 0)); len(c.pauses) == 0 && again.Colour != r.Colour {
				t.Errorf("ended it is %s, before %s", again.Colour, r.Colour)
			}
		})
	}
}

func TestWorkdays(t *testing.T) {
	c := tables(t).Calendar
	for day, works := range map[string]bool{
		"2026-01-01 12:00": false, "2026-01-02 12:00": false, "2026-01-04 12:00": true,
		"2026-02-14 12:00": true, "2026-02-16 12:00": false, "2026-02-24 12:00": true,
		"2026-06-19 12:00": false, "2026-10-10 00:00": true, "2026-10-11 12:00": false,
		"2026-03-04 23:59": true, "2026-03-07 00:00": false,
	} {
		if c.Workday(at(t, day)) != works {
			t.Errorf("%s: works %v, want %v", day, !works, works)
		}
	}
	if !c.Knows(at(t, "2026-12-31 23:59")) || c.Knows(at(t, "2027-01-01 00:00")) {
		t.Error("of which years holidays are known")
	}
}

func TestCalendarsThatAreNone(t *testing.T) {
	for want, text := range map[string]string{
		"zone":      `{"zone":"Nowhere/None","hours":["09:00-12:00"]}`,
		"hours":     `{"zone":"Asia/Shanghai","hours":[]}`,
		"in order":  `{"zone":"Asia/Shanghai","hours":["13:00-18:00","09:00-12:00"]}`,
		"off":       `{"zone":"Asia/Shanghai","hours":["09:00-12:00"],"off":[{"from":"2026-01-03","to":"2026-01-01"}]}`,
		"work":      `{"zone":"Asia/Shanghai","hours":["09:00-12:00"],"off":[{"from":"2026-01-01","to":"2026-01-03"}],"work":["2026-01-02"]}`,
		"calendar:": `[`,
	} {
		if _, err := incident.ReadCalendar([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want something about %s", text, err, want)
		}
	}
}
