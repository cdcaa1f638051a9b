package tiles

// commands writes MVT geometry (4.3 of the standard): command integers and
// zigzag deltas, packed as varints.
type commands struct {
	data   []byte
	cx, cy int32
}

const (
	moveTo    = 1
	lineTo    = 2
	closePath = 7
)

func (c *commands) reset() {
	c.data, c.cx, c.cy = c.data[:0], 0, 0
}

func (c *commands) command(id, count int) {
	c.data = appendVarint(c.data, uint64(count)<<3|uint64(id))
}

func (c *commands) to(p pixel) {
	c.data = appendVarint(c.data, zigzag(p.x-c.cx))
	c.data = appendVarint(c.data, zigzag(p.y-c.cy))
	c.cx, c.cy = p.x, p.y
}

// points writes one or many points.
func (c *commands) points(p []pixel) {
	c.command(moveTo, len(p))
	for _, q := range p {
		c.to(q)
	}
}

// line writes one line of two points or more.
func (c *commands) line(p []pixel) {
	c.command(moveTo, 1)
	c.to(p[0])
	c.command(lineTo, len(p)-1)
	for _, q := range p[1:] {
		c.to(q)
	}
}

// ring writes one ring of three points or more, not closed.
func (c *commands) ring(p []pixel) {
	c.line(p)
	c.command(closePath, 1)
}
