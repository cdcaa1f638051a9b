// Package bus carries bytes in order. It knows no domain type.
//
// What it promises:
//
//   - What Append has answered is kept when the process is killed. An embedded
//     broker writes before it answers and syncs to disk every second: a power cut
//     risks at most that second.
//   - Read yields a stream's messages in order, each once, and says so with
//     ErrGap when some are missing. It waits for a slow reader and keeps at most
//     a few megabytes for it.
//   - An MQTT message of QoS 1 or 2 whose receipt the broker confirmed reaches
//     an Inbox, at least once. A message of QoS 0 may be lost under overload and
//     when the process ends.
//   - An MQTT client publishes and subscribes to the topics that Options.Login
//     gives it, and to nothing else. What it sends reaches no stream but through an
//     Inbox: embedded, devices live in an account of their own.
//
// The broker is NATS with JetStream: embedded in this process and reachable by
// nobody but it, or an outside one that several nodes share. Both behave alike,
// save that an outside broker's MQTT listener, logins and limits are the affair of
// who runs it: each device should be allowed to publish to its own subject alone,
// and an Inbox must have been open once before the first device connects.
package bus

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// MaxLetter is the greatest MQTT payload in bytes. A client that sends more is
// disconnected.
const MaxLetter = 64 << 10

// MaxMessage is the greatest message of a stream in bytes. An outside broker may
// take less: its max_payload, with some bytes for headers.
const MaxMessage = 8 << 20

// openTimeout bounds reaching and setting up the broker.
const openTimeout = 10 * time.Second

// Options say where the bus is. The zero value is an embedded broker without MQTT in a folder that must be named.
type Options struct {
	URL        string      // of an outside NATS; empty: embedded
	Dir        string      // file store of the embedded broker
	MQTTListen string      // host:port of the embedded MQTT listener, port 0: any; empty: none
	MQTTTLS    *tls.Config // nil: plain
	// Login checks MQTT credentials and says what the client may do. It runs on
	// many goroutines at once. nil: nobody may anything.
	Login   func(user, password string) (Rights, bool)
	Inboxes int          // of different filters, before whose opening no MQTT client is let in; 0: 1
	Log     *slog.Logger // nil: none
}

// Rights are the topics (MQTT form, no wildcards) that an MQTT client may use.
// The zero Rights allow nothing.
//
// Subscribing is for a client whose id is its user name, with a slash for each
// dot: a session that is kept costs the broker something with every message, and
// under other ids one user could have any number of them.
type Rights struct {
	Publish   []string // to these
	Below     []string // publish to whatever is below these
	Subscribe []string // to these
}

// Bus is an open connection to the broker, and the broker itself if embedded.
// All methods may be called at once.
type Bus struct {
	broker *broker        // nil if outside
	node   connection     // of the streams
	mqtt   connection     // of the MQTT messages; the same as node if outside
	down   *atomic.Uint64 // times a connection was lost
	log    *slog.Logger
	id     string // that no other bus has

	postman postman // of the MQTT messages of an embedded broker
	handled handled // likewise
	posted  posted  // likewise

	expiring sync.Mutex
	expires  bool // MQTT messages may have an end
}

// connection is one client of the broker.
type connection struct {
	nats *nats.Conn
	js   jetstream.JetStream
}

// Open starts or reaches the broker.
func Open(ctx context.Context, o Options) (*Bus, error) {
	log := o.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	ctx, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	b := &Bus{log: log, id: nats.NewInbox(), down: new(atomic.Uint64)}
	if err := b.open(ctx, o); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

func (b *Bus) open(ctx context.Context, o Options) (err error) {
	if o.URL != "" {
		if o.MQTTListen != "" {
			return errors.New("bus: an outside broker listens for MQTT itself: leave the MQTT address empty")
		}
		b.node, err = b.dial(ctx, o.URL)
		b.mqtt = b.node
		return err
	}
	if b.broker, err = startBroker(o, b.log); err != nil {
		return err
	}
	if b.node, err = b.dial(ctx, "", b.broker.as(nodeAccount)...); err != nil {
		return err
	}
	b.mqtt, err = b.dial(ctx, "", b.broker.as(mqttAccount)...)
	return err
}

// dial connects once and for good: a connection that is lost later is mended
// for as long as the bus is open.
func (b *Bus) dial(ctx context.Context, url string, opts ...nats.Option) (connection, error) {
	if deadline, ok := ctx.Deadline(); ok {
		opts = append(opts, nats.Timeout(time.Until(deadline)))
	}
	opts = append(opts,
		nats.Name("suhe"),
		nats.MaxReconnects(-1),
		nats.ReconnectWait(200*time.Millisecond),
		nats.ReconnectJitter(100*time.Millisecond, 100*time.Millisecond),
		nats.ReconnectBufSize(-1), // an Append during an outage fails instead of pretending
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				b.down.Add(1)
				b.log.Warn("broker connection lost", "err", err)
			}
		}),
		nats.ReconnectHandler(func(*nats.Conn) { b.log.Info("broker connection mended") }),
		nats.ErrorHandler(func(_ *nats.Conn, sub *nats.Subscription, err error) {
			b.log.Warn("broker", "err", err)
		}),
	)
	nc, err := nats.Connect(url, opts...)
	if err != nil {
		return connection{}, fmt.Errorf("bus: connect to broker %s: %w", url, err)
	}
	js, err := jetstream.New(nc)
	if err != nil {
		nc.Close()
		return connection{}, fmt.Errorf("bus: open JetStream: %w", err)
	}
	if _, err := js.AccountInfo(ctx); err != nil {
		nc.Close()
		return connection{}, fmt.Errorf("bus: broker %s has no JetStream ready: %w", url, err)
	}
	return connection{nats: nc, js: js}, nil
}

// MQTTAddr is where the embedded MQTT listener listens, or empty.
func (b *Bus) MQTTAddr() string {
	if b.broker == nil {
		return ""
	}
	addr, _ := b.broker.mqttAddr.Load().(string)
	return addr
}

// Lost counts how often the connection to the broker was lost.
func (b *Bus) Lost() uint64 { return b.down.Load() }

// Ready says whether the broker can be reached and can write now: nil, or why not.
func (b *Bus) Ready() error {
	if err := b.cannotWrite(); err != nil {
		return err
	}
	for _, c := range []connection{b.node, b.mqtt} {
		if !c.nats.IsConnected() {
			return fmt.Errorf("bus: broker connection is %v", c.nats.Status())
		}
	}
	return nil
}

// cannotWrite says why the embedded broker does not write now, or nil.
func (b *Bus) cannotWrite() error {
	if b.broker == nil {
		return nil
	}
	if err := b.broker.broken.Load(); err != nil {
		return fmt.Errorf("bus: the broker cannot write: %w", *err)
	}
	return nil
}

// Watch returns when ctx ends, nil, or when the embedded broker hangs and only a
// new process helps, with an error.
func (b *Bus) Watch(ctx context.Context) error {
	if b.broker == nil {
		<-ctx.Done()
		return nil
	}
	select {
	case <-ctx.Done():
		return nil
	case <-b.broker.hung:
		return fmt.Errorf("bus: the broker has not stopped for %v: start the process anew", endPatience)
	}
}

// Close ends the connection and the embedded broker; what was acknowledged is
// on disk. Inbox and Read return.
func (b *Bus) Close() error {
	for _, c := range []connection{b.mqtt, b.node} {
		if c.nats != nil {
			c.nats.Close()
		}
	}
	if b.broker != nil {
		b.broker.stop()
	}
	return nil
}
