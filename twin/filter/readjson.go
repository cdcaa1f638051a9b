package filter

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"suhe/assets"
)

// parseJSON reads CQL2 JSON. A blank text is the zero Filter.
func parseJSON(s string, place Place) (Filter, error) {
	if err := checkLength(s); err != nil {
		return Filter{}, err
	}
	if strings.TrimSpace(s) == "" {
		return Filter{}, nil
	}
	if i := brokenAt(s); i >= 0 {
		return Filter{}, wrong(i, "byte %#x is not UTF-8", s[i])
	}
	if i := strings.Index(s, `\u0000`); i >= 0 {
		return Filter{}, wrong(i, "a NUL character, want text")
	}
	p := &jsonParser{place: place}
	root, err := p.predicate(json.RawMessage(s), "", 0)
	if err != nil {
		return Filter{}, err
	}
	return newFilter(root)
}

// jsonParser is a recursive descent over JSON values. Errors name the way to what
// is wrong: .args[1].args[0].
type jsonParser struct {
	place Place
	terms int
}

// object is what a JSON object of CQL2 may have.
type object struct {
	Op        *string           `json:"op"`
	Args      []json.RawMessage `json:"args"`
	Property  *string           `json:"property"`
	Date      *string           `json:"date"`
	Timestamp *string           `json:"timestamp"`
	Interval  []json.RawMessage `json:"interval"`
	BBox      []float64         `json:"bbox"`
}

// strange is the error of a value at its place.
func strange(path string, format string, args ...any) error {
	if path == "" {
		path = "the top"
	}
	return fmt.Errorf("%w: filter: at %s: %w", assets.ErrInvalid, path, fmt.Errorf(format, args...))
}

// placed gives an error its place, unless it has one.
func placed(path string, err error) error {
	if err == nil || errors.Is(err, assets.ErrInvalid) {
		return err
	}
	return strange(path, "%w", err)
}

// strict reads JSON into v, without members that v has not.
func strict(raw json.RawMessage, v any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("text behind the value")
	}
	return nil
}

func (p *jsonParser) object(raw json.RawMessage, path, want string) (o object, err error) {
	if !strings.HasPrefix(strings.TrimLeft(string(raw), " \t\r\n"), "{") {
		return o, strange(path, "%.40s, want %s", raw, want)
	}
	if err := strict(raw, &o); err != nil {
		return o, strange(path, "%w; want %s", err, want)
	}
	return o, nil
}

// count counts one more predicate or literal.
func (p *jsonParser) count(path string) error {
	if p.terms++; p.terms > MaxTerms {
		return strange(path, "more than %d predicates and literals", MaxTerms)
	}
	return nil
}

func at(path string, i int) string { return path + ".args[" + strconv.Itoa(i) + "]" }

// predicate reads what is true, false or unknown of a thing.
func (p *jsonParser) predicate(raw json.RawMessage, path string, depth int) (node, error) {
	if depth > MaxDepth {
		return nil, strange(path, "operators nest deeper than %d", MaxDepth)
	}
	if err := p.count(path); err != nil {
		return nil, err
	}
	switch strings.TrimSpace(string(raw)) {
	case "true":
		return constant(true), nil
	case "false":
		return constant(false), nil
	}
	o, err := p.object(raw, path, `a boolean or an object with "op" and "args"`)
	if err != nil {
		return nil, err
	}
	if o.Op == nil {
		return nil, strange(path, `no "op", want one`)
	}
	n, err := p.operation(*o.Op, o.Args, path, depth)
	return n, placed(path, err)
}

func (p *jsonParser) operation(op string, args []json.RawMessage, path string, depth int) (node, error) {
	name := strings.ToUpper(op)
	if r, ok := relationOf(name); ok {
		return p.spatial(r, args, path)
	}
	if d, ok := duringOf(name); ok {
		return p.temporal(d, args, path)
	}
	if f, ok := arrayFunctionOf(name); ok {
		return p.arrays(f, args, path)
	}
	switch op {
	case "and", "or":
		return p.junction(op, args, path, depth)
	case "not":
		if err := wantArgs(op, args, 1); err != nil {
			return nil, err
		}
		n, err := p.predicate(args[0], at(path, 0), depth+1)
		if err != nil {
			return nil, err
		}
		return n.not(), nil
	case "=", "<>", "<", "<=", ">", ">=":
		both, err := p.operands(op, args, path, 2)
		if err != nil {
			return nil, err
		}
		return compare(both[0], operator(op), both[1])
	case "like":
		both, err := p.operands(op, args, path, 2)
		if err != nil {
			return nil, err
		}
		if !both[1].isLiteral() {
			return nil, errors.New("like: want a text as its pattern")
		}
		return like(both[0], both[1].value)
	case "between":
		all, err := p.operands(op, args, path, 3)
		if err != nil {
			return nil, err
		}
		if !all[1].isLiteral() || !all[2].isLiteral() {
			return nil, errors.New("between: want literals as its ends")
		}
		return between(all[0], all[1].value, all[2].value)
	case "isNull":
		of, err := p.operands(op, args, path, 1)
		if err != nil {
			return nil, err
		}
		return isNull(of[0])
	case "in":
		return p.among(args, path)
	}
	return nil, fmt.Errorf(`"op": %.40q, want and, or, not, =, <>, <, <=, >, >=, like, between, in, isNull, s_…, t_… or a_…`, op)
}

