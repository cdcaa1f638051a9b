package door

import (
	"net"
	"net/netip"
	"sync"
)

// Listener bounds the connections that one address holds at once: one too many
// is closed before a byte of it is read.
type Listener struct {
	net.Listener
	most  int
	count func(netip.Addr) bool // says whether those of the address are counted

	mu   sync.Mutex
	open map[netip.Prefix]int
}

// Limit bounds l to most connections of each address that is counted.
func Limit(l net.Listener, most int, counted func(netip.Addr) bool) *Listener {
	return &Listener{Listener: l, most: most, count: counted, open: make(map[netip.Prefix]int)}
}

// Accept implements net.Listener.
func (l *Listener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		from := AddressOf(c.RemoteAddr().String())
		if !l.count(from) {
			return c, nil
		}
		if network := Network(from); l.enter(network) {
			return &counted{Conn: c, left: sync.OnceFunc(func() { l.leave(network) })}, nil
		}
		c.Close()
	}
}

func (l *Listener) enter(network netip.Prefix) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[network] >= l.most {
		return false
	}
	l.open[network]++
	return true
}

func (l *Listener) leave(network netip.Prefix) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[network]--; l.open[network] == 0 {
		delete(l.open, network)
	}
}

// counted is a connection that counts until it is closed.
type counted struct {
	net.Conn
	left func()
}

// Close implements net.Conn.
func (c *counted) Close() error {
	defer c.left()
	return c.Conn.Close()
}

// SetWriteBuffer bounds what the kernel keeps for the client, in bytes.
func (c *counted) SetWriteBuffer(n int) error {
	if tcp, ok := c.Conn.(*net.TCPConn); ok {
		return tcp.SetWriteBuffer(n)
	}
	return nil
}
