package simulate

import (
	"context"
	"encoding/json"
	"strings"
	"sync/atomic"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"suhe/stream/ingest"
)

// The bounds of one player.
const (
	sendTimeout  = 10 * time.Second
	maxKept      = 500 // readings that a device keeps while it cannot send
	maxBatch     = 100 // readings in one message: below the payload's bound with any sensor
	shanghaiEast = 8 * 60 * 60
)

var shanghai = time.FixedZone("Asia/Shanghai", shanghaiEast)

// player plays one device.
type player struct {
	o      *Options
	device Device
	client mqtt.Client // nil while the device is off the net
	kept   []any       // measured and not yet acknowledged, oldest first: readings, or positions of a mover

	told atomic.Int64  // interval that a command has set, nanoseconds; 0: none
	now  chan struct{} // a command wants a report
}

// reading is the payload of one report.
type reading struct {
	Time   string             `json:"time"`
	Values map[string]float64 `json:"values"`
}

// run reports until ctx ends.
func (p *player) run(ctx context.Context, wait time.Duration) {
	defer p.hangUp()
	if !sleep(ctx, wait) {
		return
	}
	p.callUp(ctx)
	for {
		p.report(ctx, p.o.Now())
		if !p.rest(ctx) {
			return
		}
	}
}

// rest waits for the next report, or returns false when ctx ends.
func (p *player) rest(ctx context.Context) bool {
	t := time.NewTimer(p.interval())
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
	case <-p.now:
	}
	return true
}

// callUp connects; it goes on trying by itself.
func (p *player) callUp(ctx context.Context) {
	if p.client == nil {
		p.client = mqtt.NewClient(p.clientOptions().SetOnConnectHandler(p.listen(ctx)))
		p.client.Connect()
	}
}

func (p *player) hangUp() {
	if p.client != nil {
		p.client.Disconnect(100)
		p.client = nil
	}
}

func (p *player) clientOptions() *mqtt.ClientOptions {
	scheme := "tcp://"
	if p.o.TLS != nil {
		scheme = "ssl://"
	}
	o := mqtt.NewClientOptions()
	o.AddBroker(scheme + p.o.Broker)
	o.SetTLSConfig(p.o.TLS)
	o.SetClientID(strings.ReplaceAll(string(p.device.ID), ".", "/")) // no dots in NATS's client ids
	o.SetUsername(string(p.device.ID))
	o.SetPassword(p.o.Token(p.device.ID))
	o.SetProtocolVersion(4) // 3.1.1
	o.SetCleanSession(true)
	o.SetConnectRetry(true)
	o.SetConnectRetryInterval(2 * time.Second)
	o.SetMaxReconnectInterval(10 * time.Second)
	o.SetKeepAlive(2 * time.Minute)
	o.SetOrderMatters(false)
	o.SetMessageChannelDepth(1)
	return o
}

func (p *player) interval() time.Duration {
	switch {
	case p.told.Load() > 0:
		return time.Duration(p.told.Load())
	case p.o.Interval > 0:
		return p.o.Interval
	case p.device.Route != nil:
		return moverInterval
	case p.device.Sensor.ReportInterval > 0:
		return p.device.Sensor.ReportInterval
	}
	return time.Minute
}

// report measures, and sends what was measured and not yet acknowledged.
func (p *player) report(ctx context.Context, now time.Time) {
	p.kept = append(p.kept, p.read(now))
	if len(p.kept) > maxKept {
		p.kept = p.kept[1:]
	}
	if what, _ := p.o.Nature.faultAt(string(p.device.ID), now); what == silent {
		p.hangUp()
		return
	}
	p.callUp(ctx)
	for len(p.kept) > 0 && p.client.IsConnectionOpen() {
		n := min(len(p.kept), maxBatch)
		if !p.send(ctx, p.kept[:n]) {
			return
		}
		p.kept = append(p.kept[:0], p.kept[n:]...)
	}
}

// send publishes one reading as an object, several as an array, and says whether
// the broker acknowledged.
func (p *player) send(ctx context.Context, readings []any) bool {
	var payload any = readings
	if len(readings) == 1 {
		payload = readings[0]
	}
	body, err := json.Marshal(payload)
	if err != nil {
		p.o.Log.Error("reading cannot be written", "asset", p.device.ID, "err", err)
		return false
	}
	token := p.client.Publish(p.topic(), 1, false, body)
	patience := time.NewTimer(sendTimeout)
	defer patience.Stop()
	select {
	case <-token.Done():
		return token.Error() == nil
	case <-patience.C:
	case <-ctx.Done():
	}
	return false
}

func (p *player) topic() string {
	if p.device.Route != nil {
		return ingest.PositionTopic(p.device.ID)
	}
	return ingest.Topic(p.device.ID)
}

// read measures every phenomenon once, or finds the mover's position.
func (p *player) read(now time.Time) any {
	if p.device.Route != nil {
		return p.o.Nature.position(p.device, now)
	}
	r := reading{now.In(shanghai).Format(time.RFC3339Nano), make(map[string]float64, len(p.device.Sensor.Measures))}
	for _, m := range p.device.Sensor.Measures {
		r.Values[m.Phenomenon] = p.o.Nature.measure(p.device, m, now)
	}
	return r
}
