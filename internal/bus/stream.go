package bus

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// StreamOptions bound a stream. When a bound is reached the oldest messages go, of
// MaxEach those of the subject.
type StreamOptions struct {
	Name     string        // letters, digits, - and _
	Subjects []string      // NATS form, wildcards allowed; no two streams share one
	MaxAge   time.Duration // 0: for ever
	MaxBytes int64         // 0: no bound
	MaxEach  int64         // messages of each subject; 0: no bound
}

// Message is one message of a stream.
type Message struct {
	Seq     uint64
	Subject string
	Data    []byte
	Time    time.Time // when the broker stored it; only of what is read
}

// Stream is an ordered, durable sequence of messages, numbered from 1. All
// methods may be called at once.
type Stream struct {
	options StreamOptions
	to      connection
	named   jetstream.Stream // finds it by its name, so also after a Reset
	wired   *broker          // whose MQTT messages it is; nil: it is another stream
}

// Stream makes or finds a stream. Bounds that differ from an existing stream's
// replace them.
func (b *Bus) Stream(ctx context.Context, o StreamOptions) (*Stream, error) {
	s := &Stream{options: o, to: b.node}
	var err error
	if s.named, err = s.to.js.CreateOrUpdateStream(ctx, s.config(0)); err != nil {
		return nil, fmt.Errorf("stream %s: %w", o.Name, meaning(err))
	}
	return s, nil
}

func (s *Stream) config(first uint64) jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name:      s.options.Name,
		Subjects:  s.options.Subjects,
		Storage:   jetstream.FileStorage,
		Retention: jetstream.LimitsPolicy,
		Discard:   jetstream.DiscardOld,
		MaxAge:    s.options.MaxAge,
		MaxBytes:  noZero(s.options.MaxBytes),
		FirstSeq:  first,

		MaxMsgsPerSubject: noZero(s.options.MaxEach),
	}
}

// Append stores one message durably and returns its sequence. After an error
// that is neither ErrTooLarge nor ErrClosed the message may be stored all the
// same. Without a deadline in ctx it waits 5 s at most.
func (s *Stream) Append(ctx context.Context, subject string, data []byte) (seq uint64, err error) {
	ack, err := s.publish(ctx, subject, data)
	if err != nil {
		return 0, fmt.Errorf("append to %s: %w", s.options.Name, meaning(err))
	}
	return ack.Sequence, nil
}

// AppendAfter is Append, but fails with ErrSequence unless the stream's last
// sequence is last; so the message has the sequence last+1.
func (s *Stream) AppendAfter(ctx context.Context, last uint64, subject string, data []byte) error {
	_, err := s.publish(ctx, subject, data, jetstream.WithExpectLastSequence(last))
	if err != nil {
		return fmt.Errorf("append to %s after %d: %w", s.options.Name, last, meaning(err))
	}
	return nil
}

func (s *Stream) publish(ctx context.Context, subject string, data []byte, o ...jetstream.PublishOpt) (*jetstream.PubAck, error) {
	if len(data) > MaxMessage {
		return nil, fmt.Errorf("%w: %d bytes, want at most %d", ErrTooLarge, len(data), MaxMessage)
	}
	return s.to.js.Publish(ctx, subject, data, o...)
}

// pipelined is how many messages AppendAllAfter has on their way at once.
const pipelined = 256

// AppendAllAfter appends the messages (Seq is ignored) one after the other, the
// first as AppendAfter does, without waiting for each answer. It returns how
// many were stored; only if err is nil are these all.
func (s *Stream) AppendAllAfter(ctx context.Context, last uint64, batch []Message) (stored int, err error) {
	for len(batch) > 0 {
		n, err := s.appendSome(ctx, last, batch[:min(len(batch), pipelined)])
		stored += n
		if err != nil {
			return stored, fmt.Errorf("append to %s after %d: %w", s.options.Name, last+uint64(n), meaning(err))
		}
		last += uint64(n)
		batch = batch[n:]
	}
	return stored, nil
}

func (s *Stream) appendSome(ctx context.Context, last uint64, batch []Message) (stored int, err error) {
	futures := make([]jetstream.PubAckFuture, 0, len(batch))
	for i, m := range batch {
		if len(m.Data) > MaxMessage {
			err = fmt.Errorf("%w: %d bytes, want at most %d", ErrTooLarge, len(m.Data), MaxMessage)
			break
		}
		msg := nats.NewMsg(m.Subject)
		msg.Data = m.Data
		msg.Header.Set(jetstream.ExpectedLastSeqHeader, strconv.FormatUint(last+uint64(i), 10))
		f, sendErr := s.to.js.PublishMsgAsync(msg)
		if sendErr != nil {
			err = sendErr
			break
		}
		futures = append(futures, f)
	}
	for _, f := range futures {
		select {
		case <-f.Ok():
			stored++
		case failure := <-f.Err():
			return stored, failure
		case <-ctx.Done():
			return stored, ctx.Err()
		}
	}
	return stored, err
}

