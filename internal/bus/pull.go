package bus

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// source gives the messages of a consumer, one after the other; it is stopped at last.
type source interface {
	next() (Message, error)
	stop()
}

// library is the source by the client library.
type library struct {
	messages jetstream.MessagesContext
	until    jetstream.NextOpt
}

func newLibrary(ctx context.Context, c jetstream.Consumer) (source, error) {
	messages, err := c.Messages(
		jetstream.PullMaxMessagesWithBytesLimit(readAhead, readAheadBytes),
		jetstream.PullExpiry(readExpiry),
		jetstream.PullHeartbeat(readHeartbeat),
	)
	if err != nil {
		return nil, err
	}
	return library{messages, jetstream.NextContext(ctx)}, nil
}

func (c library) next() (Message, error) {
	m, err := c.messages.Next(c.until)
	if err != nil {
		return Message{}, err
	}
	meta, err := m.Metadata()
	if err != nil {
		return Message{}, err
	}
	return Message{Seq: meta.Sequence.Stream, Subject: m.Subject(), Data: m.Data(), Time: meta.Timestamp}, nil
}

func (c library) stop() { c.messages.Stop() }

// pull is the source by a wire. It asks for some messages at a time, and again when
// these have come or the broker says that no more will.
type pull struct {
	wire   *wire
	ask    []byte // the request, as it is sent
	due    int    // messages that may still come for the last one
	cancel func() bool
}

func newPull(ctx context.Context, b *broker, account, stream, consumer string) (source, error) {
	inbox := nats.NewInbox()
	w, err := b.dialWire(account, inbox)
	if err != nil {
		return nil, err
	}
	want := fmt.Sprintf(`{"batch":%d,"max_bytes":%d,"expires":%d,"idle_heartbeat":%d}`, readAhead, readAheadBytes, readExpiry, readHeartbeat)
	ask := fmt.Appendf(nil, "PUB $JS.API.CONSUMER.MSG.NEXT.%s.%s %s %d\r\n%s\r\n", stream, consumer, inbox, len(want), want)
	p := &pull{wire: w, ask: ask}
	p.cancel = context.AfterFunc(ctx, func() { _ = w.conn.Close() })
	return p, nil
}

// The answers of the broker that are no messages.
const (
	statusBeat    = 100 // it is alive
	statusNothing = 404 // there is nothing
	statusTime    = 408 // the request has expired
	statusFull    = 409 // as many bytes as were asked for have come, or the consumer is gone, which a silence tells
)

func (p *pull) next() (Message, error) {
	for {
		if err := p.wait(); err != nil {
			return Message{}, err
		}
		d, err := p.wire.next()
		if err != nil {
			return Message{}, err
		}
		switch status := d.status(); status {
		case 0:
			p.due--
			return p.take(d)
		case statusBeat:
		case statusNothing, statusTime, statusFull:
			p.due = 0
		default:
			return Message{}, fmt.Errorf("broker: status %d", status)
		}
	}
}

// wait asks for more if no more will come, and bounds how long the broker may be silent.
func (p *pull) wait() error {
	if p.wire.in.Buffered() == 0 || p.due == 0 {
		if err := p.wire.conn.SetDeadline(time.Now().Add(2 * readHeartbeat)); err != nil {
			return err
		}
	}
	if p.due > 0 {
		return nil
	}
	p.due = readAhead
	_, err := p.wire.conn.Write(p.ask)
	return err
}

// take makes a message of what was delivered.
func (p *pull) take(d delivered) (m Message, err error) {
	if m.Seq, m.Time, err = place(d.reply); err != nil {
		return m, err
	}
	m.Subject = string(d.subject)
	m.Data, err = p.wire.data(d)
	return m, err
}

func (p *pull) stop() {
	p.cancel()
	_ = p.wire.conn.Close() // it is only read
}

var errPlace = errors.New("a message without its place in the stream")

// place reads the stream's sequence and the time of a message from the subject for its
// confirmation: $JS.ACK.stream.consumer.tries.sequence.of the consumer.time.pending, or
// with domain and account before the stream.
func place(reply []byte) (seq uint64, at time.Time, err error) {
	const after = 5 // fields before the sequence
	skip := after
	if bytes.Count(reply, []byte{'.'}) >= 10 {
		skip += 2
	}
	rest := reply
	for range skip {
		var more bool
		if _, rest, more = bytes.Cut(rest, []byte{'.'}); !more {
			return 0, at, errPlace
		}
	}
	first, rest, _ := bytes.Cut(rest, []byte{'.'})
	_, rest, _ = bytes.Cut(rest, []byte{'.'})
	second, _, _ := bytes.Cut(rest, []byte{'.'})
	if seq, err = strconv.ParseUint(string(first), 10, 64); err != nil {
		return 0, at, errPlace
	}
	nano, err := strconv.ParseInt(string(second), 10, 64)
	if err != nil {
		return 0, at, errPlace
	}
	return seq, time.Unix(0, nano), nil
}
