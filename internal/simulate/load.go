package simulate

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"suhe/assets"
	"suhe/stream/ingest"
)

// LoadOptions say how much to send.
type LoadOptions struct {
	Broker    string                 // host:port of the MQTT listener
	TLS       *tls.Config            // nil: plain
	Token     func(assets.ID) string // the password of a device
	Devices   []Device               // each is a connection of its own
	Rate      float64                // readings a second of all devices together; 0: as many as are confirmed
	Duration  time.Duration          // of sending
	BatchSize int                    // readings in one message, 1…1000; 0: 1
	Seed      uint64
}

// LoadReport is what came of it. A reading of one phenomenon is one observation.
type LoadReport struct {
	Messages     int           // sent
	Acked        int           // messages that the broker confirmed
	Observations int           // in the messages that were confirmed
	Elapsed      time.Duration // from the first message until the last confirmation
	Latency      Latency       // from when a message was due until its confirmation
}

// Latency are percentiles.
type Latency struct{ P50, P90, P99, Max time.Duration }

// Rate is the observations confirmed in a second.
func (r LoadReport) Rate() float64 { return float64(r.Observations) / r.Elapsed.Seconds() }

const (
	loadWindow   = 500              // messages of one device that are not yet confirmed
	loadPatience = 30 * time.Second // for the last confirmations
	loadDials    = 32               // at once
)

// Load sends readings of the devices with QoS 1, evenly over time and devices,
// and waits until all are confirmed. A message that is late because the broker
// holds us back counts from when it was due, so that the latency is not
// flattered. Load fails if a device cannot log in, loses its connection or waits
// too long.
func Load(ctx context.Context, o LoadOptions) (LoadReport, error) {
	o.BatchSize = max(1, o.BatchSize)
	if len(o.Devices) == 0 || o.BatchSize > ingest.MaxReadings || o.Duration <= 0 {
		return LoadReport{}, fmt.Errorf("load: %d devices, %d readings in a message, for %v: want at least 1, 1 to %d, more than 0",
			len(o.Devices), o.BatchSize, o.Duration, ingest.MaxReadings)
	}
	loaders, err := dialAll(ctx, &o)
	defer func() {
		for _, l := range loaders {
			_ = l.line.conn.Close() // nothing is on its way any more
		}
	}()
	if err != nil {
		return LoadReport{}, fmt.Errorf("load: %w", err)
	}
	start := time.Now()
	work, ctx := errgroup.WithContext(ctx)
	for i, l := range loaders {
		work.Go(func() error { return l.run(ctx, start, float64(i)/float64(len(loaders))) })
	}
	err = work.Wait()
	report := sum(loaders, time.Since(start))
	if err != nil {
		return report, fmt.Errorf("load: %w", err)
	}
	return report, nil
}

// dialAll connects all devices; what it returns must be closed.
func dialAll(ctx context.Context, o *LoadOptions) (loaders []*loader, err error) {
	var mu sync.Mutex
	dials, ctx := errgroup.WithContext(ctx)
	dials.SetLimit(loadDials)
	for _, d := range o.Devices {
		if d.Sensor == nil || len(d.Sensor.Measures) == 0 {
			return loaders, fmt.Errorf("%s measures nothing", d.ID)
		}
		dials.Go(func() error {
			l, err := dialLine(ctx, o.Broker, o.TLS, string(d.ID), o.Token(d.ID))
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			loaders = append(loaders, &loader{o: o, device: d, line: l, due: make(chan time.Time, loadWindow)})
			return nil
		})
	}
	err = dials.Wait()
	return loaders, err
}

// loader sends for one device.
type loader struct {
	o      *LoadOptions
	device Device
	line   *line
	due    chan time.Time // of the messages that are not yet confirmed, in order

	sent      int             // the writer's
	latencies []time.Duration // the reader's
	last      int64           // time of the last reading, Unix milliseconds
	values    []float64       // of the measures
	second    int64           // Unix time of values
}