// Bounds returns the first and the last sequence; an empty stream has first = last+1.
func (s *Stream) Bounds(ctx context.Context) (first, last uint64, err error) {
	stream, err := s.to.js.Stream(ctx, s.options.Name)
	if err != nil {
		return 0, 0, fmt.Errorf("bounds of %s: %w", s.options.Name, meaning(err))
	}
	first, last = bounds(stream.CachedInfo().State)
	return first, last, nil
}

// Next returns the first message from the sequence on whose subject is under the
// filter (NATS form); ErrNone: there is none yet.
func (s *Stream) Next(ctx context.Context, from uint64, filter string) (Message, error) {
	m, err := s.named.GetMsg(ctx, max(from, 1), jetstream.WithGetMsgSubject(filter))
	switch {
	case errors.Is(err, jetstream.ErrMsgNotFound):
		return Message{}, ErrNone
	case err != nil:
		return Message{}, fmt.Errorf("next of %s: %w", s.options.Name, meaning(err))
	}
	return Message{Seq: m.Sequence, Subject: m.Subject, Data: m.Data, Time: m.Time}, nil
}

// Remove removes one message; ErrNone: it is not there. A Read that comes by
// later tells of the hole with ErrGap.
func (s *Stream) Remove(ctx context.Context, seq uint64) error {
	err := s.named.DeleteMsg(ctx, seq)
	if errors.Is(err, jetstream.ErrMsgNotFound) || errors.Is(err, jetstream.ErrMsgDeleteUnsuccessful) {
		return ErrNone
	}
	if err != nil {
		return fmt.Errorf("remove %d from %s: %w", seq, s.options.Name, meaning(err))
	}
	return nil
}

func bounds(state jetstream.StreamState) (first, last uint64) {
	if state.Msgs == 0 {
		return state.LastSeq + 1, state.LastSeq
	}
	return state.FirstSeq, state.LastSeq
}

// Reset empties the stream; its next message will have the sequence next, from
// 1. Who reads it gets ErrGap, unless next is just what it waits for. Nobody
// else may append or reset meanwhile.
func (s *Stream) Reset(ctx context.Context, next uint64) error {
	if next == 0 {
		return fmt.Errorf("reset %s: next 0 is below 1", s.options.Name)
	}
	// A broker that is still removing the files of an earlier stream of this name
	// may refuse, or bring back what was just deleted.
	ctx, cancel := context.WithTimeout(ctx, resetPatience)
	defer cancel()
	for {
		err := s.rewind(ctx, next)
		if err == nil {
			var first, last uint64
			if first, last, err = s.Bounds(ctx); err == nil && first == next && last == next-1 {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("reset %s to %d: %w", s.options.Name, next, errors.Join(ctx.Err(), meaning(err)))
		case <-time.After(resetRetry):
		}
	}
}

const (
	resetRetry    = 20 * time.Millisecond
	resetPatience = 5 * time.Second
)

// rewind purges, which can only lead forward, and otherwise makes the stream
// anew.
func (s *Stream) rewind(ctx context.Context, next uint64) error {
	stream, err := s.to.js.Stream(ctx, s.options.Name)
	if err != nil && !errors.Is(err, jetstream.ErrStreamNotFound) {
		return err
	}
	if err == nil {
		last := stream.CachedInfo().State.LastSeq
		if err := stream.Purge(ctx, jetstream.WithPurgeSequence(max(next, last+1))); err != nil {
			return err
		}
		if next > last {
			return nil
		}
		if err := s.to.js.DeleteStream(ctx, s.options.Name); err != nil {
			return err
		}
	}
	_, err = s.to.js.CreateStream(ctx, s.config(next))
	return err
}

// meaning joins the error with the kind that callers tell apart.
func meaning(err error) error {
	var api *jetstream.APIError
	switch {
	case errors.As(err, &api) && (api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence ||
		api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequenceConstant):
		return fmt.Errorf("%w: %w", ErrSequence, err)
	case errors.Is(err, nats.ErrConnectionClosed):
		return fmt.Errorf("%w: %w", ErrClosed, err)
	case errors.Is(err, nats.ErrMaxPayload), errors.Is(err, jetstream.ErrStreamMessageExceedsMaximum):
		return fmt.Errorf("%w: %w", ErrTooLarge, err)
	}
	return err
}
