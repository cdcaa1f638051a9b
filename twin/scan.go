package twin

import (
	"strconv"
	"strings"

	"suhe/assets"
)

// leastObservation is the shortest that one can be in a message.
const leastObservation = len(`{"a":"","p":"","v":0,"t":0,"r":0},`)

// scanObservations reads what AppendObservations writes, and nothing else: ok
// is false for any other text, be it good JSON or not. The names are parts of s.
func scanObservations(s string) (obs []Observation, ok bool) {
	p := scanner{s: s}
	if !p.skip("[") || len(s) < 2 || s[len(s)-1] != ']' {
		return nil, false
	}
	if p.s == "]" {
		return nil, true
	}
	// Each is at least that long, so the bytes bound what is allocated.
	obs = make([]Observation, 0, min(strings.Count(p.s, "{"), len(p.s)/leastObservation+1))
	for {
		var o Observation
		if !p.observation(&o) {
			return nil, false
		}
		obs = append(obs, o)
		if !p.skip(",") {
			return obs, p.s == "]"
		}
	}
}

// scanner is what is still to be read.
type scanner struct{ s string }

func (p *scanner) observation(o *Observation) bool {
	var id string
	ok := p.skip(`{"a":"`) && p.name(&id) &&
		p.skip(`,"p":"`) && p.name(&o.Phenomenon) &&
		p.skip(`,"v":`) && p.float(&o.Value) &&
		p.skip(`,"t":`) && p.integer(&o.PhenomenonTime) &&
		p.skip(`,"r":`) && p.integer(&o.ReceivedTime) &&
		p.skip("}")
	o.Asset = assets.ID(id)
	return ok
}

func (p *scanner) skip(prefix string) bool {
	rest, ok := strings.CutPrefix(p.s, prefix)
	if ok {
		p.s = rest
	}
	return ok
}

// name reads up to and with the closing quote.
func (p *scanner) name(v *string) bool {
	for i := range len(p.s) {
		if c := p.s[i]; c == '"' {
			*v, p.s = p.s[:i], p.s[i+1:]
			return true
		} else if !plain(c) {
			return false
		}
	}
	return false
}

func (p *scanner) float(v *float64) bool {
	n := numberLen(p.s)
	f, err := strconv.ParseFloat(p.s[:n], 64)
	*v, p.s = f, p.s[n:]
	return err == nil
}

func (p *scanner) integer(v *int64) bool {
	n := numberLen(p.s)
	i, err := strconv.ParseInt(p.s[:n], 10, 64)
	*v, p.s = i, p.s[n:]
	return err == nil
}

// numberLen is the length of the JSON number that s begins with, 0 if none.
func numberLen(s string) int {
	i := 0
	if i < len(s) && s[i] == '-' {
		i++
	}
	whole := digits(s[i:])
	if whole == 0 || whole > 1 && s[i] == '0' {
		return 0
	}
	i += whole
	if i < len(s) && s[i] == '.' {
		n := digits(s[i+1:])
		if n == 0 {
			return 0
		}
		i += 1 + n
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		n := digits(s[i:])
		if n == 0 {
			return 0
		}
		i += n
	}
	return i
}

func digits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}
