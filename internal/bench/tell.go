package bench

import (
	"errors"

	"google.golang.org/protobuf/encoding/protowire"

	pb "suhe/stream/suhev1"
)

// tell is what a client of an audience reads of a message of suhe.v1.pb, without
// decoding what it carries.
type tell struct {
	kind    protowire.Number // field of pb.Tell
	at      []byte           // its position, as it is written
	updates int              // objects entered and changed
	more    bool             // another part of the snapshot follows
	event   uint64           // sequence
}

// The kinds of messages.
const (
	tellHello    protowire.Number = 1
	tellSnapshot protowire.Number = 3
	tellDelta    protowire.Number = 4
	tellEvent    protowire.Number = 7
	tellResync   protowire.Number = 8
	tellSlow     protowire.Number = 9
	tellError    protowire.Number = 10
	tellBye      protowire.Number = 11
)

var errTell = errors.New("not a message of suhe.v1.pb")

// readTell reads the outline of a message.
func readTell(b []byte) (t tell, err error) {
	kind, inner, rest := field(b)
	if kind == 0 || len(rest) > 0 {
		return t, errTell
	}
	t.kind = kind
	for len(inner) > 0 {
		number, wireType, n := protowire.ConsumeTag(inner)
		if n < 0 {
			return t, errTell
		}
		size := protowire.ConsumeFieldValue(number, wireType, inner[n:])
		if size < 0 {
			return t, errTell
		}
		t.note(number, wireType, inner[n:n+size])
		inner = inner[n+size:]
	}
	return t, nil
}

// note takes over one field of the message.
func (t *tell) note(number protowire.Number, wireType protowire.Type, value []byte) {
	objects := t.kind == tellSnapshot && number == 3 || t.kind == tellDelta && (number == 3 || number == 4)
	switch {
	case wireType == protowire.VarintType && t.kind == tellSnapshot && number == 4:
		t.more = true
	case wireType == protowire.VarintType && t.kind == tellEvent && number == 1:
		t.event, _ = protowire.ConsumeVarint(value)
	case wireType == protowire.BytesType && number == 2 && (t.kind == tellSnapshot || t.kind == tellDelta):
		t.at, _ = protowire.ConsumeBytes(value)
	case wireType == protowire.BytesType && objects:
		inner, _ := protowire.ConsumeBytes(value)
		if number, fids, _ := field(inner); number == 1 {
			t.updates += varints(fids)
		}
	}
}

// field cuts off the first field, if it is of bytes.
func field(b []byte) (number protowire.Number, value, rest []byte) {
	number, wireType, n := protowire.ConsumeTag(b)
	if n < 0 || wireType != protowire.BytesType {
		return 0, nil, nil
	}
	value, size := protowire.ConsumeBytes(b[n:])
	if size < 0 {
		return 0, nil, nil
	}
	return number, value, b[n+size:]
}

// varints counts the numbers of a packed column: each ends with a byte below 128.
func varints(column []byte) (n int) {
	for _, b := range column {
		if b < 0x80 {
			n++
		}
	}
	return n
}

// fidsOf appends the fids of the objects, which hold each less the one before.
func fidsOf(dst []uint64, o *pb.Objects) []uint64 {
	var fid uint64
	for _, step := range o.GetFid() {
		fid += step
		dst = append(dst, fid)
	}
	return dst
}

// timesOf appends the times of the objects that have one, in Unix milliseconds.
func timesOf(dst []int64, o *pb.Objects) []int64 {
	var at int64
	for i, step := range o.GetTime() {
		at += step
		if i < len(o.GetHeard()) && o.GetHeard()[i] > 0 {
			dst = append(dst, at)
		}
	}
	return dst
}
