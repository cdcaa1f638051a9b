package bus

import (
	"context"
	"fmt"

	"github.com/nats-io/nats.go"
)

// shouts is the NATS subject under which nodes shout.
const shouts = "shout."

// Shout sends data to all who hear the subject now, ourselves included. It may be
// lost, and is not kept.
func (b *Bus) Shout(subject string, data []byte) error {
	if err := b.node.nats.Publish(shouts+subject, data); err != nil {
		return fmt.Errorf("shout %s: %w", subject, meaning(err))
	}
	return nil
}

// Hear calls do with what is shouted under the subject, one after the other, until
// ctx ends.
func (b *Bus) Hear(ctx context.Context, subject string, do func(data []byte)) error {
	heard, err := b.node.nats.Subscribe(shouts+subject, func(m *nats.Msg) { do(m.Data) })
	if err != nil {
		return fmt.Errorf("hear %s: %w", subject, meaning(err))
	}
	<-ctx.Done()
	_ = heard.Unsubscribe() // it fails if the connection is gone, and with it the subscription
	return nil
}
