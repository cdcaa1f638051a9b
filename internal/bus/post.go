package bus

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// postTimeout bounds one Post.
const postTimeout = 5 * time.Second

// postAgain is when the broker sends a message again that a client has not
// confirmed, as one that was on its way when the client left.
const postAgain = 10 * time.Second

// Post sends a message to the MQTT clients that subscribe to the topic: with QoS
// 1, those that subscribe with QoS 0 with that. A client that is away gets it
// when it is back, if it keeps its session and comes before ttl is over; after
// that nobody gets it any more. ErrNobody: no client would get it as things are.
// A ttl is whole seconds, at least one. It waits postTimeout at most.
func (b *Bus) Post(ctx context.Context, topic string, data []byte, ttl time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, postTimeout)
	defer cancel()
	to, err := subject(topic)
	if err != nil {
		return err
	}
	if len(data) > MaxLetter {
		return fmt.Errorf("post to %s: %w: %d bytes, want at most %d", topic, ErrTooLarge, len(data), MaxLetter)
	}
	if ttl > MaxPost {
		return fmt.Errorf("post to %s: a life of %v, want at most %v", topic, ttl, MaxPost)
	}
	if err := b.mayExpire(ctx); err != nil {
		return fmt.Errorf("post to %s: %w", topic, meaning(err))
	}
	if err := b.post(ctx, to, data, ttl); err != nil {
		return fmt.Errorf("post to %s: %w", topic, meaning(err))
	}
	return nil
}

// post publishes twice: a client gets what flies by, or what is kept, if it
// subscribes with QoS 1; the header tells the broker that the same is kept. What
// flies comes first, as it tells who is there: a client may leave with what it got.
func (b *Bus) post(ctx context.Context, to string, data []byte, ttl time.Duration) error {
	header := nats.Header{mqttQoS: {"1"}}
	kept := &nats.Msg{Subject: mqttSubjects + to, Header: header, Data: data}
	heard, err := b.fly(ctx, &nats.Msg{Subject: to, Header: header, Data: data})
	if err == nil && !heard {
		heard, err = b.awaited(ctx, kept.Subject)
	}
	if err != nil {
		return err
	}
	if !heard {
		return ErrNobody
	}
	b.posted.hold(ttl)
	_, err = b.mqtt.js.PublishMsg(ctx, kept, jetstream.WithMsgTTL(max(ttl.Truncate(time.Second), time.Second)))
	return err
}

// fly publishes as a plain message and says whether anybody is there to hear it:
// the broker says so at once if not, before it answers the flush that follows.
func (b *Bus) fly(ctx context.Context, m *nats.Msg) (heard bool, err error) {
	nc := b.mqtt.nats
	m.Reply = nats.NewInbox()
	answers, err := nc.SubscribeSync(m.Reply)
	if err != nil {
		return false, err
	}
	defer func() { _ = answers.Unsubscribe() }() // fails only if the connection has gone
	if err := nc.PublishMsg(m); err != nil {
		return false, err
	}
	if err := nc.FlushWithContext(ctx); err != nil {
		return false, err
	}
	n, _, err := answers.Pending()
	return n == 0, err
}

// awaited says whether the session of a client that is away waits for the subject:
// the broker has a consumer for each subscription of a session that it keeps.
func (b *Bus) awaited(ctx context.Context, subject string) (bool, error) {
	stream, err := b.mqtt.js.Stream(ctx, mqttStream)
	if err != nil {
		return false, err
	}
	consumers := stream.ListConsumers(ctx)
	awaited := false
	for c := range consumers.Info() { // to the end, or the list waits for its reader
		awaited = awaited || matches(strings.Split(c.Config.FilterSubject, "."), subject) && !strings.HasPrefix(c.Config.Durable, inboxName)
	}
	return awaited, consumers.Err()
}

// mayExpire makes sure that the broker's MQTT streams are there and that their
// messages may have an end; a broker of an earlier version made them without.
func (b *Bus) mayExpire(ctx context.Context) error {
	b.expiring.Lock()
	defer b.expiring.Unlock()
	if b.expires {
		return nil
	}
	if err := b.mqttStreams(ctx); err != nil {
		return err
	}
	stream, err := b.mqtt.js.Stream(ctx, mqttStream)
	if err != nil {
		return err
	}
	if c := stream.CachedInfo().Config; !c.AllowMsgTTL {
		c.AllowMsgTTL = true
		if _, err := b.mqtt.js.UpdateStream(ctx, c); err != nil {
			return err
		}
	}
	b.expires = true
	return nil
}