func wantArgs(op string, args []json.RawMessage, n int) error {
	if len(args) != n {
		return fmt.Errorf("%.40s: %d arguments, want %d", op, len(args), n)
	}
	return nil
}

func (p *jsonParser) junction(op string, args []json.RawMessage, path string, depth int) (node, error) {
	if len(args) < 2 {
		return nil, fmt.Errorf("%s: %d arguments, want two or more", op, len(args))
	}
	var nodes []node
	for i, raw := range args {
		n, err := p.predicate(raw, at(path, i), depth+1)
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, n)
	}
	if op == "or" {
		return or(nodes...), nil
	}
	return and(nodes...), nil
}

// operands reads n properties or literals, or casei of these.
func (p *jsonParser) operands(op string, args []json.RawMessage, path string, n int) (out []operand, err error) {
	if err := wantArgs(op, args, n); err != nil {
		return nil, err
	}
	for i, raw := range args {
		o, err := p.operand(raw, at(path, i))
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}

func (p *jsonParser) operand(raw json.RawMessage, path string) (operand, error) {
	if err := p.count(path); err != nil {
		return operand{}, err
	}
	if v, is, err := scalar(raw); is {
		return literal(v), placed(path, err)
	}
	o, err := p.object(raw, path, "a property or a literal")
	if err != nil {
		return operand{}, err
	}
	switch {
	case o.Property != nil && *o.Property != "":
		return property(*o.Property), nil
	case o.Date != nil:
		return instantOf(time.DateOnly, *o.Date, path)
	case o.Timestamp != nil:
		return instantOf(time.RFC3339, *o.Timestamp, path)
	case o.Op == nil || !strings.EqualFold(*o.Op, "casei"):
		return operand{}, strange(path, "%.40s, want a property, a literal or casei of these", raw)
	case len(o.Args) != 1:
		return operand{}, strange(path, "casei: %d arguments, want 1", len(o.Args))
	}
	of, err := p.operand(o.Args[0], at(path, 0))
	if err != nil {
		return operand{}, err
	}
	if of.folded {
		return operand{}, strange(path, "casei of casei, want a property or a text")
	}
	of, err = caseless(of)
	return of, placed(path, err)
}

// scalar reads a text, a number or a boolean; is says that it is one.
func scalar(raw json.RawMessage) (v Value, is bool, err error) {
	trimmed := strings.TrimSpace(string(raw))
	switch {
	case trimmed == "true", trimmed == "false":
		return Bool(trimmed == "true"), true, nil
	case strings.HasPrefix(trimmed, `"`):
		var s string
		err := json.Unmarshal(raw, &s)
		return String(s), true, err
	case trimmed != "" && strings.IndexByte("-0123456789", trimmed[0]) >= 0:
		n, err := strconv.ParseFloat(trimmed, 64)
		if err != nil {
			err = fmt.Errorf("%.20s, want a number within ±1.8e308", trimmed)
		}
		return Number(n + 0), true, err // -0 becomes 0
	}
	return v, false, nil
}

func instantOf(layout, text, path string) (operand, error) {
	t, err := time.Parse(layout, text)
	if err != nil {
		return operand{}, strange(path, "%.40q, want a time such as %q", text, layout)
	}
	return literal(Time(t)), nil
}

func (p *jsonParser) among(args []json.RawMessage, path string) (node, error) {
	if err := wantArgs("in", args, 2); err != nil {
		return nil, err
	}
	of, err := p.operand(args[0], at(path, 0))
	if err != nil {
		return nil, err
	}
	var list []json.RawMessage
	if err := json.Unmarshal(args[1], &list); err != nil {
		return nil, strange(at(path, 1), "%.40s, want an array of literals", args[1])
	}
	var values []Value
	for i, raw := range list {
		o, err := p.operand(raw, fmt.Sprintf("%s[%d]", at(path, 1), i))
		if err != nil {
			return nil, err
		}
		if !o.isLiteral() {
			return nil, strange(at(path, 1), "a property in the list, want literals")
		}
		values = append(values, o.value)
	}
	return among(of, values)
}
