package mapping

import (
	"fmt"
	"strconv"
	"strings"
)

// Bounds of a pointer.
const (
	maxPointer = 256 // bytes
	maxSteps   = 16
)

// pointer is a JSON Pointer (RFC 6901). It begins at the item, or at the payload
// if "^" stands before it.
type pointer struct {
	text  string
	root  bool
	steps []string
}

func parsePointer(text string) (pointer, error) {
	p := pointer{text: text}
	if len(text) > maxPointer {
		return p, fmt.Errorf("%d bytes, want at most %d", len(text), maxPointer)
	}
	rest, root := strings.CutPrefix(text, "^")
	p.root = root
	if rest == "" {
		return p, nil
	}
	if rest[0] != '/' {
		return p, fmt.Errorf("%q, want a JSON Pointer: empty, or beginning with /", text)
	}
	for _, step := range strings.Split(rest[1:], "/") {
		step, err := unescape(step)
		if err != nil {
			return p, fmt.Errorf("%q: %w", text, err)
		}
		p.steps = append(p.steps, step)
	}
	if len(p.steps) > maxSteps {
		return p, fmt.Errorf("%q has %d steps, want at most %d", text, len(p.steps), maxSteps)
	}
	return p, nil
}

// unescape reads ~1 as / and ~0 as ~; another ~ is an error (RFC 6901, section 3).
func unescape(step string) (string, error) {
	for i := range len(step) {
		if step[i] == '~' && (i+1 == len(step) || step[i+1] != '0' && step[i+1] != '1') {
			return "", fmt.Errorf("~ is neither ~0 nor ~1")
		}
	}
	return strings.NewReplacer("~1", "/", "~0", "~").Replace(step), nil
}

// find follows the pointer; false: there is nothing.
func (p pointer) find(root, item any) (any, bool) {
	at := item
	if p.root {
		at = root
	}
	for _, step := range p.steps {
		switch in := at.(type) {
		case map[string]any:
			next, ok := in[step]
			if !ok {
				return nil, false
			}
			at = next
		case []any:
			i, ok := index(step)
			if !ok || i >= len(in) {
				return nil, false
			}
			at = in[i]
		default:
			return nil, false
		}
	}
	return at, true
}

// index reads an array index: digits without leading zeros.
func index(step string) (int, bool) {
	if step == "" || len(step) > 1 && step[0] == '0' || step[0] == '+' || step[0] == '-' {
		return 0, false
	}
	i, err := strconv.Atoi(step)
	return i, err == nil
}
