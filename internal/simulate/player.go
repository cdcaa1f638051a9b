package simulate

import (
	"context"
	"encoding/json"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"suhe/stream/ingest"
)

// The bounds of one player.
const (
	sendTimeout  = 10 * time.Second
	maxKept      = 500 // readings that a silent device keeps
	shanghaiEast = 8 * 60 * 60
)

var shanghai = time.FixedZone("Asia/Shanghai", shanghaiEast)

// player plays one device.
type player struct {
	o      *Options
	device Device
	client mqtt.Client
	kept   []reading // measured and not yet acknowledged
}

// reading is the payload of one report.
type reading struct {
	Time   string             `json:"time"`
	Values map[string]float64 `json:"values"`
}

// run reports until ctx ends.
func (p *player) run(ctx context.Context, wait time.Duration) {
	if !sleep(ctx, wait) {
		return
	}
	p.client = mqtt.NewClient(p.clientOptions())
	p.client.Connect() // goes on trying by itself
	defer p.client.Disconnect(100)
	for {
		p.report(p.o.Now())
		if !sleep(ctx, p.interval()) {
			return
		}
	}
}

func (p *player) clientOptions() *mqtt.ClientOptions {
	o := mqtt.NewClientOptions()
	o.AddBroker("tcp://" + p.o.Broker)
	o.SetClientID(string(p.device.ID))
	o.SetUsername(string(p.device.ID))
	o.SetPassword(p.o.Token(p.device.ID))
	o.SetProtocolVersion(4) // 3.1.1
	o.SetCleanSession(true)
	o.SetConnectRetry(true)
	o.SetConnectRetryInterval(2 * time.Second)
	o.SetMaxReconnectInterval(10 * time.Second)
	o.SetKeepAlive(2 * time.Minute)
	o.SetOrderMatters(false)
	return o
}

func (p *player) interval() time.Duration {
	switch {
	case p.o.Interval > 0:
		return p.o.Interval
	case p.device.Sensor.ReportInterval > 0:
		return p.device.Sensor.ReportInterval
	}
	return time.Minute
}

// report measures, and sends what was measured and not yet acknowledged: one
// reading as an object, several as an array.
func (p *player) report(now time.Time) {
	p.kept = append(p.kept, p.read(now))
	if len(p.kept) > maxKept {
		p.kept = p.kept[1:]
	}
	if p.o.Nature.faultAt(string(p.device.ID), now) == silent || !p.client.IsConnectionOpen() {
		return
	}
	var payload any = p.kept
	if len(p.kept) == 1 {
		payload = p.kept[0]
	}
	body, err := json.Marshal(payload)
	if err != nil {
		p.o.Log.Error("reading cannot be written", "asset", p.device.ID, "err", err)
		return
	}
	sent := p.client.Publish(ingest.Topic(p.device.ID), 1, false, body)
	if sent.WaitTimeout(sendTimeout) && sent.Error() == nil {
		p.kept = p.kept[:0]
	}
}

// read measures every phenomenon once.
func (p *player) read(now time.Time) reading {
	r := reading{now.In(shanghai).Format(time.RFC3339Nano), make(map[string]float64, len(p.device.Sensor.Measures))}
	for _, m := range p.device.Sensor.Measures {
		r.Values[m.Phenomenon] = p.o.Nature.measure(p.device, m.Phenomenon, now)
	}
	return r
}
