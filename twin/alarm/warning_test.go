package alarm

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
)

// warning is in force from one second to another after t0.
func warning(t testing.TB, name string, from, until int) *Warning {
	t.Helper()
	at := func(s int) string { return time.UnixMilli(t0 + int64(s)*second).UTC().Format(time.RFC3339) }
	w, err := ReadWarning(name, fmt.Appendf(nil, `{"sender":"weather","identifier":"R-1","title":"暴雨橙色预警","titleEn":"Rainstorm","severity":2,"from":%q,"until":%q,"place":[121.43,31.24],"where":"普陀区"}`, at(from), at(until)))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// A warning is an alarm in its time, and no longer when it is withdrawn.
func TestWarningsInTheirTime(t *testing.T) {
	c := newCourt(t, NewBook(nil, nil, warning(t, "rain", 10, 60), warning(t, "wind", 20, 500)))
	c.at(9).tells("")
	c.at(10).tells("+rain warning:weather")
	c.at(20).tells("+wind warning:weather")
	c.at(59).tells("")
	c.at(60).tells("-rain warning:weather: the warning is over")
	c.Renew(NewBook(nil, nil, warning(t, "wind", 20, 900)), c.all(), c.now)
	c.at(600).tells("") // it was made longer
	c.Renew(NewBook(nil, nil), c.all(), c.now)
	c.tells("-wind warning:weather: the warning was withdrawn")
}

func putuo(orb.Point) assets.Location { return assets.Location{Area: "310107005"} }

// A node that starts goes on with what was in force, and ends what is over since.
func TestWarningsAfterARestart(t *testing.T) {
	now, past := warning(t, "now", -60, 60), warning(t, "past", -60, -10)
	seeds := []*Condition{now.condition(putuo), past.condition(putuo)}
	c := newCourtAfter(t, seeds, NewBook(nil, nil, now, past))
	c.tells("-past warning:weather: the warning is over")
	c.at(60).tells("-now warning:weather: the warning is over")
}

func TestWarningsRefused(t *testing.T) {
	good := `{"sender":"weather","identifier":"R-1","title":"雨","titleEn":"Rain","severity":2,"from":"2026-11-23T02:00:00Z","until":"2026-11-23T03:00:00Z","place":[121.43,31.24],"where":""}`
	if _, err := ReadWarning("a", []byte(good)); err != nil {
		t.Fatal(err)
	}
	for field, c := range map[string][2]string{
		"sender": {`"weather"`, `""`}, "title": {`"雨"`, `"` + strings.Repeat("雨", 201) + `"`}, "severity": {`"severity":2`, `"severity":5`},
		"until": {"03:00", "01:00"}, "until:": {"2026-11-23T03", "2027-11-23T03"}, "place": {"121.43", "200"}, "colour": {`"where"`, `"colour"`},
	} {
		_, err := ReadWarning("a", []byte(strings.Replace(good, c[0], c[1], 1)))
		if !errors.Is(err, assets.ErrInvalid) || !strings.Contains(err.Error(), field) {
			t.Errorf("%s: %v", field, err)
		}
	}
}
