package stream_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"suhe/assets"
	"suhe/stream"
)

// raw is one frame as it goes over the line (RFC 6455, 5.2).
type raw struct {
	first   byte // FIN, RSV1–3 and opcode
	payload []byte
	bare    bool    // not masked, as only a server may send
	key     [4]byte // of the mask
	length  uint64  // as declared, if it is not that of the payload
	wide    int     // bytes of an extended length, if not as few as will do
}

const (
	fin = 0x80

	opContinue, opText, opBinary, opClose, opPing, opPong = 0, 1, 2, 8, 9, 10
)

func (r raw) bytes() []byte {
	n := uint64(len(r.payload))
	if r.length > 0 {
		n = r.length
	}
	mask := byte(fin)
	if r.bare {
		mask = 0
	}
	out := []byte{r.first}
	switch {
	case r.wide == 8 || r.wide == 0 && n > 0xffff:
		out = binary.BigEndian.AppendUint64(append(out, mask|127), n)
	case r.wide == 2 || n > 125:
		out = binary.BigEndian.AppendUint16(append(out, mask|126), uint16(n))
	default:
		out = append(out, mask|byte(n))
	}
	if r.bare {
		return append(out, r.payload...)
	}
	out = append(out, r.key[:]...)
	for i, b := range r.payload {
		out = append(out, b^r.key[i%4])
	}
	return out
}

func text(s string) raw {
	return raw{first: fin | opText, payload: []byte(s), key: [4]byte{1, 2, 3, 4}}
}

func control(op byte, payload string) raw {
	return raw{first: fin | op, payload: []byte(payload), key: [4]byte{9, 8, 7, 6}}
}

func closing(code uint16, reason string) raw {
	return control(opClose, string(binary.BigEndian.AppendUint16(nil, code))+reason)
}

func all(frames ...raw) (out []byte) {
	for _, f := range frames {
		out = append(out, f.bytes()...)
	}
	return out
}

// What a client sends, and how the server ends it.
type rawCase struct {
	name string
	data []byte
	code int // of the close frame; 0: the session lives on
}

// The codes of RFC 6455, 7.4.1.
const (
	normal   = 1000
	protocol = 1002
	tooBig   = 1009
	bad      = 4000 // of the stream's own: what can be framed and is no message
)

