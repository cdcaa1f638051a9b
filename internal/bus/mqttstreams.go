package bus

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"
)

// mqttStreams makes or finds the streams of the broker's MQTT side, with bounds
// that the broker would not set.
func (b *Bus) mqttStreams(ctx context.Context) error {
	js := b.mqtt.js
	messages := jetstream.StreamConfig{Name: mqttStream, Subjects: []string{mqttSubjects + ">"}, Retention: jetstream.InterestPolicy,
		Discard: jetstream.DiscardNew, MaxBytes: mqttBytes, AllowMsgTTL: true}
	if b.broker != nil {
		// We ourselves remove what is handled: the broker would write for each
		// message that it is gone.
		messages.Retention = jetstream.LimitsPolicy
		if _, err := js.CreateOrUpdateStream(ctx, messages); err != nil {
			return fmt.Errorf("stream %s: %w", mqttStream, err)
		}
	}
	held := jetstream.StreamConfig{Name: mqttHeld, Subjects: []string{"$MQTT.qos2.>"}, Retention: jetstream.LimitsPolicy,
		Discard: jetstream.DiscardNew, DiscardNewPerSubject: true, MaxMsgsPerSubject: 1, MaxBytes: heldBytes}
	for _, c := range []jetstream.StreamConfig{messages, held} {
		_, err := js.Stream(ctx, c.Name)
		if errors.Is(err, jetstream.ErrStreamNotFound) {
			_, err = js.CreateStream(ctx, c)
		}
		if err != nil && !errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) { // the broker was faster
			return fmt.Errorf("stream %s: %w", c.Name, err)
		}
	}
	return nil
}
