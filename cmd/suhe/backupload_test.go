package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// publisher is a device that reports by MQTT, one reading after the other, each
// of a value of its own, and counts what the broker confirmed.
type publisher struct {
	publish func(payload string)
	next    int64
	acked   atomic.Int64
}

func newPublisher(t *testing.T, s *served, dir, id string) *publisher {
	t.Helper()
	_, token, _ := suhe("device", "token", id, "--data-dir", dir)
	return &publisher{publish: device(t, s, id, strings.TrimSpace(token))}
}

// letterValue is the value of the n-th reading.
func letterValue(n int64) float64 { return 1 + float64(n)/1e4 }

func (p *publisher) once(context.Context) error {
	p.publish(fmt.Sprintf(`{"values":{"water_level":%g}}`, letterValue(p.next)))
	p.next++
	p.acked.Add(1)
	time.Sleep(2 * time.Millisecond) // reports of one millisecond are repeats
	return nil
}

func (p *publisher) until(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := p.once(ctx); err != nil {
			return err
		}
	}
	return nil
}

// editor registers asset after asset, and counts what was acknowledged.
type editor struct {
	s     *served
	acked atomic.Int64
}

func (e *editor) until(ctx context.Context) error {
	for ctx.Err() == nil {
		status, body, _, err := ask(context.WithoutCancel(ctx), http.MethodPut, e.s.url(fmt.Sprintf("/v1/assets/edit-%d", e.acked.Load())), sensorJSON)
		if err != nil || status != http.StatusCreated {
			return fmt.Errorf("edit: %d %s %w", status, body, err)
		}
		e.acked.Add(1)
	}
	return nil
}