// rawCases are as the standard demands. The library that reads frames is more
// lenient in these: a length may be written with more bytes than it needs; a close
// frame with one byte counts as one without code; bad UTF-8 in a close reason ends
// with 1002 in place of 1007. Bad UTF-8 in a text ends with 4000, a bad message, in
// place of 1007: no code of a library's is needed to tell it.
func rawCases() (out []rawCase) {
	add := func(code int, name string, frames ...raw) { out = append(out, rawCase{name, all(frames...), code}) }
	for rsv := byte(1); rsv < 8; rsv++ {
		add(protocol, fmt.Sprintf("reserved bits %03b in a text", rsv), raw{first: fin | rsv<<4 | opText, payload: []byte("{}")})
		add(protocol, fmt.Sprintf("reserved bits %03b in a ping", rsv), raw{first: fin | rsv<<4 | opPing})
	}
	for _, op := range []byte{3, 4, 5, 6, 7, 11, 12, 13, 14, 15} {
		add(protocol, fmt.Sprint("reserved opcode ", op), raw{first: fin | op, payload: []byte("x")})
		add(protocol, fmt.Sprint("reserved opcode, empty and unfinished ", op), raw{first: op})
	}
	for _, op := range []byte{opContinue, opText, opBinary, opClose, opPing, opPong} {
		add(protocol, fmt.Sprint("no mask, opcode ", op), raw{first: fin | op, bare: true, payload: []byte("{}")})
		add(protocol, fmt.Sprint("no mask and empty, opcode ", op), raw{first: fin | op, bare: true})
	}
	for _, op := range []byte{opClose, opPing, opPong} {
		add(protocol, fmt.Sprint("fragmented control, opcode ", op), raw{first: op, payload: []byte("xy")})
		add(protocol, fmt.Sprint("control of 126 bytes, opcode ", op), raw{first: fin | op, payload: make([]byte, 126)})
		add(protocol, fmt.Sprint("control of 70000 bytes, opcode ", op), raw{first: fin | op, payload: make([]byte, 70_000)})
		add(protocol, fmt.Sprint("control that claims 2^62 bytes, opcode ", op), raw{first: fin | op, length: 1 << 62})
	}
	for _, code := range []uint16{0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535} {
		add(protocol, fmt.Sprint("close code ", code), closing(code, ""))
	}
	for _, code := range []uint16{1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999} {
		add(int(code), fmt.Sprint("good close code ", code), closing(code, "再见"))
	}
	add(1005, "close without code", control(opClose, ""))
	add(1005, "close with half a code", control(opClose, "\x03"))
	add(protocol, "close with bad UTF-8", closing(1000, "\xff\xfe"))
	add(protocol, "close with half a letter", closing(1000, "\xe6\xb0"))
	add(normal, "close and more behind", closing(1000, ""), text("{}"))
	for name, s := range map[string]string{"a byte that is none": "\xff", "half a letter": "\xe6\xb0", "a surrogate": "\xed\xa0\x80", "an overlong slash": "\xc0\xaf",
		"beyond Unicode": "\xf4\x90\x80\x80", "a lone continuation": "\x80"} {
		add(bad, "UTF-8: "+name, text(s))
		add(bad, "UTF-8 in a name: "+name, text(`{"type":"present","name":"`+s+`"}`))
		add(bad, "UTF-8 in parts: "+name, raw{first: opText, payload: []byte(`{"type":"present","name":"`)}, raw{first: fin | opContinue, payload: []byte(s + `"}`)})
	}
	add(tooBig, "claims 2^62 bytes", raw{first: fin | opText, length: 1 << 62})
	add(protocol, "claims 2^63 bytes", raw{first: fin | opText, length: 1 << 63})
	add(protocol, "claims 2^64-1 bytes", raw{first: fin | opText, length: 1<<64 - 1})
	add(tooBig, "claims 4 GiB", raw{first: fin | opBinary, length: 1 << 32})
	add(tooBig, "claims a byte more than a message may have", raw{first: fin | opText, length: 512<<10 + 1})
	add(tooBig, "parts that are too much together", raw{first: opText, payload: make([]byte, 300<<10)}, raw{first: fin | opContinue, payload: make([]byte, 300<<10)})
	add(tooBig, "parts that claim too much together", raw{first: opText, payload: []byte("{")}, raw{first: opContinue, length: 1<<63 - 1})
	add(protocol, "continuation of nothing", raw{first: fin | opContinue, payload: []byte("{}")})
	add(protocol, "unfinished continuation of nothing", raw{first: opContinue})
	add(protocol, "text within a text", raw{first: opText, payload: []byte("{")}, text("}"))
	add(protocol, "binary within a text", raw{first: opText, payload: []byte("{")}, raw{first: fin | opBinary})
	add(protocol, "unfinished text within a text", raw{first: opText}, raw{first: opText})
	add(protocol, "continuation after the end", text(subscribeHere), raw{first: fin | opContinue})
	add(bad, "empty text", text(""))
	add(bad, "empty binary", raw{first: fin | opBinary})
	add(bad, "binary where text is spoken", raw{first: fin | opBinary, payload: []byte(subscribeHere)})
	add(bad, "ten thousand empty parts", slices.Concat([]raw{{first: opText}}, slices.Repeat([]raw{{first: opContinue}}, 10_000), []raw{{first: fin | opContinue}})...)
	add(bad, "text of zeros", raw{first: fin | opText, payload: make([]byte, 1000)})
	add(0, "a key of zeros", raw{first: fin | opText, payload: []byte(subscribeHere)})
	add(0, "a ping", control(opPing, "hello"))
	add(0, "a ping of 125 bytes", control(opPing, strings.Repeat("x", 125)))
	add(0, "a pong that nobody asked for", control(opPong, "hello"))
	add(0, "a thousand pings", slices.Repeat([]raw{control(opPing, "flood")}, 1000)...)
	add(0, "a thousand pongs", slices.Repeat([]raw{control(opPong, "flood")}, 1000)...)
	add(0, "a length in more bytes than needed", raw{first: fin | opText, payload: []byte(subscribeHere), wide: 8})
	add(0, "a text in parts", raw{first: opText, payload: []byte(subscribeHere[:9])}, raw{first: opContinue}, raw{first: fin | opContinue, payload: []byte(subscribeHere[9:])})
	add(0, "a ping between parts", raw{first: opText, payload: []byte(subscribeHere[:9])}, control(opPing, ""), raw{first: fin | opContinue, payload: []byte(subscribeHere[9:])})
	var single []raw
	for i := range len(subscribeHere) {
		single = append(single, raw{first: opContinue, payload: []byte(subscribeHere[i : i+1])})
	}
	single[0].first, single[len(single)-1].first = opText, fin|opContinue
	add(0, "a text byte by byte", single...)
	return out
}

// line is a connection that speaks frames by hand.
type line struct {
	net.Conn
	in *bufio.Reader
}

const handshake = "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: suhe.v1.json\r\n\r\n"

func call(t testing.TB, address, request string) (*line, *http.Response) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(address, "ws://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(30 * time.Second))
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	l := &line{conn, bufio.NewReader(conn)}
	response, err := http.ReadResponse(l.in, nil)
	if err != nil {
		t.Fatal(err)
	}
	return l, response
}

func open(t testing.TB, address string) *line {
	t.Helper()
	l, response := call(t, address, handshake)
	if response.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("got %s", response.Status)
	}
	return l
}

