package filter_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"suhe/twin/filter"
)

// truth is a value of three-valued logic: false, unknown or true, in this order.
type truth int

const (
	no truth = iota - 1
	unknown
	yes
)

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

// formula is a filter as the model has it: a text, and what it says of a thing.
type formula struct {
	text string
	of   func(row) truth
}

// row is a thing of the model: numbers and texts by name; none is null.
type row map[string]any

func (r row) Property(name string) filter.Value {
	switch v := r[name].(type) {
	case int:
		return filter.Number(float64(v))
	case string:
		return filter.String(v)
	}
	return filter.Value{}
}

// nowhere is a row without a geometry.
type nowhere struct {
	row
	thing
}

func (n nowhere) Property(name string) filter.Value { return n.row.Property(name) }

// A random filter says of random things what the plain model says, and so does
// its normal form, and the same filter with its members in another order.
func TestAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := formulas(4).Draw(t, "filter")
		got, err := filter.Parse(f.text)
		if err != nil {
			t.Fatalf("%s: %v", f.text, err)
		}
		again, err := filter.Parse(got.String())
		if err != nil || again.String() != got.String() {
			t.Fatalf("%s: %q, again %q, %v", f.text, got, again, err)
		}
		for range 20 {
			r := rows().Draw(t, "row")
			if is, want := got.Passes(nowhere{row: r}), f.of(r) == yes; is != want || again.Passes(nowhere{row: r}) != want {
				t.Fatalf("%s\nas %s\nof %v: %v, want %v", f.text, got, r, is, want)
			}
		}
	})
}

func rows() *rapid.Generator[row] {
	value := rapid.OneOf(rapid.Just[any](nil), rapid.Map(rapid.IntRange(0, 4), func(i int) any { return i }),
		rapid.Map(words(), func(s string) any { return s }))
	return rapid.Map(rapid.MapOfN(rapid.SampledFrom([]string{"a", "b", "c"}), value, 0, 3), func(m map[string]any) row { return m })
}

func words() *rapid.Generator[string] {
	return rapid.StringOfN(rapid.RuneFrom([]rune("xY路'")), 0, 3, -1)
}

func formulas(depth int) *rapid.Generator[formula] {
	kinds := []*rapid.Generator[formula]{comparisons(), lists(), likes(), nulls(), betweens()}
	if depth > 0 {
		kinds = append(kinds, junctions(depth), junctions(depth), negations(depth))
	}
	return rapid.OneOf(kinds...)
}

func junctions(depth int) *rapid.Generator[formula] {
	return rapid.Custom(func(t *rapid.T) formula {
		members := rapid.SliceOfN(formulas(depth-1), 2, 3).Draw(t, "members")
		word, pick := " and ", func(a, b truth) truth { return min(a, b) }
		if rapid.Bool().Draw(t, "or") {
			word, pick = " OR ", func(a, b truth) truth { return max(a, b) }
		}
		var texts []string
		for _, m := range members {
			texts = append(texts, "("+m.text+")")
		}
		return formula{strings.Join(texts, word), func(r row) truth {
			out := members[0].of(r)
			for _, m := range members[1:] {
				out = pick(out, m.of(r))
			}
			return out
		}}
	})
}

func negations(depth int) *rapid.Generator[formula] {
	return rapid.Map(formulas(depth-1), func(f formula) formula {
		return formula{"NOT (" + f.text + ")", func(r row) truth { return -f.of(r) }}
	})
}

func names() *rapid.Generator[string] { return rapid.SampledFrom([]string{"a", "b", "c"}) }

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// order compares two values of the model, if they are of one type.
func order(a, b any) (int, bool) {
	switch a := a.(type) {
	case int:
		b, ok := b.(int)
		return a - b, ok
	case string:
		b, ok := b.(string)
		return strings.Compare(a, b), ok
	}
	return 0, false
}

func write(v any) string {
	if s, ok := v.(string); ok {
		return quote(s)
	}
	return fmt.Sprint(v)
}

func literals() *rapid.Generator[any] {
	return rapid.OneOf(rapid.Map(rapid.IntRange(0, 4), func(i int) any { return i }), rapid.Map(words(), func(s string) any { return s }))
}

