package bench

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"
)

// wire is a bare WebSocket client (RFC 6455): a usual one would spend more than
// the servers that are measured. While it waits it has no buffer.
type wire struct {
	conn *net.TCPConn
	raw  syscall.RawConn
	left []byte // of a frame that is not whole yet
	skip int    // bytes to come of a frame that is skimmed

	// skim may take a frame of which only the beginning has come; nil takes none.
	skim func(opcode byte, beginning []byte, size int) bool
}

// The opcodes of frames.
const (
	opText   = 1
	opBinary = 2
	opClose  = 8
	opPing   = 9
	opPong   = 10
)

// wirePatience is how long a handshake may take while thousands shake hands.
const wirePatience = time.Minute

// dialWire opens a connection from one of the machine's own addresses: thousands
// of phones have more than one.
func dialWire(ctx context.Context, from net.IP, addr, path, protocol, token string) (*wire, error) {
	d := net.Dialer{Timeout: wirePatience, LocalAddr: &net.TCPAddr{IP: from}}
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	w := &wire{conn: conn.(*net.TCPConn)}
	if err := w.shake(addr, path, protocol, token); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return w, nil
}

// shake upgrades the connection. The answer is read byte by byte, so that nothing
// of what follows it is taken.
func (w *wire) shake(addr, path, protocol, token string) (err error) {
	if w.raw, err = w.conn.SyscallConn(); err != nil {
		return err
	}
	if err := w.conn.SetDeadline(time.Now().Add(wirePatience)); err != nil {
		return err
	}
	ask := "GET " + path + " HTTP/1.1\r\nHost: " + addr + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: " + protocol + "\r\n" + loginLine(token) + "\r\n"
	if _, err := io.WriteString(w.conn, ask); err != nil {
		return err
	}
	answer, err := http.ReadResponse(bufio.NewReaderSize(oneByOne{w.conn}, 16), nil)
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusSwitchingProtocols {
		return fmt.Errorf("upgrade: %s", answer.Status)
	}
	return w.conn.SetDeadline(time.Time{})
}

// oneByOne reads no more than it is asked for.
type oneByOne struct{ io.Reader }

// Read implements io.Reader.
func (o oneByOne) Read(b []byte) (int, error) { return o.Reader.Read(b[:min(len(b), 1)]) }

// send writes one masked frame. The mask is zero: it hides nothing here.
func (w *wire) send(opcode byte, payload []byte) error {
	b := append(make([]byte, 0, len(payload)+14), 0x80|opcode)
	switch n := len(payload); {
	case n < 126:
		b = append(b, 0x80|byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, 0x80|126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 0x80|127), uint64(n))
	}
	_, err := w.conn.Write(append(append(b, 0, 0, 0, 0), payload...))
	return err
}

// buffers are lent to a connection for as long as it takes in what has come.
var buffers = sync.Pool{New: func() any { return new([64 << 10]byte) }}

// receive waits for something to come and gives every whole frame to take, which
// must not keep it.
func (w *wire) receive(take func(opcode byte, payload []byte) error) error {
	var buffer *[64 << 10]byte
	var n int
	var err error
	wrong := w.raw.Read(func(fd uintptr) bool {
		buffer = buffers.Get().(*[64 << 10]byte)
		n, err = syscall.Read(int(fd), buffer[:])
		if errors.Is(err, syscall.EAGAIN) {
			buffers.Put(buffer)
			return false
		}
		return true
	})
	if wrong != nil {
		return wrong
	}
	defer buffers.Put(buffer)
	switch {
	case err != nil:
		return err
	case n <= 0:
		return io.EOF
	}
	return w.split(buffer[:n], take)
}

// split takes the frames apart and keeps the rest.
func (w *wire) split(b []byte, take func(byte, []byte) error) error {
	over := min(w.skip, len(b))
	b, w.skip = b[over:], w.skip-over
	if len(w.left) > 0 {
		w.left = append(w.left, b...)
		b = w.left
	}
	for {
		opcode, head, size := cutHead(b)
		if head == 0 {
			break
		}
		if len(b) < head+size {
			if w.skim == nil || !w.skim(opcode, b[head:], size) {
				break
			}
			w.skip = head + size - len(b)
			b = nil
			break
		}
		if err := take(opcode, b[head:head+size]); err != nil {
			return err
		}
		b = b[head+size:]
	}
	if len(b) == 0 {
		w.left = nil // an idle client keeps nothing
		return nil
	}
	w.left = append([]byte(nil), b...)
	return nil
}

// cutHead returns the sizes of the first frame's head and payload; zeros if the
// head is not whole yet. A server masks nothing, and ours splits nothing.
func cutHead(b []byte) (opcode byte, head, size int) {
	if len(b) < 2 {
		return 0, 0, 0
	}
	head, size = 2, int(b[1]&0x7f)
	switch size {
	case 126:
		if head = 4; len(b) >= head {
			size = int(binary.BigEndian.Uint16(b[2:]))
		}
	case 127:
		if head = 10; len(b) >= head {
			size = int(binary.BigEndian.Uint64(b[2:]))
		}
	}
	if len(b) < head {
		return 0, 0, 0
	}
	return b[0] & 0x0f, head, size
}

// cut ends the connection as a broken line would: at once and without a word.
func (w *wire) cut() {
	_ = w.conn.SetLinger(0)
	_ = w.conn.Close()
}
