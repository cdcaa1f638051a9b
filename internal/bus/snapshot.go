package bus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Kept names one stream of the broker.
type Kept struct {
	Name string `json:"name"`
	MQTT bool   `json:"mqtt,omitempty"` // it is among the MQTT messages, sessions and all
}

// Snapshot is what must be known of a stream to restore it, beside its bytes.
type Snapshot struct {
	Kept
	Config json.RawMessage `json:"config"`
	State  json.RawMessage `json:"state"`
}

// mqttKept are the streams of the broker's MQTT side, as its own code names them:
// messages, those of QoS 2 that are held, sessions, and retained ones.
var mqttKept = []string{mqttStream, mqttHeld, "$MQTT_sess", "$MQTT_rmsgs", "$MQTT_out"}

// Keeps lists the streams that there are: of the MQTT side, then those of the
// given names.
func (b *Bus) Keeps(ctx context.Context, names ...string) (out []Kept, err error) {
	for _, name := range mqttKept {
		out = append(out, Kept{name, true})
	}
	for _, name := range names {
		out = append(out, Kept{Name: name})
	}
	there := out[:0]
	for _, k := range out {
		_, err := b.of(k).js.Stream(ctx, k.Name)
		if errors.Is(err, jetstream.ErrStreamNotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("stream %s: %w", k.Name, meaning(err))
		}
		there = append(there, k)
	}
	return there, nil
}

func (b *Bus) of(k Kept) connection {
	if k.MQTT {
		return b.mqtt
	}
	return b.node
}

const (
	snapshotChunk   = 128 << 10
	snapshotWindow  = 4 << 20
	snapshotTimeout = time.Minute // of one step
	snapshotWaits   = 2 * snapshotWindow / snapshotChunk
)

// apiAnswer is what is common to the answers of the broker's stream API.
type apiAnswer struct {
	Error *struct {
		Description string `json:"description"`
	} `json:"error"`
	Config         json.RawMessage `json:"config"`
	State          json.RawMessage `json:"state"`
	DeliverSubject string          `json:"deliver_subject"`
}

// api asks the broker's stream API.
func (c connection) api(ctx context.Context, subject string, question any) (out apiAnswer, err error) {
	body, err := json.Marshal(question)
	if err != nil {
		return out, err
	}
	ctx, cancel := context.WithTimeout(ctx, snapshotTimeout)
	defer cancel()
	m, err := c.nats.RequestWithContext(ctx, subject, body)
	if err != nil {
		return out, meaning(err)
	}
	return readAnswer(m.Data)
}

func readAnswer(body []byte) (out apiAnswer, err error) {
	if err = json.Unmarshal(body, &out); err == nil && out.Error != nil {
		err = errors.New(out.Error.Description)
	}
	return out, err
}

// Snapshot writes the stream as it is at one moment, with sequences and times,
// in the broker's own form. The broker gives up on a writer that takes nothing
// for some seconds.
func (b *Bus) Snapshot(ctx context.Context, k Kept, w io.Writer) (s Snapshot, err error) {
	s, err = b.snapshot(ctx, k, w)
	if err != nil {
		return s, fmt.Errorf("snapshot of stream %s: %w", k.Name, err)
	}
	return s, nil
}

func (b *Bus) snapshot(ctx context.Context, k Kept, w io.Writer) (s Snapshot, err error) {
	c := b.of(k)
	inbox := c.nats.NewRespInbox()
	chunks := make(chan *nats.Msg, snapshotWaits)
	sub, err := c.nats.ChanSubscribe(inbox, chunks)
	if err != nil {
		return s, meaning(err)
	}
	defer sub.Unsubscribe()
	told, err := c.api(ctx, "$JS.API.STREAM.SNAPSHOT."+k.Name, map[string]any{
		"deliver_subject": inbox, "no_consumers": !k.MQTT, "chunk_size": snapshotChunk, "window_size": snapshotWindow,
	})
	if err != nil {
		return s, err
	}
	for {
		var m *nats.Msg
		select {
		case m = <-chunks:
		case <-ctx.Done():
			return s, ctx.Err()
		case <-time.After(snapshotTimeout):
			return s, fmt.Errorf("the broker says nothing for %v", snapshotTimeout)
		}
		if len(m.Data) == 0 {
			return Snapshot{k, told.Config, told.State}, ended(m)
		}
		if _, err := w.Write(m.Data); err != nil {
			return s, err
		}
		if m.Reply != "" {
			if err := c.nats.Publish(m.Reply, nil); err != nil {
				return s, meaning(err)
			}
		}
	}
}

// ended says whether the last message of a snapshot tells of a failure.
func ended(m *nats.Msg) error {
	if status := m.Header.Get("Status"); status != "" && status != "204" {
		return fmt.Errorf("the broker ends it: %s %s", status, m.Header.Get("Description"))
	}
	return nil
}

// Restore makes the stream anew from what Snapshot wrote. ErrExists: there is one,
// which is left as it is.
func (b *Bus) Restore(ctx context.Context, s Snapshot, r io.Reader) error {
	if err := b.restore(ctx, s, r); err != nil {
		return fmt.Errorf("restore stream %s: %w", s.Name, err)
	}
	return nil
}

func (b *Bus) restore(ctx context.Context, s Snapshot, r io.Reader) error {
	c := b.of(s.Kept)
	if _, err := c.js.Stream(ctx, s.Name); !errors.Is(err, jetstream.ErrStreamNotFound) {
		return errors.Join(ErrExists, err)
	}
	told, err := c.api(ctx, "$JS.API.STREAM.RESTORE."+s.Name, map[string]any{"config": s.Config, "state": s.State})
	if err != nil {
		return err
	}
	chunk := make([]byte, snapshotChunk)
	for {
		n, err := io.ReadFull(r, chunk)
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return err
		}
		if sent := c.chunk(ctx, told.DeliverSubject, chunk[:n]); sent != nil || n == 0 {
			return sent
		}
	}
}

// chunk sends some bytes of a snapshot and waits until they are taken; none end it.
func (c connection) chunk(ctx context.Context, to string, data []byte) error {
	ctx, cancel := context.WithTimeout(ctx, snapshotTimeout)
	defer cancel()
	m, err := c.nats.RequestWithContext(ctx, to, data)
	if err != nil {
		return meaning(err)
	}
	if len(m.Data) > 0 {
		_, err = readAnswer(m.Data)
	}
	return err
}

// Drop removes the stream, if there is one.
func (b *Bus) Drop(ctx context.Context, k Kept) error {
	err := b.of(k).js.DeleteStream(ctx, k.Name)
	if err != nil && !errors.Is(err, jetstream.ErrStreamNotFound) {
		return fmt.Errorf("drop stream %s: %w", k.Name, meaning(err))
	}
	return nil
}
