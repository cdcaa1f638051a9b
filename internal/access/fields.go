package access

import "suhe/assets"

// Fields says whether a field of that name is shown; *assets.Classes knows how
// sensitive each is.
type Fields func(name string) bool

// Fields says of fields whether the scope shows them, by how sensitive the tables
// say that they are.
func (s Scope) Fields(of func(field string) assets.Sensitivity) Fields {
	return func(name string) bool { return s.Shows(name, of(name)) }
}
