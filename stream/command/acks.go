package command

import (
	"context"
	"errors"
	"fmt"

	"suhe/assets"
	"suhe/internal/bus"
)

// TakeAcks takes what devices answer; it is made for bus.Inbox with Acks. Its only
// error is that the table is away; then the same letters may be handed in again.
func (d *Desk) TakeAcks(ctx context.Context, batch []bus.Letter) error {
	for _, l := range batch {
		result, err := d.takeAck(ctx, l)
		if err != nil {
			return err
		}
		d.acks.WithLabelValues(result).Inc()
	}
	return nil
}

// TakeAck takes what a device answers by HTTP. Errors wrap assets.ErrInvalid,
// assets.ErrNotFound: the device got no such command, or assets.ErrBusy. An answer
// that changes nothing any more is none.
func (d *Desk) TakeAck(ctx context.Context, device assets.ID, body []byte) error {
	if _, err := assets.ParseID(string(device)); err != nil {
		d.acks.WithLabelValues("malformed").Inc()
		return fmt.Errorf("device: %w", err)
	}
	ack, err := parseAck(body)
	if err != nil {
		d.acks.WithLabelValues("malformed").Inc()
		return fmt.Errorf("%w: body: %w", assets.ErrInvalid, err)
	}
	result, err := d.apply(ctx, device, ack)
	if err != nil {
		return err
	}
	d.acks.WithLabelValues(result).Inc()
	if result == "unknown" {
		return fmt.Errorf("command of %s: %w", device, assets.ErrNotFound)
	}
	return nil
}

// takeAck says what became of a letter.
func (d *Desk) takeAck(ctx context.Context, l bus.Letter) (result string, err error) {
	device, ack, err := ReadAck(l.Topic, l.Data)
	if err != nil {
		d.log.Debug("answer of a device refused", "asset", device, "err", err)
		return "malformed", nil
	}
	return d.apply(ctx, device, ack)
}

// apply says what became of a device's answer that was read.
func (d *Desk) apply(ctx context.Context, device assets.ID, ack Ack) (result string, err error) {
	for { // until nobody else changed the command in between
		c, revision, err := d.get(ctx, device, ack.Command)
		if errors.Is(err, assets.ErrNotFound) {
			return "unknown", nil
		}
		if err != nil {
			return "", err
		}
		next, changes := c.Next(ack, d.now().UTC())
		if !changes {
			return "ignored", nil
		}
		_, err = d.put(ctx, next, revision)
		if errors.Is(err, bus.ErrSequence) {
			continue
		}
		if err != nil {
			return "", busy(err)
		}
		return "taken", nil
	}
}
