package bench

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"suhe/assets"
	"suhe/internal/simulate"
)

// SendOptions say what devices send.
type SendOptions struct {
	Way     string                 // mqtt or http
	Broker  string                 // host:port of the MQTT listener
	Server  string                 // host:port of the HTTP listener
	Login   string                 // token for it
	Token   func(assets.ID) string // MQTT password of a device
	All     int                    // sensors that the node has
	Sensors int                    // so many of them report
	Rate    int                    // observations a second; 0: as many as are confirmed
	Span    time.Duration
}

// SendReport is what came of it.
type SendReport struct {
	Confirmed int     `json:"confirmed"` // observations
	Seconds   float64 `json:"seconds"`   // from the first message to the last confirmation
}

// Send is the child of Stream: it plays devices from the process that it runs in.
func Send(ctx context.Context, o SendOptions) (SendReport, error) {
	all := sensorsOf(o.All)
	if o.Sensors < 1 || o.Sensors > len(all) || o.Span <= 0 || o.Rate < 0 {
		return SendReport{}, fmt.Errorf("%w: %d sensors of %d, rate %d, for %v: want 1 to all, 0 or more, more than 0",
			assets.ErrInvalid, o.Sensors, len(all), o.Rate, o.Span)
	}
	switch o.Way {
	case "mqtt":
		return sendMQTT(ctx, o, all[:o.Sensors])
	case "http":
		return sendHTTP(ctx, o, all[:o.Sensors])
	}
	return SendReport{}, fmt.Errorf("%w: way: %q, want mqtt or http", assets.ErrInvalid, o.Way)
}

func sendMQTT(ctx context.Context, o SendOptions, sensors []*assets.Asset) (SendReport, error) {
	load := simulate.LoadOptions{Broker: o.Broker, Token: o.Token, Rate: float64(o.Rate), Duration: o.Span, Seed: 1}
	for _, a := range sensors {
		load.Devices = append(load.Devices, simulate.Device{ID: a.ID, Sensor: a.Sensor})
	}
	r, err := simulate.Load(ctx, load)
	return SendReport{Confirmed: r.Observations, Seconds: r.Elapsed.Seconds()}, err
}

// The posts of HTTP.
const (
	posters   = 8
	batchSize = 100 // readings in a post, each of another sensor
)

// sendHTTP posts batches as fast as they are answered, on connections that each
// speak for their own share of the sensors.
func sendHTTP(ctx context.Context, o SendOptions, sensors []*assets.Asset) (SendReport, error) {
	n := min(posters, len(sensors))
	confirmed := make([]int, n)
	var pace time.Duration // between two posts of a connection
	if o.Rate > 0 {
		pace = time.Duration(float64(time.Second) * float64(batchSize*n) / float64(o.Rate))
	}
	start := time.Now()
	group, ctx := errgroup.WithContext(ctx)
	for i := range n {
		group.Go(func() (err error) {
			own := sensors[i*len(sensors)/n : (i+1)*len(sensors)/n]
			confirmed[i], err = post(ctx, o, own, pace, start.Add(o.Span))
			return err
		})
	}
	err := group.Wait()
	r := SendReport{Seconds: time.Since(start).Seconds()}
	for _, c := range confirmed {
		r.Confirmed += c
	}
	return r, err
}

// post sends batches for the sensors until then, and returns how many of their
// observations were confirmed.
func post(ctx context.Context, o SendOptions, sensors []*assets.Asset, pace time.Duration, until time.Time) (confirmed int, err error) {
	c, err := dialCaller(ctx, o.Server)
	if err != nil {
		return 0, err
	}
	defer c.conn.Close()
	batch := batch{sensors: sensors}
	head := "POST /v1/observations HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n" + loginLine(o.Login) + "Content-Length: "
	var ask []byte
	for due := time.Now(); due.Before(until) && ctx.Err() == nil; {
		body := batch.next()
		ask = append(ask[:0], head...)
		ask = append(strconv.AppendInt(ask, int64(len(body)), 10), "\r\n\r\n"...)
		status, _, err := c.get(append(ask, body...))
		if err != nil {
			return confirmed, err
		}
		if status != http.StatusOK {
			return confirmed, fmt.Errorf("post: status %d", status)
		}
		confirmed += batchSize
		if due = due.Add(pace); pace == 0 {
			due = time.Now()
		}
		time.Sleep(time.Until(due))
	}
	return confirmed, ctx.Err()
}

// batch makes bodies of readings, all sensors in turn. No two readings of a
// sensor have one time.
type batch struct {
	sensors []*assets.Asset
	body    []byte
	turn    int
	last    int64 // Unix milliseconds
}

func (b *batch) next() []byte {
	b.body = append(b.body[:0], `{"observations":[`...)
	for i := range batchSize {
		if i == 0 || b.turn == 0 {
			b.last = max(b.last+1, time.Now().UnixMilli())
		}
		if i > 0 {
			b.body = append(b.body, ',')
		}
		b.body = appendReading(b.body, b.sensors[b.turn].ID, b.last)
		b.turn = (b.turn + 1) % len(b.sensors)
	}
	b.body = append(b.body, "]}"...)
	return b.body
}

// appendReading appends one item of a batch: a water level that is never twice
// the same.
func appendReading(dst []byte, id assets.ID, at int64) []byte {
	dst = append(append(dst, `{"id":"`...), id...)
	dst = append(dst, `","time":"`...)
	dst = time.UnixMilli(at).UTC().AppendFormat(dst, "2006-01-02T15:04:05.000Z07:00")
	dst = append(dst, `","values":{"`+level.Phenomenon+`":`...)
	dst = strconv.AppendFloat(dst, 2+float64(at%1000)/1000, 'f', 3, 64)
	return append(dst, "}}"...)
}
