package bus

import (
	"context"
	"fmt"
	"hash/fnv"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

const (
	sharedAckWait = 5 * time.Second // until an unhandled message comes again
	sharedPending = 16384           // handed over and not yet handled
	sharedAhead   = 4096            // on their way to us
)

// inboxName begins the names of our own consumers of MQTT messages.
const inboxName = "inbox-"

// shared is the keeper with an outside broker: several nodes take turns, so each
// message is confirmed on its own.
type shared struct{ messages jetstream.ConsumeContext }

func (in *inbox) share(ctx context.Context, under string) (keeper, error) {
	name := fnv.New64a()
	_, _ = name.Write([]byte(under)) // never fails
	consumer, err := in.bus.mqtt.js.CreateOrUpdateConsumer(ctx, mqttStream, jetstream.ConsumerConfig{
		Durable:       fmt.Sprintf(inboxName+"%016x", name.Sum64()),
		FilterSubject: mqttSubjects + under,
		AckPolicy:     jetstream.AckExplicitPolicy,
		AckWait:       sharedAckWait,
		MaxAckPending: sharedPending,
	})
	if err != nil {
		return nil, err
	}
	messages, err := consumer.Consume(
		func(m jetstream.Msg) {
			l := sealed{Letter: Letter{Topic: topic(m.Subject()[len(mqttSubjects):]), Data: m.Data(), Time: time.Now()}, message: m}
			if meta, err := m.Metadata(); err == nil {
				l.Time = meta.Timestamp
			}
			in.put(ctx, l)
		},
		jetstream.PullMaxMessages(sharedAhead),
		jetstream.PullExpiry(readExpiry),
		jetstream.PullHeartbeat(readHeartbeat),
	)
	if err != nil {
		return nil, err
	}
	return shared{messages}, nil
}

// sign implements keeper. A confirmation that is lost brings the message again.
func (s shared) sign(batch []sealed) error {
	for _, l := range batch {
		if l.message == nil {
			continue
		}
		if err := l.message.Ack(); err != nil {
			return err
		}
	}
	return nil
}

func (s shared) stop() {
	s.messages.Stop()
	<-s.messages.Closed()
}