// next reads a frame of the server, which masks nothing and sends none in parts.
func (l *line) next() (op byte, payload []byte, err error) {
	var head [2]byte
	if _, err = io.ReadFull(l.in, head[:]); err != nil {
		return 0, nil, err
	}
	n := uint64(head[1])
	switch n {
	case 126:
		var b [2]byte
		_, err = io.ReadFull(l.in, b[:])
		n = uint64(binary.BigEndian.Uint16(b[:]))
	case 127:
		var b [8]byte
		_, err = io.ReadFull(l.in, b[:])
		n = binary.BigEndian.Uint64(b[:])
	}
	if err != nil {
		return 0, nil, err
	}
	if head[0]&0xf0 != fin || n > 1<<20 {
		return 0, nil, fmt.Errorf("frame %x of %d bytes", head, n)
	}
	payload = make([]byte, n)
	_, err = io.ReadFull(l.in, payload)
	return head[0] & 0xf, payload, err
}

// end reads until the server ends the connection, and returns the code of its close
// frame; 0 if none came, since what the server has not read may cost what it wrote.
func (l *line) end() (code int, bye string, err error) {
	defer l.Close()
	for {
		op, payload, err := l.next()
		switch {
		case err != nil:
			if late, ok := err.(net.Error); ok && late.Timeout() {
				return 0, bye, fmt.Errorf("it does not end: %w", err)
			}
			return 0, bye, nil
		case op == opClose && len(payload) >= 2:
			return int(binary.BigEndian.Uint16(payload)), bye, nil
		case op == opClose:
			return 1005, bye, nil
		case op == opText && bytes.Contains(payload, []byte(`"bye"`)):
			bye = string(payload)
		}
	}
}

func TestRawFrames(t *testing.T) {
	cases := rawCases()
	if len(cases) < 120 {
		t.Errorf("%d cases, want 120", len(cases))
	}
	w := newWorld()
	address := serve(t, w)
	w.put(1, here, 1)
	other := dial(t, address)
	other.send(subscribeHere)
	other.until("snapshot")
	told := 0
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			l := open(t, address)
			go l.Write(c.data) // the server may end before it has read all
			if c.code == 0 {
				l.lives(t)
				return
			}
			code, bye, err := l.end()
			if err != nil || code != 0 && code != c.code {
				t.Errorf("ended with %d and %q, want %d: %v", code, bye, c.code, err)
			}
			if code != 0 {
				told++
			}
		})
	}
	if told < 90 {
		t.Errorf("only %d were told why", told)
	}
	w.put(1, here, 2)
	other.reach(map[assets.FID]float64{1: 2})
}

// lives checks that the session answers.
func (l *line) lives(t *testing.T) {
	t.Helper()
	l.Write(text(`{"type":"update","id":"none"}`).bytes())
	for {
		op, payload, err := l.next()
		if err != nil || op == opClose {
			t.Fatalf("it ended: %v %q", err, payload)
		}
		if op == opText && bytes.Contains(payload, []byte(`"error"`)) {
			return
		}
	}
}

// Frames that stop half way cost a connection until its time is over, and no more.
func TestHalfFrames(t *testing.T) {
	w := newWorld()
	address := serve(t, w)
	w.put(1, here, 1)
	other := dial(t, address)
	other.send(subscribeHere)
	other.until("snapshot")
	before := heap()
	whole := raw{first: fin | opText, payload: []byte(subscribeHere), length: 500 << 10, key: [4]byte{1, 2, 3, 4}}.bytes()
	for cut := 1; cut < 40; cut++ {
		open(t, address).Write(whole[:cut])
	}
	w.put(1, here, 2)
	other.reach(map[assets.FID]float64{1: 2})
	if more := heap() - before; more > 39*64<<10 {
		t.Errorf("%d bytes for half frames", more)
	}
}

func heap() int {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

func TestHandshakes(t *testing.T) {
	address := serve(t, newWorld())
	tests := []struct {
		name, from, to string
		want           int
	}{
		{"as it should be", "", "", 101},
		{"both protocols", "suhe.v1.json", "chat, suhe.v1.pb, suhe.v1.json", 101},
		{"version 8", "Version: 13", "Version: 8", 400},
		{"no version", "Sec-WebSocket-Version: 13\r\n", "", 400},
		{"no key", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "", 400},
		{"short key", "dGhlIHNhbXBsZSBub25jZQ==", "dGhl", 400},
		{"key that is no base64", "dGhlIHNhbXBsZSBub25jZQ==", "!!!!!!!!!!!!!!!!!!!!!!==", 400},
		{"no upgrade", "Upgrade: websocket\r\n", "", 400},
		{"another upgrade", "Upgrade: websocket", "Upgrade: h2c", 400},
		{"connection closes", "Connection: Upgrade", "Connection: close", 400},
		{"POST", "GET /", "POST /", 400},
		{"no protocol", "Sec-WebSocket-Protocol: suhe.v1.json\r\n", "", 400},
		{"another protocol", "suhe.v1.json", "mqtt", 400},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l, response := call(t, address, strings.Replace(handshake, test.from, test.to, 1))
			if response.StatusCode != test.want {
				t.Errorf("got %s, want %d", response.Status, test.want)
			}
			if got := response.Header.Get("Sec-WebSocket-Protocol"); test.name == "both protocols" && got != stream.ProtocolBinary {
				t.Errorf("speaks %q", got)
			}
			l.Close()
		})
	}
}
