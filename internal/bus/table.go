package bus

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// TableOptions bound a table. When a bound is reached the entries that were
// changed the longest ago go.
type TableOptions struct {
	Name     string        // letters, digits, - and _; also what its subjects begin with
	MaxAge   time.Duration // of an entry since it was changed; 0: for ever
	MaxBytes int64         // 0: no bound
}

// Table keeps the last value of each key, durably, and shared by all nodes of a
// broker. A key is one or more levels of A-Z a-z 0-9 _ - with a dot between two.
// All methods may be called at once.
type Table struct {
	name   string
	to     connection
	stream jetstream.Stream
}

// Entry is the value of a key.
type Entry struct {
	Key      string
	Value    []byte
	Revision uint64 // of this change; it grows with every change of any key
}

// Table makes or finds a table. Bounds that differ from an existing one's replace
// them.
func (b *Bus) Table(ctx context.Context, o TableOptions) (*Table, error) {
	stream, err := b.node.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name:              o.Name,
		Subjects:          []string{o.Name + ".>"},
		Storage:           jetstream.FileStorage,
		Discard:           jetstream.DiscardOld,
		MaxMsgsPerSubject: 1,
		MaxAge:            o.MaxAge,
		MaxBytes:          noZero(o.MaxBytes),
	})
	if err != nil {
		return nil, fmt.Errorf("table %s: %w", o.Name, meaning(err))
	}
	return &Table{name: o.Name, to: b.node, stream: stream}, nil
}

// noZero is the broker's word for "no bound".
func noZero(bound int64) int64 {
	if bound == 0 {
		return -1
	}
	return bound
}

// Get returns the entry of the key; ErrNone: there is none.
func (t *Table) Get(ctx context.Context, key string) (Entry, error) {
	m, err := t.stream.GetLastMsgForSubject(ctx, t.subject(key))
	if err != nil {
		return Entry{}, t.failed("get", key, err)
	}
	return t.entry(m), nil
}

// Put sets the value of the key if its revision is was, 0: if there is none; else
// it fails with ErrSequence. It returns the new revision.
func (t *Table) Put(ctx context.Context, key string, value []byte, was uint64) (revision uint64, err error) {
	if len(value) > MaxMessage {
		return 0, t.failed("put", key, fmt.Errorf("%w: %d bytes, want at most %d", ErrTooLarge, len(value), MaxMessage))
	}
	ack, err := t.to.js.Publish(ctx, t.subject(key), value, jetstream.WithExpectLastSequencePerSubject(was))
	if err != nil {
		return 0, t.failed("put", key, err)
	}
	return ack.Sequence, nil
}

// Delete removes the entry of the key, if there is one.
func (t *Table) Delete(ctx context.Context, key string) error {
	if err := t.stream.Purge(ctx, jetstream.WithPurgeSubject(t.subject(key))); err != nil {
		return t.failed("delete", key, err)
	}
	return nil
}

// Next returns the first entry below the key that was changed after the revision;
// ErrNone: there is none.
func (t *Table) Next(ctx context.Context, below string, after uint64) (Entry, error) {
	m, err := t.stream.GetMsg(ctx, after+1, jetstream.WithGetMsgSubject(t.subject(below)+".>"))
	if err != nil {
		return Entry{}, t.failed("next", below, err)
	}
	return t.entry(m), nil
}

// Watch tells of changes of the key that happen after its return, several at
// once as one, until stop is called.
func (t *Table) Watch(key string) (changed <-chan struct{}, stop func(), err error) {
	news := make(chan struct{}, 1)
	sub, err := t.to.nats.Subscribe(t.subject(key), func(*nats.Msg) {
		select {
		case news <- struct{}{}:
		default:
		}
	})
	if err == nil {
		err = t.to.nats.Flush() // the broker knows of it
	}
	if err != nil {
		return nil, nil, t.failed("watch", key, err)
	}
	return news, func() { _ = sub.Unsubscribe() }, nil // fails only if the connection has gone
}

func (t *Table) subject(key string) string { return t.name + "." + key }

func (t *Table) entry(m *jetstream.RawStreamMsg) Entry {
	return Entry{Key: strings.TrimPrefix(m.Subject, t.name+"."), Value: m.Data, Revision: m.Sequence}
}

func (t *Table) failed(what, key string, err error) error {
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return ErrNone
	}
	return fmt.Errorf("%s %s of table %s: %w", what, key, t.name, meaning(err))
}
