package alarm

import (
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"suhe/assets"
)

// Warning is what somebody outside warns of: a weather service, a water authority. It
// is a document, and an alarm for as long as it is in force.
type Warning struct {
	Name       string     `json:"-"` // that of its setting
	Sender     string     `json:"sender"`
	Identifier string     `json:"identifier"` // as the sender calls it
	Title      string     `json:"title"`
	TitleEn    string     `json:"titleEn"`
	Text       string     `json:"text,omitempty"`
	Severity   uint8      `json:"severity"` // as in a rule
	From       time.Time  `json:"from"`
	Until      time.Time  `json:"until"`
	Place      [2]float64 `json:"place"` // lon, lat: the middle of where it holds
	Where      string     `json:"where"` // in words
}

// maxWarning is how long a warning may be in force.
const maxWarning = 30 * 24 * time.Hour

// ReadWarning reads and checks a warning as ReadRule does a rule.
func ReadWarning(name string, doc []byte) (*Warning, error) {
	w := &Warning{Name: name}
	err := readStrict(doc, w)
	if err == nil {
		err = w.check()
	}
	if err != nil {
		return nil, fmt.Errorf("warning %s: %w", name, err)
	}
	return w, nil
}

func (w *Warning) check() error {
	for _, t := range []struct {
		field, is   string
		least, most int
	}{{"sender", w.Sender, 1, 256}, {"identifier", w.Identifier, 1, 256}, {"title", w.Title, 1, 200}, {"titleEn", w.TitleEn, 1, 200}, {"text", w.Text, 0, 4000}, {"where", w.Where, 0, 500}} {
		if n := utf8.RuneCountInString(t.is); n < t.least || n > t.most {
			return invalid(t.field, t.is, fmt.Sprintf("%d to %d characters", t.least, t.most))
		}
	}
	p := orb.Point(w.Place)
	switch {
	case w.Severity > 4:
		return invalid("severity", w.Severity, "0 to 4")
	case !w.From.Before(w.Until):
		return invalid("until", w.Until.Format(time.RFC3339), "later than from")
	case w.Until.Sub(w.From) > maxWarning:
		return invalid("until", w.Until.Format(time.RFC3339), "at most 30 days after from")
	case !(p[0] >= -180 && p[0] <= 180 && p[1] >= -90 && p[1] <= 90):
		return invalid("place", w.Place, "[lon, lat] in degrees")
	}
	return nil
}

// On says whether the warning is in force.
func (w *Warning) On(now time.Time) bool { return !now.Before(w.From) && now.Before(w.Until) }

// Over says whether it will never be in force again.
func (w *Warning) Over(now time.Time) bool { return !now.Before(w.Until) }

// warned begins the causes of warnings: each is a matter of its own.
const warned = "warning"

// rule is what an alarm takes of a warning.
func (w *Warning) rule() *Rule {
	return &Rule{Name: w.Name, Title: w.Title, TitleEn: w.TitleEn, Severity: w.Severity, Cause: warned + ":" + w.Name}
}

// condition is that of a warning that is in force.
func (w *Warning) condition(locate func(orb.Point) assets.Location) *Condition {
	r := w.rule()
	return &Condition{Key: w.key(), Severity: w.Severity, Cause: r.Cause, Since: w.From.UnixMilli(), Area: locate(w.Place).Area,
		Lon: tidy(w.Place[0]), Lat: tidy(w.Place[1]), Reliability: 1, rule: r}
}

func (w *Warning) key() Key { return Key{Rule: w.Name, About: assets.ID("warning:" + w.Sender)} }
