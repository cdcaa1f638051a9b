package mapping

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Bounds of a payload.
const (
	MaxPayload = 1 << 20 // bytes
	maxDepth   = 32
	maxNodes   = 100_000 // values in it, containers included
)

// readPayload reads JSON into maps, slices, strings, json.Numbers, booleans and nil.
func readPayload(text []byte) (any, error) {
	if len(text) > MaxPayload {
		return nil, fmt.Errorf("%d bytes, want at most %d", len(text), MaxPayload)
	}
	if err := bounded(text); err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, fmt.Errorf("not JSON: %w", err)
	}
	if d.More() {
		return nil, fmt.Errorf("not JSON: byte %d is after its end", d.InputOffset())
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("not JSON: byte %d is after its end", d.InputOffset())
	}
	return v, nil
}

// bounded counts before anything is allocated: a short text can hold many empty
// containers, each of which costs a map. It need not know whether the text is JSON.
func bounded(text []byte) error {
	depth, nodes, quoted := 0, 1, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[' || c == '{':
			depth++
			nodes++
		case c == ']' || c == '}':
			depth--
		case c == ',':
			nodes++
		}
		if depth > maxDepth {
			return fmt.Errorf("byte %d: nested deeper than %d", i, maxDepth)
		}
		if nodes > maxNodes {
			return fmt.Errorf("byte %d: more than %d values", i, maxNodes)
		}
	}
	return nil
}
