package bus

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Where the broker keeps MQTT messages, as its own code names them.
const (
	mqttStream   = "$MQTT_msgs"   // QoS 1 and 2, kept until every consumer has them
	mqttHeld     = "$MQTT_qos2in" // QoS 2, until the client releases them
	mqttSubjects = "$MQTT.msgs."  // before the mapped topic in mqttStream
	mqttQoS      = "Nmqtt-Pub"    // header of what came by MQTT: the QoS
)

const (
	batchLetters = 1000                 // at most in one batch
	batchBytes   = 1 << 20              // at most in one batch, but for one letter
	batchLinger  = 2 * time.Millisecond // for a batch to grow

	inboxAckWait = 5 * time.Second // until an unhandled message comes again
	inboxPending = 16384           // handed over and not yet handled
	inboxAhead   = 4096            // on their way to us
	unkeptBytes  = 32 << 20        // of QoS 0 messages that wait for us
	mqttBytes    = 4 << 30         // of confirmed messages that wait for an Inbox
	heldBytes    = 256 << 20

	retryFirst = 50 * time.Millisecond
	retryMost  = 5 * time.Second
)

// Letter is one message published by MQTT.
type Letter struct {
	Topic string // MQTT form: suhe/v1/devices/x/observations
	Data  []byte
}

// Inbox hands over what MQTT clients publish to topics under the filter (MQTT
// form; '+' is one level, '#' one or more at the end), in batches, until ctx
// ends; then it returns nil. It returns an error when it cannot begin or the
// bus is closed.
//
// One handle runs at a time. Until it returns nil the same batch is handed over
// again, with growing pauses. A message of QoS 1 or 2 that has not been handled
// comes again after a crash, so one may come twice. What one client sends with
// the same QoS comes in order, save for what comes again. Nodes that share a
// broker and a filter share the messages.
func (b *Bus) Inbox(ctx context.Context, filter string, handle func(ctx context.Context, batch []Letter) error) error {
	under, err := subjectFilter(filter)
	if err != nil {
		return err
	}
	in := &inbox{bus: b, handle: handle, letters: make(chan sealed, 256)}
	stop, err := in.subscribe(ctx, under)
	if err != nil {
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
}

// sealed is a letter with its receipt, which is nil for QoS 0.
type sealed struct {
	Letter
	receipt jetstream.Msg
}

// subscribe begins to fill letters. Messages of QoS 1 and 2 come from the stream
// in which the broker has put them before it confirmed them; those of QoS 0 as
// they fly by.
func (in *inbox) subscribe(ctx context.Context, under string) (stop func(), err error) {
	consumer, err := in.consumer(ctx, under)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	keep, err := consumer.Consume(
		func(m jetstream.Msg) { in.put(ctx, m.Subject()[len(mqttSubjects):], m.Data(), m) },
		jetstream.PullMaxMessages(inboxAhead),
		jetstream.PullExpiry(readExpiry),
		jetstream.PullHeartbeat(readHeartbeat),
	)
	if err != nil {
		cancel()
		return nil, err
	}
	fly, err := in.bus.mqtt.nats.QueueSubscribe(under, "inbox", func(m *nats.Msg) {
		if qos := m.Header.Get(mqttQoS); qos == "" || qos[0] == '0' {
			in.put(ctx, m.Subject, m.Data, nil)
		}
	})
	if err == nil {
		err = fly.SetPendingLimits(-1, unkeptBytes)
	}
	stop = func() {
		cancel()
		keep.Stop()
		<-keep.Closed()
		if fly != nil {
			_ = fly.Unsubscribe() // fails only if the connection has gone
		}
	}
	if err != nil {
		stop()
		return nil, err
	}
	return stop, nil
}

func (in *inbox) put(ctx context.Context, subject string, data []byte, receipt jetstream.Msg) {
	l := sealed{Letter{Topic: topic(subject), Data: data}, receipt}
	select {
	case in.letters <- l:
	case <-ctx.Done():
	}
}

// consumer makes or finds the durable consumer of the filter, and before it the
// streams of the broker's MQTT side, with bounds that the broker would not set.
func (in *inbox) consumer(ctx context.Context, under string) (jetstream.Consumer, error) {
	js := in.bus.mqtt.js
	streams := []jetstream.StreamConfig{
		{Name: mqttStream, Subjects: []string{mqttSubjects + ">"}, Retention: jetstream.InterestPolicy,
			Discard: jetstream.DiscardNew, MaxBytes: mqttBytes},
		{Name: mqttHeld, Subjects: []string{"$MQTT.qos2.>"}, Retention: jetstream.LimitsPolicy,
			Discard: jetstream.DiscardNew, DiscardNewPerSubject: true, MaxMsgsPerSubject: 1, MaxBytes: heldBytes},
	}
	for _, c := range streams {
		_, err := js.Stream(ctx, c.Name)
		if errors.Is(err, jetstream.ErrStreamNotFound) {
			_, err = js.CreateStream(ctx, c)
		}
		if err != nil && !errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) { // the broker was faster
			return nil, fmt.Errorf("stream %s: %w", c.Name, err)
		}
	}
	name := fnv.New64a()
	_, _ = name.Write([]byte(under)) // never fails
	return js.CreateOrUpdateConsumer(ctx, mqttStream, jetstream.ConsumerConfig{
		Durable:       fmt.Sprintf("inbox-%016x", name.Sum64()),
		FilterSubject: mqttSubjects + under,
		AckPolicy:     jetstream.AckExplicitPolicy,
		AckWait:       inboxAckWait,
		MaxAckPending: inboxPending,
	})
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
		in.sign(batch)
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

// sign confirms what has been handled. A confirmation that is lost brings the
// message again.
func (in *inbox) sign(batch []sealed) {
	for _, l := range batch {
		if l.receipt == nil {
			continue
		}
		if err := l.receipt.Ack(); err != nil {
			in.bus.log.Warn("inbox: receipt not signed, the message comes again", "topic", strings.ToValidUTF8(l.Topic, "?"), "err", err)
			return
		}
	}
}
