package tiles

import "slices"

// cover tells by the winding numbers of one piece of ground which owners cover
// it. Where rounding or thinning has led one owner's border over another's, the
// owner that lost the ground winds around it once less than nothing; then one
// that won it gives it up, so that ground which one of a class covered before is
// covered by one of them after, never by two or none.
type cover struct {
	class   []int32 // of each owner: those of one class share the ground
	winding []int32 // of each owner
	seen    []int32 // owners that have been added to
	added   []bool  // of each owner: it is among seen
	debt    []int32 // of each class

	positive, negative []int32 // who covers the sides of the edge in hand
}

// begin prepares for so many owners, each of a class of its own until it is put
// into another.
func (c *cover) begin(owners int) {
	c.class, c.winding, c.debt = c.class[:0], c.winding[:0], c.debt[:0]
	c.seen, c.added = c.seen[:0], c.added[:0]
	for i := range owners {
		c.class = append(c.class, int32(i))
		c.winding, c.debt = append(c.winding, 0), append(c.debt, 0)
		c.added = append(c.added, false)
	}
}

// clear sets all winding numbers to 0.
func (c *cover) clear() {
	for _, owner := range c.seen {
		c.winding[owner], c.added[owner] = 0, false
	}
	c.seen = c.seen[:0]
}

func (c *cover) add(owner, weight int32) {
	if !c.added[owner] {
		c.added[owner] = true
		c.seen = append(c.seen, owner)
	}
	c.winding[owner] += weight
}

// note lists who covers the ground.
func (c *cover) note(who *[]int32) {
	*who = (*who)[:0]
	for _, owner := range c.seen {
		switch n := c.winding[owner]; {
		case n < 0:
			c.debt[c.class[owner]] -= n
		case n > 0:
			c.debt[c.class[owner]] -= n - 1
			*who = append(*who, owner)
		}
	}
	slices.Sort(*who)
	c.settle(who)
	for _, owner := range c.seen {
		c.debt[c.class[owner]] = 0
	}
}

// settle lets the last owners of each class give up what another lacks.
func (c *cover) settle(who *[]int32) {
	for i := len(*who) - 1; i >= 0; i-- {
		if debt := &c.debt[c.class[(*who)[i]]]; *debt > 0 {
			*debt--
			*who = slices.Delete(*who, i, i+1)
		}
	}
}
