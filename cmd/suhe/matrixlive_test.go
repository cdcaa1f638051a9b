package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/contract"
	"suhe/stream"
	"suhe/twin"
)

// Everybody who may watch subscribes to every layer, by WebSocket and by
// server-sent events, and is told of exactly what the scope sees.
func TestMatrixOfStreams(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	live, err := contract.OpenLive()
	if err != nil {
		t.Fatal(err)
	}
	for _, by := range h.guests() {
		if !by.who.Scope.May(access.View) {
			continue // TestMatrixOfRoutes: refused before the first message
		}
		t.Run(by.name, func(t *testing.T) {
			conn := h.dial(t, by)
			for _, layer := range live.Layers {
				want := h.seen(by.who, layer)
				if got := h.told(t, conn, layer); !slices.Equal(got, want) {
					t.Errorf("WebSocket, %s: told of %d things, the scope sees %d: %.200s", layer, len(got), len(want), difference(got, want))
				}
				if got := h.toldByEvents(t, by, layer); !slices.Equal(got, want) {
					t.Errorf("events, %s: told of %d things, the scope sees %d: %.200s", layer, len(got), len(want), difference(got, want))
				}
			}
		})
	}
}

// wide is a box around the scene.
var wide = []float64{120, 30, 123, 33}

// seen are the ids of a layer that the principal's scope sees, in order.
func (h *house) seen(who access.Principal, layer string) []string {
	out := []string{}
	for _, kind := range assets.Kinds() {
		if kind.Layer() != layer {
			continue
		}
		h.worldOf(who).Each(kind, func(thing *twin.Thing) bool {
			if who.Scope.Sees(thing.Asset) {
				out = append(out, string(thing.Asset.ID))
			}
			return true
		})
	}
	slices.Sort(out)
	return out
}

func (h *house) dial(t *testing.T, by guest) *websocket.Conn {
	t.Helper()
	r, _ := http.NewRequest(http.MethodGet, "http://x", nil)
	by.dress(r)
	dialer := websocket.Dialer{Subprotocols: append([]string{stream.Protocol}, r.Header.Values("Sec-WebSocket-Protocol")...), HandshakeTimeout: patience}
	r.Header.Del("Sec-WebSocket-Protocol")
	conn, _, err := dialer.Dial(strings.Replace(h.server.URL, "http", "ws", 1)+"/v1/stream", r.Header)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// frame is what is read of one.
type frame struct {
	Type, ID, Reason string
	More             bool
	Objects, Upsert  []struct{ ID string }
}

// told subscribes to a layer and returns the ids of its snapshot, in order.
func (h *house) told(t *testing.T, conn *websocket.Conn, layer string) []string {
	t.Helper()
	if err := conn.WriteJSON(map[string]any{"type": "subscribe", "id": layer, "layers": []string{layer}, "bbox": wide, "fields": []string{"id"}}); err != nil {
		t.Fatal(err)
	}
	return snapshot(t, layer, func() ([]byte, error) {
		conn.SetReadDeadline(time.Now().Add(patience))
		_, text, err := conn.ReadMessage()
		return text, err
	})
}

// toldByEvents asks for the same by server-sent events.
func (h *house) toldByEvents(t *testing.T, by guest, layer string) []string {
	t.Helper()
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, h.server.URL+"/v1/events?fields=id&bbox="+strings.Trim(strings.ReplaceAll(fmt.Sprint(wide), " ", ","), "[]")+"&layers="+layer, nil)
	by.dress(r)
	response, err := h.server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", layer, response.Status)
	}
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, 8<<20)
	return snapshot(t, "events", func() ([]byte, error) {
		for lines.Scan() {
			if text, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				return []byte(text), nil
			}
		}
		return nil, fmt.Errorf("the events ended: %v", lines.Err())
	})
}

// snapshot reads frames until the view's snapshot is whole.
func snapshot(t *testing.T, view string, next func() ([]byte, error)) []string {
	t.Helper()
	ids := map[string]bool{}
	for {
		text, err := next()
		if err != nil {
			t.Fatal(err)
		}
		var f frame
		if err := json.Unmarshal(text, &f); err != nil {
			t.Fatal(err)
		}
		if f.Type == "error" || f.Type == "bye" {
			t.Fatalf("%s: %s", view, text)
		}
		if f.ID != view || f.Type != "snapshot" {
			continue
		}
		for _, o := range f.Objects {
			ids[o.ID] = true
		}
		if !f.More {
			return append([]string{}, slices.Sorted(maps.Keys(ids))...)
		}
	}
}

// difference tells what one of two lists in order has alone.
func difference(a, b []string) string {
	var out []string
	for _, x := range a {
		if _, in := slices.BinarySearch(b, x); !in {
			out = append(out, "told "+x)
		}
	}
	for _, x := range b {
		if _, in := slices.BinarySearch(a, x); !in {
			out = append(out, "not told "+x)
		}
	}
	return strings.Join(out, ", ")
}
