package twin

import (
	"context"
	"fmt"
	"iter"
	"sync"

	"suhe/internal/bus"
)

// memory is a stream in memory, with the contract of bus.Stream.
type memory struct {
	mu       sync.Mutex
	before   uint64 // sequence before the first message
	messages []bus.Message
	grown    chan struct{}
	refuse   error // of every append, if set
	appended func(seq uint64) error
}

func newMemory() *memory { return &memory{grown: make(chan struct{})} }

func (m *memory) Append(_ context.Context, subject string, data []byte) (uint64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.append(subject, data)
}

func (m *memory) AppendAfter(_ context.Context, last uint64, subject string, data []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if now := m.before + uint64(len(m.messages)); now != last {
		return fmt.Errorf("append after %d, at %d: %w", last, now, bus.ErrSequence)
	}
	_, err := m.append(subject, data)
	return err
}

func (m *memory) append(subject string, data []byte) (uint64, error) {
	if m.refuse != nil {
		return 0, m.refuse
	}
	seq := m.before + uint64(len(m.messages)) + 1
	m.messages = append(m.messages, bus.Message{Seq: seq, Subject: subject, Data: data})
	m.wake()
	if m.appended != nil {
		return seq, m.appended(seq)
	}
	return seq, nil
}

func (m *memory) wake() {
	close(m.grown)
	m.grown = make(chan struct{})
}

func (m *memory) Bounds(context.Context) (first, last uint64, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.before + 1, m.before + uint64(len(m.messages)), nil
}

func (m *memory) Reset(_ context.Context, next uint64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.before, m.messages = next-1, nil
	m.wake()
	return nil
}

// drop loses all messages up to the sequence.
func (m *memory) drop(upTo uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.messages = m.messages[upTo-m.before:]
	m.before = upTo
}

func (m *memory) Read(ctx context.Context, after uint64) iter.Seq2[bus.Message, error] {
	return func(yield func(bus.Message, error) bool) {
		for {
			m.mu.Lock()
			before, last, grown := m.before, m.before+uint64(len(m.messages)), m.grown
			var next []bus.Message
			gap := after < before || after > last
			if gap {
				after = before
			}
			next = append(next, m.messages[after-before:]...)
			m.mu.Unlock()
			if gap && !yield(bus.Message{}, fmt.Errorf("%w: comes %d", bus.ErrGap, after+1)) {
				return
			}
			for _, msg := range next {
				if ctx.Err() != nil || !yield(msg, nil) {
					return
				}
				after = msg.Seq
			}
			select {
			case <-grown:
			case <-ctx.Done():
				return
			}
		}
	}
}

// deadStream ends at once.
type deadStream struct{ err error }

func (d deadStream) Read(context.Context, uint64) iter.Seq2[bus.Message, error] {
	return func(yield func(bus.Message, error) bool) { yield(bus.Message{}, d.err) }
}

// deadLog ends at once, with an error if there is one.
type deadLog struct{ err error }

func (d deadLog) Read(context.Context, Position) iter.Seq2[[]Entry, error] {
	return func(yield func([]Entry, error) bool) {
		if d.err != nil {
			yield(nil, d.err)
		}
	}
}
