package bus

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"
)

// wire is a connection to the embedded broker in the NATS protocol, for the MQTT
// messages, of which there are many: headers are not made into maps, what is not wanted
// is not copied, and nothing goes from goroutine to goroutine, which the client library
// does with each. One goroutine reads it. See docs.nats.io/reference/nats-protocols.
type wire struct {
	conn   net.Conn
	in     *bufio.Reader
	line   []byte   // the last control line
	fields [][]byte // of it
	head   []byte   // headers of the last message
	left   int      // bytes of it that were not read
}

const (
	wireBuffer = 64 << 10
	wireLine   = 1 << 20          // bytes of a control line at most
	wireWait   = 10 * time.Second // for the broker to let us in
)

// delivered is one message. What it names is good until the next one is read.
type delivered struct {
	subject, reply, head []byte
	size                 int // of the data, which wire.data reads
}

// dialWire connects into the account and subscribes to what the words say: a subject,
// and a queue group if several share its messages.
func (b *broker) dialWire(account, words string) (*wire, error) {
	conn, err := b.InProcessConn()
	if err != nil {
		return nil, err
	}
	w := newWire(conn)
	if err := w.begin(account, b.login.secret, words); err != nil {
		return nil, errors.Join(fmt.Errorf("broker: %w", err), conn.Close())
	}
	return w, nil
}

func newWire(conn net.Conn) *wire {
	return &wire{conn: conn, in: bufio.NewReaderSize(conn, wireBuffer)}
}

func (w *wire) begin(account, secret, words string) error {
	if err := w.conn.SetDeadline(time.Now().Add(wireWait)); err != nil {
		return err
	}
	if op, err := w.control(); err != nil || op != "INFO" {
		return errors.Join(fmt.Errorf("it begins with %q, want INFO", op), err)
	}
	who, err := json.Marshal(map[string]any{"user": account, "pass": secret, "name": "suhe", "lang": "go", "protocol": 1, "headers": true, "no_responders": true})
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w.conn, "CONNECT %s\r\nSUB %s 1\r\nPING\r\n", who, words); err != nil {
		return err
	}
	for op := ""; op != "PONG"; {
		if op, err = w.control(); err != nil {
			return err
		}
	}
	return w.conn.SetDeadline(time.Time{})
}

// control reads a control line and returns its word. What is wrong with us is an error.
func (w *wire) control() (op string, err error) {
	w.line = w.line[:0]
	for {
		part, err := w.in.ReadSlice('\n')
		w.line = append(w.line, part...)
		if err == nil {
			break
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return "", err
		}
		if len(w.line) > wireLine {
			return "", fmt.Errorf("broker: a line of more than %d bytes", wireLine)
		}
	}
	w.fields = w.fields[:0]
	rest := bytes.TrimRight(w.line, "\r\n")
	for len(rest) > 0 {
		var field []byte
		if field, rest, _ = bytes.Cut(rest, []byte{' '}); len(field) > 0 {
			w.fields = append(w.fields, field)
		}
	}
	if len(w.fields) == 0 {
		return "", errors.New("an empty line")
	}
	switch string(w.fields[0]) { // no copy of those that come often
	case "HMSG":
		return "HMSG", nil
	case "MSG":
		return "MSG", nil
	case "-ERR":
		return "", fmt.Errorf("broker: %s", bytes.TrimSpace(w.line))
	}
	return string(w.fields[0]), nil
}

// next reads the next message, but for its data.
func (w *wire) next() (delivered, error) {
	for {
		if w.left > 0 {
			if _, err := w.in.Discard(w.left); err != nil {
				return delivered{}, err
			}
			w.left = 0
		}
		op, err := w.control()
		if err != nil {
			return delivered{}, err
		}
		switch op {
		case "MSG":
			return w.message(false)
		case "HMSG":
			return w.message(true)
		case "PING":
			if _, err := io.WriteString(w.conn, "PONG\r\n"); err != nil {
				return delivered{}, err
			}
		}
	}
}

// message reads what the control line announces:
// [H]MSG subject sid [reply] [size of the headers] size of all.
func (w *wire) message(headed bool) (d delivered, err error) {
	f := w.fields[1:]
	sizes := 1
	if headed {
		sizes = 2
	}
	if n := len(f) - sizes; n != 2 && n != 3 {
		return d, fmt.Errorf("broker: %d fields in %.200q", len(f), w.line)
	}
	d.subject = f[0]
	if len(f)-sizes == 3 {
		d.reply = f[2]
	}
	all, err := strconv.Atoi(string(f[len(f)-1]))
	head := 0
	if err == nil && headed {
		head, err = strconv.Atoi(string(f[len(f)-2]))
	}
	if err != nil || head < 0 || all < head || all > MaxMessage+headroom {
		return d, errors.Join(fmt.Errorf("broker: sizes of %.200q", w.line), err)
	}
	w.head = append(w.head[:0], make([]byte, head)...)
	if _, err := io.ReadFull(w.in, w.head); err != nil {
		return d, err
	}
	d.head, d.size = w.head, all-head
	w.left = d.size + len("\r\n")
	return d, nil
}

// data reads the data of the last message.
func (w *wire) data(d delivered) ([]byte, error) {
	out := make([]byte, d.size)
	n, err := io.ReadFull(w.in, out)
	w.left -= n
	return out, err
}

// status is the code of a message that carries none but a status; 0: it is another.
func (d delivered) status() int {
	const version = "NATS/1.0 "
	if d.size > 0 || len(d.head) < len(version)+3 || string(d.head[:len(version)]) != version {
		return 0
	}
	code, err := strconv.Atoi(string(d.head[len(version) : len(version)+3]))
	if err != nil {
		return 0
	}
	return code
}

// header is the value of a header; nil: it is not there.
func (d delivered) header(name string) []byte {
	for line := range bytes.SplitSeq(d.head, []byte("\r\n")) {
		if key, value, is := bytes.Cut(line, []byte{':'}); is && string(key) == name {
			return bytes.TrimSpace(value)
		}
	}
	return nil
}
