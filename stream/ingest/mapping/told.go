package mapping

// Phenomena are what the mapping makes observations of, in the order of its values.
func (m *Mapping) Phenomena() []string {
	var out []string
	for _, v := range m.values {
		out = append(out, v.phenomenon)
	}
	return out
}
