package stream

import (
	"errors"
	"fmt"

	"github.com/gorilla/websocket"
)

// The WebSocket subprotocols; a client must ask for one.
const (
	Protocol       = "suhe.v1.json" // text frames of JSON
	ProtocolBinary = "suhe.v1.pb"   // binary frames of protobuf, in columns: stream/suhev1
)

// protocols are in the order of our liking.
var protocols = []string{ProtocolBinary, Protocol}

// format is how messages are written.
type format uint8

const (
	asJSON format = iota
	asBinary
	formats // how many there are
)

func formatOf(protocol string) format {
	if protocol == ProtocolBinary {
		return asBinary
	}
	return asJSON
}

// message is the WebSocket message type of the format.
func (f format) message() int {
	if f == asBinary {
		return websocket.BinaryMessage
	}
	return websocket.TextMessage
}

// errFrame says that a message is of the other kind.
var errFrame = errors.New("frame")

// parse reads a message. An error here ends the session.
func (f format) parse(kind int, b []byte) (a ask, err error) {
	switch {
	case kind != f.message():
		return a, fmt.Errorf("%w: want text frames of %s, or binary ones of %s", errFrame, Protocol, ProtocolBinary)
	case f == asBinary:
		a, err = parseBinary(b)
	default:
		a, err = parseJSON(b)
	}
	if err == nil {
		err = a.check()
	}
	return a, err
}

// write writes a frame. known keeps things as they were written before.
func (f format) write(frame any, known *written) []byte {
	if f == asBinary {
		return writeBinary(frame)
	}
	return writeJSON(frame, known)
}
