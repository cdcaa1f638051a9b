package stream

// maxClasses is how many classes of scopes lenses remember answers of; nearly
// always there are fewer.
const maxClasses = 64

// classes number the classes of the scopes that lenses look with, so that each is
// asked of a change once and not by every lens.
type classes struct {
	names [maxClasses]string
	users [maxClasses]int // lenses
}

// take returns the number of the class for one more lens, or -1 if all are taken.
func (c *classes) take(name string) int {
	free := -1
	for i := range c.names {
		switch {
		case c.users[i] > 0 && c.names[i] == name:
			c.users[i]++
			return i
		case c.users[i] == 0 && free < 0:
			free = i
		}
	}
	if free >= 0 {
		c.names[free], c.users[free] = name, 1
	}
	return free
}

// leave gives the number back.
func (c *classes) leave(n int) {
	if n >= 0 {
		c.users[n]--
	}
}

// seen is what scopes answered of a thing that stands, a bit for each class.
type seen struct{ asked, yes uint64 }

// allows says whether the lens's scope sees the thing that stands.
func (l *lens) allows(t *told) bool {
	if l.class < 0 {
		return l.scope.Sees(t.is.Asset)
	}
	bit := uint64(1) << l.class
	if t.seen.asked&bit == 0 {
		t.seen.asked |= bit
		if l.scope.Sees(t.is.Asset) {
			t.seen.yes |= bit
		}
	}
	return t.seen.yes&bit != 0
}
