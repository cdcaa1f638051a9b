package bus

import (
	"context"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// postTimeout bounds one Post.
const postTimeout = 5 * time.Second

// postAgain is when the broker sends a message again that a client has not
// confirmed, as one that was on its way when the client left.
const postAgain = 10 * time.Second

// Post sends a message to the MQTT clients that are connected and subscribe to the
// topic: with QoS 1, to those that subscribe with QoS 0 with that. ErrNobody: there
// is none, and it is kept for nobody. A client that is lost before it confirmed may
// get it again when it is back, but not when ttl is over, in whole seconds, at least
// one. It waits postTimeout at most.
func (b *Bus) Post(ctx context.Context, topic string, data []byte, ttl time.Duration) error {
	to, err := subject(topic)
	if err != nil {
		return err
	}
	if len(data) > MaxLetter {
		return fmt.Errorf("post to %s: %w: %d bytes, want at most %d", topic, ErrTooLarge, len(data), MaxLetter)
	}
	ctx, cancel := context.WithTimeout(ctx, postTimeout)
	defer cancel()
	if err := b.post(ctx, to, data, ttl); err != nil {
		return fmt.Errorf("post to %s: %w", topic, meaning(err))
	}
	return nil
}

// post publishes twice: a client gets what flies by, or, if it subscribes with QoS
// 1, what is kept. The header tells the broker that the same is kept.
func (b *Bus) post(ctx context.Context, to string, data []byte, ttl time.Duration) error {
	if err := b.mayExpire(ctx); err != nil {
		return err
	}
	header := nats.Header{mqttQoS: {"1"}}
	heard, err := b.fly(ctx, &nats.Msg{Subject: to, Header: header, Data: data})
	if err != nil {
		return err
	}
	if !heard {
		return ErrNobody
	}
	kept := &nats.Msg{Subject: mqttSubjects + to, Header: header, Data: data}
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
