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
	d := append(c.data, 1<<3|moveTo)
	d = appendVarint(d, zigzag(p[0].x-c.cx))
	d = appendVarint(d, zigzag(p[0].y-c.cy))
	d = appendVarint(d, uint64(len(p)-1)<<3|lineTo)
	last := p[0]
	for _, q := range p[1:] {
		dx, dy := zigzag(q.x-last.x), zigzag(q.y-last.y)
		if dx|dy < 1<<7 { // nearly all steps are short
			d = append(d, byte(dx), byte(dy))
		} else {
			d = appendVarint(appendVarint(d, dx), dy)
		}
		last = q
	}
	c.data, c.cx, c.cy = d, last.x, last.y
}

// ring writes one ring of three points or more, not closed.
func (c *commands) ring(p []pixel) {
	c.line(p)
	c.command(closePath, 1)
}
