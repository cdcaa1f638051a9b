package simulate

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

// line is a bare MQTT 3.1.1 connection that can publish with QoS 1 and nothing
// else, so that a load test spends its time on the broker and not on itself.
// One goroutine writes and one reads.
type line struct {
	conn net.Conn
	in   *bufio.Reader
	out  *bufio.Writer
	next uint16
}

// Packet types and sizes of MQTT 3.1.1 (OASIS standard, chapter 2 and 3).
const (
	packetConnect  = 0x10
	packetConnAck  = 0x20
	packetPublish1 = 0x32 // QoS 1
	packetPubAck   = 0x40

	connectFlags = 0xc2 // user, password, clean session
	ackLength    = 4
	lineWait     = 20 * time.Second
)

// dialLine connects and logs in.
func dialLine(ctx context.Context, addr string, secure *tls.Config, user, password string) (*line, error) {
	ctx, cancel := context.WithTimeout(ctx, lineWait)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	if secure != nil {
		conn = tls.Client(conn, secure)
	}
	l := &line{conn: conn, in: bufio.NewReaderSize(conn, 512), out: bufio.NewWriterSize(conn, 4096)}
	if err := l.login(user, password); err != nil {
		return nil, fmt.Errorf("log in as %s: %w", user, errors.Join(err, conn.Close()))
	}
	return l, nil
}

func (l *line) login(user, password string) error {
	body := appendText(nil, "MQTT")
	body = append(body, 4, connectFlags, 0, 0) // level 4 is 3.1.1; no keep-alive
	body = appendText(body, "")                // the broker chooses a client id
	body = appendText(appendText(body, user), password)
	if _, err := l.conn.Write(append(appendLength([]byte{packetConnect}, len(body)), body...)); err != nil {
		return err
	}
	_ = l.conn.SetReadDeadline(time.Now().Add(lineWait)) // a plain socket takes it
	var ack [ackLength]byte
	if _, err := io.ReadFull(l.in, ack[:]); err != nil {
		return err
	}
	if ack[0] != packetConnAck || ack[3] != 0 {
		return fmt.Errorf("refused with code %d", ack[3])
	}
	return l.conn.SetReadDeadline(time.Time{})
}

// publish sends one message and returns its packet id.
func (l *line) publish(topic string, payload []byte) (uint16, error) {
	if l.next++; l.next == 0 {
		l.next = 1
	}
	head := appendLength([]byte{packetPublish1}, 2+len(topic)+2+len(payload))
	head = appendText(head, topic)
	head = append(head, byte(l.next>>8), byte(l.next))
	_, _ = l.out.Write(head) // Flush tells
	_, _ = l.out.Write(payload)
	return l.next, l.out.Flush()
}

// acked waits for the next acknowledgement.
func (l *line) acked() (uint16, error) {
	var ack [ackLength]byte
	if _, err := io.ReadFull(l.in, ack[:]); err != nil {
		return 0, err
	}
	if ack[0] != packetPubAck {
		return 0, fmt.Errorf("broker sent packet %#x, want an acknowledgement", ack[0])
	}
	return uint16(ack[2])<<8 | uint16(ack[3]), nil
}

func appendText(dst []byte, s string) []byte {
	return append(append(dst, byte(len(s)>>8), byte(len(s))), s...)
}

// appendLength adds a remaining length: 7 bits a byte, lowest first.
func appendLength(dst []byte, n int) []byte {
	for n > 0x7f {
		dst = append(dst, byte(n)|0x80)
		n >>= 7
	}
	return append(dst, byte(n))
}