func comparisons() *rapid.Generator[formula] {
	return rapid.Custom(func(t *rapid.T) formula {
		left, op := names().Draw(t, "left"), rapid.SampledFrom([]string{"=", "<>", "<", "<=", ">", ">="}).Draw(t, "op")
		right := literals().Draw(t, "right")
		other := ""
		text := left + op + write(right)
		switch rapid.IntRange(0, 2).Draw(t, "form") {
		case 1:
			other = names().Draw(t, "other")
			text = left + op + other
		case 2:
			turned := map[string]string{"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
			text = write(right) + turned[op] + left
		}
		return formula{text, func(r row) truth {
			with := right
			if other != "" {
				with = r[other]
			}
			c, known := order(r[left], with)
			if !known {
				return unknown
			}
			return truthOf(map[string]bool{"=": c == 0, "<>": c != 0, "<": c < 0, "<=": c <= 0, ">": c > 0, ">=": c >= 0}[op])
		}}
	})
}

func lists() *rapid.Generator[formula] {
	return rapid.Custom(func(t *rapid.T) formula {
		name := names().Draw(t, "name")
		values := rapid.SliceOfN(rapid.Map(words(), func(s string) any { return s }), 1, 4).Draw(t, "values")
		if rapid.Bool().Draw(t, "numbers") {
			values = rapid.SliceOfN(rapid.Map(rapid.IntRange(0, 4), func(i int) any { return i }), 1, 4).Draw(t, "values")
		}
		var texts []string
		for _, v := range values {
			texts = append(texts, write(v))
		}
		return formula{name + " in (" + strings.Join(texts, ",") + ")", func(r row) truth {
			out := no
			for _, v := range values {
				c, known := order(r[name], v)
				if !known {
					return unknown
				}
				out = max(out, truthOf(c == 0))
			}
			return out
		}}
	})
}

func betweens() *rapid.Generator[formula] {
	return rapid.Custom(func(t *rapid.T) formula {
		name, from, to := names().Draw(t, "name"), rapid.IntRange(0, 4).Draw(t, "from"), rapid.IntRange(0, 4).Draw(t, "to")
		return formula{fmt.Sprintf("%s between %d and %d", name, from, to), func(r row) truth {
			v, known := r[name].(int)
			if !known {
				return unknown
			}
			return truthOf(from <= v && v <= to)
		}}
	})
}

// likes are modelled by regular expressions.
func likes() *rapid.Generator[formula] {
	return rapid.Custom(func(t *rapid.T) formula {
		name, not := names().Draw(t, "name"), rapid.Bool().Draw(t, "not")
		pattern := rapid.StringOfN(rapid.RuneFrom([]rune("xY路%_")), 0, 5, -1).Draw(t, "pattern")
		text, expression := name+" LIKE "+quote(pattern), "(?s)^"
		if caseless := rapid.Bool().Draw(t, "caseless"); caseless {
			text, expression = "CASEI("+name+") LIKE CASEI("+quote(pattern)+")", "(?si)^"
		}
		if not {
			text = strings.Replace(text, " LIKE", " NOT LIKE", 1)
		}
		expression += strings.NewReplacer("%", ".*", "_", ".").Replace(pattern) + "$"
		matcher := regexp.MustCompile(expression)
		return formula{text, func(r row) truth {
			v, known := r[name].(string)
			if !known {
				return unknown
			}
			return truthOf(matcher.MatchString(v) != not)
		}}
	})
}

func nulls() *rapid.Generator[formula] {
	return rapid.Map(names(), func(name string) formula {
		return formula{name + " is null", func(r row) truth { return truthOf(r[name] == nil) }}
	})
}

// Members in another order make the same filter.
func TestOrderOfMembers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		members := rapid.SliceOfN(formulas(2), 2, 5).Draw(t, "members")
		word := rapid.SampledFrom([]string{" AND ", " or "}).Draw(t, "word")
		join := func(members []formula) string {
			var texts []string
			for _, m := range members {
				texts = append(texts, "("+m.text+")")
			}
			f, err := filter.Parse(strings.Join(texts, word))
			if err != nil {
				t.Fatal(err)
			}
			return f.String()
		}
		if a, b := join(members), join(rapid.Permutation(members).Draw(t, "order")); a != b {
			t.Fatalf("%s\n%s", a, b)
		}
	})
}
