package bus

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	readAhead      = 1024 // messages held for a reader
	readAheadBytes = MaxMessage + 1<<16
	readHeartbeat  = time.Second      // silence of twice this is a lost consumer
	readExpiry     = 10 * time.Second // of one request for messages
	readRetry      = 200 * time.Millisecond
	readForget     = time.Minute // after which the broker forgets a reader that is gone
)

// Read yields the messages after the sequence, then waits for more until ctx
// ends; then it just ends. If the stream no longer reaches back, or does not
// reach forward to the sequence (it was reset, or lost its tail in a power
// failure), Read yields an ErrGap once and goes on with the stream's first
// message. A lost connection is mended within. When the bus is closed, or on a
// failure that waiting does not mend, Read yields an error and ends. The data is
// the caller's.
func (s *Stream) Read(ctx context.Context, after uint64) iter.Seq2[Message, error] {
	return func(yield func(Message, error) bool) {
		r := reader{stream: s, last: after, yield: yield}
		for ctx.Err() == nil {
			err := r.run(ctx)
			switch {
			case errors.Is(err, errStop) || ctx.Err() != nil:
				return
			case s.to.nats.IsClosed():
				yield(Message{}, fmt.Errorf("read %s: %w", s.options.Name, ErrClosed))
				return
			}
			select { // the connection is down or the consumer is gone
			case <-ctx.Done():
			case <-time.After(readRetry):
			}
		}
	}
}

// errStop says that the caller has had enough.
var errStop = errors.New("stop")

// reader is the state of one Read.
type reader struct {
	stream *Stream
	last   uint64 // sequence of the last message yielded
	yield  func(Message, error) bool
}

// run reads through one consumer until that fails or the caller stops.
func (r *reader) run(ctx context.Context) error {
	s := r.stream
	stream, err := s.to.js.Stream(ctx, s.options.Name)
	if err != nil {
		return err
	}
	if first, last := bounds(stream.CachedInfo().State); r.last+1 < first || r.last > last {
		if err := r.gap(first - 1); err != nil {
			return err
		}
	}
	consumer, err := stream.CreateConsumer(ctx, jetstream.ConsumerConfig{
		DeliverPolicy:     jetstream.DeliverByStartSequencePolicy,
		OptStartSeq:       r.last + 1,
		AckPolicy:         jetstream.AckNonePolicy,
		InactiveThreshold: readForget,
		MemoryStorage:     true,
	})
	if err != nil {
		return err
	}
	defer r.forget(consumer)
	messages, err := s.source(ctx, consumer)
	if err != nil {
		return err
	}
	defer messages.stop()
	for fresh := true; ; fresh = false {
		m, err := messages.next()
		if err != nil {
			return err
		}
		if err := r.took(m, fresh); err != nil {
			return err
		}
	}
}

// took yields one message, after a gap if it does not follow the last one. A
// hole within a consumer may be its fault, so only its first message proves
// that the stream has a hole.
func (r *reader) took(m Message, fresh bool) error {
	if m.Seq != r.last+1 {
		if !fresh {
			return fmt.Errorf("sequence %d after %d", m.Seq, r.last)
		}
		if err := r.gap(m.Seq - 1); err != nil {
			return err
		}
	}
	if !r.yield(m, nil) {
		return errStop
	}
	r.last = m.Seq
	return nil
}

// source is how the messages of the consumer come.
func (s *Stream) source(ctx context.Context, c jetstream.Consumer) (source, error) {
	if s.wired != nil {
		return newPull(ctx, s.wired, mqttAccount, s.options.Name, c.CachedInfo().Name)
	}
	return newLibrary(ctx, c)
}

// gap tells the caller and moves on to the sequence.
func (r *reader) gap(last uint64) error {
	err := fmt.Errorf("read %s: %w: after %d comes %d", r.stream.options.Name, ErrGap, r.last, last+1)
	if !r.yield(Message{}, err) {
		return errStop
	}
	r.last = last
	return nil
}

// forget removes the consumer if the broker can be reached; otherwise the broker
// forgets it by itself.
func (r *reader) forget(consumer jetstream.Consumer) {
	s := r.stream
	if s.to.nats.Status() != nats.CONNECTED {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = s.to.js.DeleteConsumer(ctx, s.options.Name, consumer.CachedInfo().Name)
}
