package simulate

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"suhe/stream/command"
)

// How the played devices take commands: some refuse, some are slow, some fail.
const (
	refuses = 0.1 // share of devices and commands that are refused
	fails   = 0.1
	slow    = 0.2
	slowFor = 20 * time.Second // at most
	quick   = time.Second      // at most
)

// listen subscribes the device to its commands, whenever it is connected. It does
// so with QoS 0: a device that is always on needs no more, and it costs the broker
// nothing.
func (p *player) listen(ctx context.Context) mqtt.OnConnectHandler {
	return func(c mqtt.Client) {
		c.Subscribe(command.Topic(p.device.ID), 0, func(_ mqtt.Client, m mqtt.Message) {
			var order command.Order
			if err := json.Unmarshal(m.Payload(), &order); err != nil {
				p.o.Log.Warn("order cannot be read", "asset", p.device.ID, "err", err)
				return
			}
			p.obey(ctx, c, order)
		})
	}
}

// obey does what it is told, in its own way, and says so.
func (p *player) obey(ctx context.Context, c mqtt.Client, o command.Order) {
	if !p.o.Now().Before(o.Expires) {
		return // too late to be of use
	}
	chance := p.o.Nature.chance(string(p.device.ID)+o.Name, float64(o.Time.UnixMilli()))
	if chance < refuses {
		p.say(c, o, command.Refused, "in local operation")
		return
	}
	p.say(c, o, command.Accepted, "")
	if !sleep(ctx, effort(chance)) {
		return
	}
	if chance > 1-fails {
		p.say(c, o, command.Failed, "no answer from the instrument")
		return
	}
	p.say(c, o, command.Done, p.act(o))
}

// effort is how long a command takes.
func effort(chance float64) time.Duration {
	if chance < refuses+slow {
		return time.Duration(float64(slowFor) * (chance - refuses) / slow)
	}
	return time.Duration(float64(quick) * chance)
}

// act does what is more than an answer, and says what was done.
func (p *player) act(o command.Order) string {
	switch o.Name {
	case "set_report_interval":
		var in struct{ Seconds int }
		if err := json.Unmarshal(o.Arguments, &in); err == nil && in.Seconds > 0 {
			p.told.Store(int64(time.Duration(in.Seconds) * time.Second))
			return fmt.Sprintf("reports every %d s", in.Seconds)
		}
	case "report_now":
		select {
		case p.now <- struct{}{}:
		default: // it is about to
		}
	case "self_test":
		return "battery, clock and probe are well"
	}
	return ""
}

func (p *player) say(c mqtt.Client, o command.Order, status command.State, detail string) {
	payload, err := json.Marshal(command.Ack{Command: o.Command, Status: status, Detail: detail})
	if err != nil {
		p.o.Log.Error("answer cannot be written", "asset", p.device.ID, "err", err)
		return
	}
	c.Publish(command.AckTopic(p.device.ID), 1, false, payload)
}
