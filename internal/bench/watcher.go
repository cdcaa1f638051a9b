package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/gorilla/websocket"
	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/stream"
)

// watcher is a client of the stream that looks at all sensors and notes how old
// each value is when it comes.
type watcher struct {
	conn  *websocket.Conn
	done  chan struct{}
	seen  []time.Duration // the reader's, until done
	wrong error           // how the reader ended
}

// openWatcher returns when the snapshot is through.
func openWatcher(ctx context.Context, n *node, box orb.Bound) (*watcher, error) {
	dialer := websocket.Dialer{Subprotocols: []string{stream.Protocol}, HandshakeTimeout: callerPatience, ReadBufferSize: 64 << 10}
	conn, answer, err := dialer.DialContext(ctx, "ws://"+n.http+"/v1/stream", http.Header{"Authorization": {"Bearer " + n.token}})
	if err != nil {
		return nil, fmt.Errorf("watch: %w", err)
	}
	_ = answer.Body.Close()
	err = conn.WriteJSON(map[string]any{"type": "subscribe", "id": "all", "layers": []string{assets.Sensor.Layer()},
		"bbox": []float64{box.Min[0], box.Min[1], box.Max[0], box.Max[1]}, "zoom": 14})
	w := &watcher{conn: conn, done: make(chan struct{})}
	for ready := false; err == nil && !ready; {
		var f frame
		f, err = w.next()
		ready = f.Type == "snapshot" && !f.More
	}
	if err != nil {
		return nil, fmt.Errorf("watch: %w", errors.Join(err, conn.Close()))
	}
	go w.read()
	return w, nil
}

// frame is what the watcher reads of one.
type frame struct {
	Type   string `json:"type"`
	More   bool   `json:"more"`
	Upsert []struct {
		Time time.Time `json:"time"` // the newest phenomenonTime
	} `json:"upsert"`
}

func (w *watcher) next() (f frame, err error) {
	if err := w.conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		return f, err
	}
	_, text, err := w.conn.ReadMessage()
	if err != nil {
		return f, err
	}
	return f, json.Unmarshal(text, &f)
}

func (w *watcher) read() {
	defer close(w.done)
	for {
		f, err := w.next()
		if err != nil {
			w.wrong = err
			return
		}
		now := time.Now()
		for _, o := range f.Upsert {
			if !o.Time.IsZero() {
				w.seen = append(w.seen, now.Sub(o.Time))
			}
		}
	}
}

// watcherLinger is how long the last values may be on their way.
const watcherLinger = 2 * time.Second

// close returns the ages of all values that came. That we are the ones who hung
// up is no error.
func (w *watcher) close() ([]time.Duration, error) {
	select {
	case <-w.done:
		return w.seen, fmt.Errorf("watch: %w", w.wrong)
	case <-time.After(watcherLinger):
	}
	_ = w.conn.Close() // ends the reader
	<-w.done
	return w.seen, nil
}
