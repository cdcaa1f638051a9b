// Package bus carries bytes in order. It knows no domain type.
package bus

import (
	"context"
	"crypto/tls"
	"iter"
	"log/slog"
	"time"
)

// Options say where the bus is. The zero value is an embedded broker without MQTT in a folder that must be named.
type Options struct {
	URL        string                                                  // of an outside NATS; empty: embedded
	Dir        string                                                  // file store of the embedded broker
	MQTTListen string                                                  // host:port of the embedded MQTT listener; empty: none
	MQTTTLS    *tls.Config                                             // nil: plain
	Login      func(user, password string) (publish []string, ok bool) // MQTT credentials → subjects that may be published to (NATS form)
	Log        *slog.Logger
}

// StreamOptions bound a stream.
type StreamOptions struct {
	Name     string
	Subjects []string
	MaxAge   time.Duration // 0: for ever
	MaxBytes int64         // 0: no bound
}

// Message is one message of a stream.
type Message struct {
	Seq     uint64
	Subject string
	Data    []byte
}

// Bus is an open connection to the broker, and the broker itself if embedded.
type Bus struct{}

// Open starts or reaches the broker.
func Open(ctx context.Context, o Options) (*Bus, error) { panic("stub") }

// MQTTAddr is where the embedded MQTT listener listens, or empty.
func (b *Bus) MQTTAddr() string { panic("stub") }

// Close ends the connection and the embedded broker; what was acknowledged is on disk.
func (b *Bus) Close() error { panic("stub") }

// Stream makes or finds a stream.
func (b *Bus) Stream(ctx context.Context, o StreamOptions) (*Stream, error) { panic("stub") }

// Inbox hands over what MQTT clients publish below the topic filter (MQTT form), QoS 0 and 1.
// A QoS 1 message whose handle has not returned nil is handed over again, also
// after a crash; messages may be handed over many at a time in a batch.
func (b *Bus) Inbox(ctx context.Context, filter string, handle func(ctx context.Context, batch []Letter) error) error {
	panic("stub")
}

// Letter is one message published by MQTT.
type Letter struct {
	Topic string // MQTT form: suhe/v1/devices/x/observations
	Data  []byte
}

// Stream is an ordered, durable sequence of messages.
type Stream struct{}

// Append stores one message durably and returns its sequence.
func (s *Stream) Append(ctx context.Context, subject string, data []byte) (seq uint64, err error) {
	panic("stub")
}

// AppendAfter is Append, but fails with ErrSequence unless the stream's last sequence is last.
func (s *Stream) AppendAfter(ctx context.Context, last uint64, subject string, data []byte) error {
	panic("stub")
}

// Read yields the messages after the sequence, then waits for more until ctx
// ends. If the stream no longer reaches back it yields an ErrGap once, then
// goes on with its first message. A lost connection is mended within.
func (s *Stream) Read(ctx context.Context, after uint64) iter.Seq2[Message, error] { panic("stub") }

// Bounds returns the first and the last sequence; an empty stream has first = last+1.
func (s *Stream) Bounds(ctx context.Context) (first, last uint64, err error) { panic("stub") }

// Reset empties the stream; its next message will have the sequence next.
func (s *Stream) Reset(ctx context.Context, next uint64) error { panic("stub") }
