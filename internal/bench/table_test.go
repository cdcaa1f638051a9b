package bench

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
)

func TestVerdicts(t *testing.T) {
	tests := []struct {
		name string
		row  Row
		want string
	}{
		{"ratio met", compare("x", "/s", 60, "y", 2, atLeast(30)), "pass"},
		{"ratio missed", compare("x", "/s", 59, "y", 2, atLeast(30)), "miss"},
		{"ratio low enough", compare("x", "ms", 1, "y", 20, atMost(0.05)), "pass"},
		{"ratio too high", compare("x", "ms", 2, "y", 20, atMost(0.05)), "miss"},
		{"figure met", alone("x", "ms", 300, atMost(300)), "pass"},
		{"figure missed", alone("x", "ms", 301, atMost(300)), "miss"},
		{"figure not a number", alone("x", "ms", math.NaN(), atMost(300)), "miss"},
		{"no yardstick after all", compare("x", "/s", 60, "y", 0, atLeast(30)), "miss"},
		{"no target", alone("x", "ms", 1, limit{}), ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.row.Verdict != test.want || (test.row.Target == "") != (test.want == "") {
				t.Errorf("%+v, want %q", test.row, test.want)
			}
		})
	}
}

func TestNumbers(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 0.0406: "0.0406", 1.0 / 3: "0.333", 31.26: "31.3", 30: "30", 99.96: "100", 123456.7: "123457",
		-2.5: "-2.5", 0.000001234: "0.000001", math.Inf(1): "+Inf",
	} {
		if got := short(v); got != want {
			t.Errorf("%v is written %s, want %s", v, got, want)
		}
	}
}

func TestTable(t *testing.T) {
	table := Table{Title: "title", Machine: []string{"here"}, Rows: []Row{
		compare("speed", "/s", 60, "them", 2, atLeast(30)), alone("size", "bytes", 7, atMost(3)), alone("more", "", 1, limit{}),
	}}
	var text, coded bytes.Buffer
	if err := table.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"title\n  here\n", "speed  60 /s", "2 them", "≥ 30 pass", "≤ 3 miss", "1 missed"} {
		if !strings.Contains(text.String(), line) {
			t.Errorf("no %q in\n%s", line, text.String())
		}
	}
	if err := table.WriteJSON(&coded); err != nil {
		t.Fatal(err)
	}
	var back Table
	if err := json.Unmarshal(coded.Bytes(), &back); err != nil || !reflect.DeepEqual(back, table) {
		t.Errorf("%v: %+v came back as %+v", err, table, back)
	}
	if missed := table.Misses(); len(missed) != 1 || missed[0].What != "size" {
		t.Errorf("missed: %+v", missed)
	}
}
