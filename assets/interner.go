package assets

// maxInterned bounds each of an Interner's tables: beyond it, values are kept
// as they come, so that a store full of unique texts costs no second copy.
const maxInterned = 1 << 16

// maxInternedText is the longest text that is worth looking up, in bytes.
const maxInternedText = 64

// Interner lets what comes again and again in a registry share its memory: names,
// classes, owners, areas and properties, and common values. A loader
// makes one, uses it from one goroutine, and drops it at the end. A nil
// Interner is ready and shares nothing.
type Interner struct {
	texts   map[string]string
	values  map[string]any
	numbers map[float64]any
}

// NewInterner returns an empty Interner.
func NewInterner() *Interner {
	return &Interner{
		texts:   map[string]string{},
		values:  map[string]any{},
		numbers: map[float64]any{},
	}
}

// Text returns a string equal to s, the same one each time.
func (in *Interner) Text(s string) string {
	if in == nil || len(s) > maxInternedText {
		return s
	}
	if t, ok := in.texts[s]; ok {
		return t
	}
	if len(in.texts) < maxInterned {
		in.texts[s] = s
	}
	return s
}

// Bytes is Text for bytes; it allocates only for what it has not seen.
func (in *Interner) Bytes(b []byte) string {
	if in == nil || len(b) > maxInternedText {
		return string(b)
	}
	if t, ok := in.texts[string(b)]; ok {
		return t
	}
	return in.Text(string(b))
}

// Asset shares the name, class, owner and area of a, and returns a, which must not
// yet be published.
func (in *Interner) Asset(a *Asset) *Asset {
	a.Name = in.Text(a.Name)
	a.Class = in.Text(a.Class)
	a.Owner = in.Text(a.Owner)
	a.Location.Area = in.Text(a.Location.Area)
	a.Revision.By = in.Text(a.Revision.By)
	a.Revision.Why = in.Text(a.Revision.Why)
	for _, k := range Kinds() {
		if k == a.Kind {
			a.Kind = k
		}
	}
	for _, l := range []Lifecycle{InUse, Planned, Retired} {
		if l == a.Lifecycle {
			a.Lifecycle = l
		}
	}
	return a
}

func (in *Interner) textValue(b []byte) any {
	if in == nil || len(b) > maxInternedText {
		return string(b)
	}
	if v, ok := in.values[string(b)]; ok {
		return v
	}
	s := string(b)
	v := any(s)
	if len(in.values) < maxInterned {
		in.values[s] = v
	}
	return v
}

func (in *Interner) numberValue(f float64) any {
	if in == nil {
		return f
	}
	if v, ok := in.numbers[f]; ok {
		return v
	}
	v := any(f)
	if len(in.numbers) < maxInterned {
		in.numbers[f] = v
	}
	return v
}
