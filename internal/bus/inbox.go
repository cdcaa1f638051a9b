package bus

import (
	"context"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Where the broker keeps MQTT messages, as its own code names them.
const (
	mqttStream   = "$MQTT_msgs"   // QoS 1 and 2, until every Inbox has them
	mqttHeld     = "$MQTT_qos2in" // QoS 2, until the client releases them
	mqttSubjects = "$MQTT.msgs."  // before the mapped topic in mqttStream
	mqttQoS      = "Nmqtt-Pub"    // header of what came by MQTT: the QoS
)

const (
	batchLetters = 1000                 // at most in one batch
	batchBytes   = 1 << 20              // at most in one batch, but for one letter
	batchLinger  = 2 * time.Millisecond // for a batch to grow

	unkeptBytes = 32 << 20 // of QoS 0 messages that wait for us
	mqttBytes   = 4 << 30  // of confirmed messages that wait for an Inbox
	heldBytes   = 256 << 20

	retryFirst = 50 * time.Millisecond
	retryMost  = 5 * time.Second
)

// Letter is one message published by MQTT.
type Letter struct {
	Topic string // MQTT form: suhe/v1/devices/x/observations
	Data  []byte
	Time  time.Time // when the broker had it; the same when it comes again
}

// Inbox hands over what MQTT clients publish to topics under the filter (MQTT
// form; '+' is one level, '#' one or more at the end), in batches, until ctx
// ends; then it returns nil. It returns an error when it cannot begin or the
// bus is closed.
//
// One handle runs at a time. Until it returns nil the same batch is handed over
// again, with growing pauses. A message of QoS 1 or 2 that has not been handled
// comes again after a crash, and with it those of the seconds before: one may come
// twice. What one client sends with the same QoS comes in order, save for what
// comes again. Nodes that share a broker and a filter share the messages. Filters
// of an embedded broker are opened together: one that is opened for the first time
// long after another may have missed what came before.
func (b *Bus) Inbox(ctx context.Context, filter string, handle func(ctx context.Context, batch []Letter) error) error {
	under, err := subjectFilter(filter)
	if err != nil {
		return err
	}
	in := &inbox{bus: b, handle: handle, letters: make(chan sealed, 256)}
	stop, err := in.open(ctx, filter, under)
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return fmt.Errorf("inbox %s: %w", filter, meaning(err))
	}
	defer stop()
	if b.broker != nil {
		b.broker.login.admit(filter)
	}
	return in.run(ctx)
}

// inbox is the state of one Inbox.
type inbox struct {
	bus     *Bus
	handle  func(context.Context, []Letter) error
	letters chan sealed
	kept    keeper
}

// sealed is a letter with its receipt: by its place in the stream or by the
// message, as the keeper wants it. QoS 0 has neither.
type sealed struct {
	Letter
	seq      uint64
	progress *progress
	message  jetstream.Msg
}

// keeper brings the messages of QoS 1 and 2 from the stream in which the broker
// has put them before it confirmed them.
type keeper interface {
	sign(batch []sealed) error // the batch has been handled
	stop()                     // nothing is put any more
}

// open begins to fill letters; messages of QoS 0 come as they fly by.
func (in *inbox) open(ctx context.Context, filter, under string) (stop func(), err error) {
	if err := in.bus.mqttStreams(ctx); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	if in.bus.broker != nil {
		in.kept, err = in.follow(ctx, filter, under)
	} else {
		in.kept, err = in.share(ctx, under)
	}
	if err != nil {
		cancel()
		return nil, err
	}
	landed, err := in.fly(ctx, under)
	stop = func() {
		cancel()
		in.kept.stop()
		if landed != nil {
			landed()
		}
	}
	if err != nil {
		stop()
		return nil, err
	}
	return stop, nil
}

func (in *inbox) put(ctx context.Context, l sealed) {
	select {
	case in.letters <- l:
	case <-ctx.Done():
	}
}

// run gathers, hands over and signs the receipts.
func (in *inbox) run(ctx context.Context) error {
	closed := in.bus.mqtt.nats.StatusChanged(nats.CLOSED)
	defer in.bus.mqtt.nats.RemoveStatusListener(closed)
	var batch []sealed
	var plain []Letter
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-closed:
			return ErrClosed
		case l := <-in.letters:
			batch = in.gather(append(batch[:0], l))
		}
		plain = plain[:0]
		for _, l := range batch {
			plain = append(plain, l.Letter)
		}
		if !in.deliver(ctx, plain) {
			return nil
		}
		if err := in.kept.sign(batch); err != nil {
			in.bus.log.Warn("inbox: receipt not signed, messages come again", "letters", len(batch), "err", err)
		}
		clear(batch)
	}
}

// gather adds what comes within the linger time.
func (in *inbox) gather(batch []sealed) []sealed {
	size := len(batch[0].Data)
	linger := time.NewTimer(batchLinger)
	defer linger.Stop()
	for len(batch) < batchLetters && size < batchBytes {
		select {
		case l := <-in.letters:
			batch = append(batch, l)
			size += len(l.Data)
		case <-linger.C:
			return batch
		}
	}
	return batch
}

// deliver hands the batch over until it is taken; false: ctx ended before.
func (in *inbox) deliver(ctx context.Context, batch []Letter) bool {
	for pause := retryFirst; ; pause = min(2*pause, retryMost) {
		err := in.handle(ctx, batch)
		if err == nil {
			return true
		}
		if ctx.Err() != nil {
			return false
		}
		in.bus.log.Warn("inbox: batch not taken, trying again", "letters", len(batch), "pause", pause, "err", err)
		select {
		case <-ctx.Done():
			return false
		case <-time.After(pause):
		}
	}
}