// run sends from the start on, the first message after the share of the pace.
func (l *loader) run(ctx context.Context, start time.Time, share float64) error {
	stop := context.AfterFunc(ctx, func() { _ = l.line.conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	read := make(chan error, 1)
	go func() { read <- l.confirm() }()
	err := l.send(ctx, start, share)
	close(l.due)
	if err == nil {
		err = l.line.conn.SetReadDeadline(time.Now().Add(loadPatience))
	} else {
		_ = l.line.conn.SetDeadline(time.Unix(1, 0)) // wakes the reader
	}
	err = errors.Join(err, <-read)
	if err != nil {
		return fmt.Errorf("%s: %w", l.device.ID, err)
	}
	return nil
}

func (l *loader) send(ctx context.Context, start time.Time, share float64) error {
	var pace time.Duration // between two messages of this device
	if l.o.Rate > 0 {
		pace = time.Duration(float64(time.Second) * float64(l.o.BatchSize) * float64(len(l.o.Devices)) / l.o.Rate)
	}
	topic := ingest.Topic(l.device.ID)
	due := start.Add(time.Duration(share * float64(pace)))
	for end := start.Add(l.o.Duration); due.Before(end); due = due.Add(pace) {
		if wait := time.Until(due); wait > 0 && !sleep(ctx, wait) {
			return ctx.Err()
		}
		if pace == 0 {
			due = time.Now()
		}
		select {
		case l.due <- due:
		case <-ctx.Done():
			return ctx.Err()
		}
		if _, err := l.line.publish(topic, l.payload(time.Now())); err != nil {
			return err
		}
		l.sent++
	}
	return nil
}

// confirm takes the acknowledgements, which come in the order of the messages.
func (l *loader) confirm() error {
	var want uint16
	for due := range l.due {
		id, err := l.line.acked()
		if err != nil {
			for range l.due { // so that the writer does not hang
			}
			return err
		}
		if want++; want == 0 {
			want = 1
		}
		if id != want {
			return fmt.Errorf("broker confirmed message %d, want %d", id, want)
		}
		l.latencies = append(l.latencies, time.Since(due))
	}
	return nil
}

// payload is an array of readings; no two readings of a device have one time.
func (l *loader) payload(now time.Time) []byte {
	l.measure(now)
	b := make([]byte, 0, 128*l.o.BatchSize)
	b = append(b, '[')
	for i := range l.o.BatchSize {
		l.last = max(l.last+1, now.UnixMilli())
		at := time.UnixMilli(l.last).In(shanghai)
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"time":"`...)
		b = at.AppendFormat(b, "2006-01-02T15:04:05.000Z07:00")
		b = append(b, `","values":{`...)
		for j, m := range l.device.Sensor.Measures {
			if j > 0 {
				b = append(b, ',')
			}
			b = append(strconv.AppendQuote(b, m.Phenomenon), ':')
			b = strconv.AppendFloat(b, l.values[j]+float64(l.last%100)/1000, 'f', 3, 64)
		}
		b = append(b, "}}"...)
	}
	return append(b, ']')
}

// measure looks at nature once a second; in between payload lets the values
// flutter, which costs less than what is to be measured here.
func (l *loader) measure(now time.Time) {
	if now.Unix() == l.second {
		return
	}
	l.second, l.values = now.Unix(), l.values[:0]
	for _, m := range l.device.Sensor.Measures {
		n := Nature{Seed: l.o.Seed}
		l.values = append(l.values, n.Value(string(l.device.ID), m.Phenomenon, l.device.Chainage, now))
	}
}

func sum(loaders []*loader, elapsed time.Duration) LoadReport {
	r := LoadReport{Elapsed: elapsed}
	var all []time.Duration
	for _, l := range loaders {
		r.Messages += l.sent
		r.Acked += len(l.latencies)
		r.Observations += len(l.latencies) * l.o.BatchSize * len(l.device.Sensor.Measures)
		all = append(all, l.latencies...)
	}
	if len(all) == 0 {
		return r
	}
	slices.Sort(all)
	at := func(share float64) time.Duration { return all[min(len(all)-1, int(share*float64(len(all))))] }
	r.Latency = Latency{at(0.5), at(0.9), at(0.99), all[len(all)-1]}
	return r
}
