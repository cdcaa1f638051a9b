package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"
)

// Table is what a measurement found.
type Table struct {
	Title   string   `json:"title"`
	Machine []string `json:"machine"` // where and how, line by line
	Rows    []Row    `json:"rows"`
}

// Row is one figure, beside a yardstick or not.
type Row struct {
	What      string  `json:"what"`
	Figure    float64 `json:"figure"`
	Unit      string  `json:"unit"`
	Rival     string  `json:"rival,omitempty"` // what the yardstick is; empty: there is none
	Yardstick float64 `json:"yardstick,omitempty"`
	Ratio     float64 `json:"ratio,omitempty"` // figure to yardstick
	Target    string  `json:"target,omitempty"`
	Verdict   string  `json:"verdict,omitempty"` // pass or miss; empty without a target
}

// limit is a target: of the ratio if there is a yardstick, else of the figure.
// The zero limit is none.
type limit struct {
	sign  string
	value float64
}

func atLeast(v float64) limit { return limit{"≥", v} }
func atMost(v float64) limit  { return limit{"≤", v} }
func exactly(v float64) limit { return limit{"=", v} }

// judge fills in the target and the verdict on v.
func (l limit) judge(r *Row, v float64) {
	if l.sign == "" {
		return
	}
	r.Target = l.sign + " " + short(l.value)
	met := v >= l.value
	switch l.sign {
	case "≤":
		met = v <= l.value
	case "=":
		met = v == l.value
	}
	if r.Verdict = "miss"; met {
		r.Verdict = "pass"
	}
}

// compare is a figure beside a yardstick of the same unit.
func compare(what, unit string, figure float64, rival string, yardstick float64, l limit) Row {
	r := Row{What: what, Unit: unit, Figure: figure, Rival: rival, Yardstick: yardstick}
	if yardstick != 0 {
		r.Ratio = figure / yardstick
	}
	l.judge(&r, r.Ratio)
	return r
}

// alone is a figure that stands for itself.
func alone(what, unit string, figure float64, l limit) Row {
	r := Row{What: what, Unit: unit, Figure: figure}
	l.judge(&r, figure)
	return r
}

// Misses are the rows whose target is missed.
func (t *Table) Misses() (missed []Row) {
	for _, r := range t.Rows {
		if r.Verdict == "miss" {
			missed = append(missed, r)
		}
	}
	return missed
}

// WriteJSON writes the table as one JSON object.
func (t *Table) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(t)
}

// WriteText writes the table in columns.
func (t *Table) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", t.Title)
	for _, line := range t.Machine {
		fmt.Fprintf(&b, "  %s\n", line)
	}
	b.WriteByte('\n')
	columns := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(columns, "what\tfigure\tyardstick\tratio\ttarget\t")
	for _, r := range t.Rows {
		yardstick, ratio := "–", "–"
		if r.Rival != "" {
			yardstick, ratio = short(r.Yardstick)+" "+r.Rival, short(r.Ratio)
		}
		target := strings.TrimSpace(r.Target + " " + r.Verdict)
		fmt.Fprintf(columns, "%s\t%s %s\t%s\t%s\t%s\t\n", r.What, short(r.Figure), r.Unit, yardstick, ratio, target)
	}
	columns.Flush() // into a strings.Builder
	if n := len(t.Misses()); n > 0 {
		fmt.Fprintf(&b, "\n%d missed\n", n)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// short writes a number with three digits that count, more only before the point.
func short(v float64) string {
	switch {
	case v == 0 || math.IsNaN(v) || math.IsInf(v, 0):
		return fmt.Sprint(v)
	case math.Abs(v) >= 100:
		return fmt.Sprintf("%.0f", v)
	}
	digits := max(0, 2-int(math.Floor(math.Log10(math.Abs(v)))))
	text := fmt.Sprintf("%.*f", min(digits, 6), v)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}
