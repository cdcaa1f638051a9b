package twin

import (
	"strconv"
	"strings"

	"suhe/assets"
)

// The shortest that one can be in a message.
const (
	leastObservation = len(`{"a":"","p":"","v":0,"t":0,"r":0},`)
	leastFix         = len(`{"a":"","x":0,"y":0,"h":0,"s":0,"c":0,"t":0,"r":0},`)
)

// scanReports reads what the Append functions write, and nothing else: ok is
// false for any other text, be it good JSON or not. The names are parts of s.
func scanReports(s string) (r Reports, ok bool) {
	p := scanner{s: s}
	if !p.skip("[") || len(s) < 2 || s[len(s)-1] != ']' {
		return Reports{}, false
	}
	if p.s == "]" {
		return Reports{}, true
	}
	count := strings.Count(p.s, "{")
	for {
		var id string
		switch {
		case !p.skip(`{"a":"`) || !p.name(&id):
			return Reports{}, false
		case p.skip(`,"p":"`):
			o := Observation{Asset: assets.ID(id)}
			if !p.observation(&o) {
				return Reports{}, false
			}
			if r.Observations == nil {
				r.Observations = make([]Observation, 0, p.room(count, leastObservation))
			}
			r.Observations = append(r.Observations, o)
		default:
			f := Fix{Asset: assets.ID(id)}
			if !p.fix(&f) {
				return Reports{}, false
			}
			if r.Fixes == nil {
				r.Fixes = make([]Fix, 0, p.room(count, leastFix))
			}
			r.Fixes = append(r.Fixes, f)
		}
		if !p.skip(",") {
			return r, p.s == "]"
		}
	}
}

// room is how many elements may come, this one included: each is at least that
// long, so the bytes bound what is allocated.
func (p *scanner) room(count, least int) int { return 1 + min(count, len(p.s)/least+1) }

// scanner is what is still to be read.
type scanner struct{ s string }

// observation reads what follows the name of the phenomenon's key.
func (p *scanner) observation(o *Observation) bool {
	return p.name(&o.Phenomenon) &&
		p.skip(`,"v":`) && p.float(&o.Value) &&
		p.times(&o.PhenomenonTime, &o.ReceivedTime)
}

// fix reads what follows the asset's name.
func (p *scanner) fix(f *Fix) bool {
	return p.skip(`,"x":`) && p.float(&f.Lon) &&
		p.skip(`,"y":`) && p.float(&f.Lat) &&
		p.skip(`,"h":`) && p.float((*float64)(&f.Heading)) &&
		p.skip(`,"s":`) && p.float(&f.Speed) &&
		p.skip(`,"c":`) && p.float((*float64)(&f.Accuracy)) &&
		p.times(&f.PhenomenonTime, &f.ReceivedTime)
}

// times reads the end of every report.
func (p *scanner) times(phenomenon, received *int64) bool {
	return p.skip(`,"t":`) && p.integer(phenomenon) &&
		p.skip(`,"r":`) && p.integer(received) &&
		p.skip("}")
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
