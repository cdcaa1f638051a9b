package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/paulmach/orb"
	"golang.org/x/sync/errgroup"
	"google.golang.org/protobuf/proto"

	"suhe/assets"
	"suhe/geo"
	"suhe/stream"
	pb "suhe/stream/suhev1"
	"suhe/tiles"
	"suhe/tiles/archive"
)

const (
	leakAsks     = 100_000 // requests
	leakSessions = 40      // streams, half of each side
	leakMoves    = 300     // of each
	leakWorkers  = 6
)

// Nothing of one area ever comes to who sees another: 100,000 mixed requests of two
// sides on one node with warm caches, and moves of streams beside them, while devices
// of both report by MQTT. Each ask follows from SUHE_LEAK_SEED and its number; one that
// finds a leak is asked again on fresh caches, with fewer and fewer before it, and the
// fewest that do it are told.
//
// It was seen to fail when the scope's class was taken out of the tiles' key, when
// clusters counted all groups as seen, when Counts asked no scope, when lenses of two
// scopes were one, and when visible did not ask.
func TestNothingOfOneAreaIsSeenByAnother(t *testing.T) {
	t.Parallel()
	l := openLeakNode(t)
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("SUHE_LEAK_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("SUHE_LEAK_SEED=%d", seed)
	for _, s := range l.sides {
		for i := range 60 {
			if _, err := l.findings.Batch(t.Context(), "ai", []byte(s.finding(i))); err != nil {
				t.Fatal(err)
			}
		}
	}
	background, stop := context.WithCancel(t.Context())
	var reports errgroup.Group
	for _, s := range l.sides {
		l.report(t, background, &reports, s)
	}
	h := l.handler()
	server := httptest.NewServer(h)
	defer server.Close()
	var moves, next atomic.Int64
	var all, listening errgroup.Group
	for i := range leakSessions {
		all.Go(func() error {
			return l.look(server.URL, l.sides[i%2], l.sides[1-i%2], rand.New(rand.NewPCG(seed, uint64(i)<<32)), i%4 < 2, &moves)
		})
	}
	for _, s := range l.sides {
		listening.Go(func() error { return l.listen(background, server.URL, s, l.other(s)) })
	}
	var failed atomic.Int64
	failed.Store(-1)
	for range leakWorkers {
		all.Go(func() error {
			for {
				n := int(next.Add(1))
				if n > leakAsks || failed.Load() >= 0 {
					return nil
				}
				if err := l.makeAsk(seed, n).ask(h); err != nil {
					failed.CompareAndSwap(-1, int64(n))
					return err
				}
			}
		})
	}
	all.Go(func() error { return l.export(t) })
	err := all.Wait()
	stop()
	if err = errors.Join(err, listening.Wait(), reports.Wait()); err == nil {
		t.Logf("%d requests and %d moves of streams", leakAsks, moves.Load())
		return
	}
	t.Error(err)
	if n := failed.Load(); n >= 0 {
		l.shrink(t, seed, int(n))
	}
}

func (l *leakNode) other(s *side) *side {
	if s == l.sides[0] {
		return l.sides[1]
	}
	return l.sides[0]
}

// shrink finds the fewest asks up to the failed one that fail on fresh caches.
func (l *leakNode) shrink(t *testing.T, seed uint64, failed int) {
	for before := 0; before <= failed; before = 2*before + 1 {
		h := l.fresh(t)
		for n := max(1, failed-before); n <= failed; n++ {
			if err := l.makeAsk(seed, n).ask(h); err != nil {
				t.Errorf("%d asks do it, the last is number %d: %v", before+1, n, err)
				for of := max(1, n-min(before, 5)); of <= n; of++ {
					t.Logf("%d: %v", of, l.makeAsk(seed, of))
				}
				return
			}
		}
	}
	t.Error("the asks alone do not do it: it takes two at once, or streams")
}

// report lets some devices of the side send observations and positions by MQTT, and
// now and then what cannot be read, until ctx ends.
func (l *leakNode) report(t *testing.T, ctx context.Context, group *errgroup.Group, s *side) {
	broker := &served{mqtt: l.settings.MQTTListen}
	for i := range 3 {
		id := string(s.kinds[assets.Sensor][i])
		publish := device(t, broker, id, l.devices.Token(assets.ID(id)))
		group.Go(func() error {
			for n := 0; ctx.Err() == nil; n++ {
				payload := fmt.Sprintf(`{"values":{"people":%s.%d}}`, s.value, n%7)
				if n%50 == 49 {
					payload = s.mark + " is no JSON"
				}
				publish(payload)
				time.Sleep(2 * time.Millisecond)
			}
			return nil
		})
	}
	group.Go(func() error {
		for n := 0; ctx.Err() == nil; n++ {
			body := fmt.Sprintf(`{"positions":[{"id":"%s","lon":%v,"lat":31.24}]}`, s.kinds[assets.Mover][n%5], s.box.Min[0]+0.001+0.0001*float64(n%100))
			if _, err := l.places.Batch(ctx, nil, []byte(body)); err != nil && ctx.Err() == nil {
				return err
			}
			time.Sleep(5 * time.Millisecond)
		}
		return nil
	})
}

// export writes the tiles as each side sees them.
func (l *leakNode) export(t *testing.T) error {
	for i, s := range l.sides {
		path := fmt.Sprintf("%s/%d.pmtiles", t.TempDir(), i)
		if _, err := l.tiles.Export(t.Context(), path, tiles.ExportOptions{Name: "x", MaxZoom: 14, Scope: s.who.Scope}); err != nil {
			return err
		}
		if err := l.exported(t.Context(), path, s); err != nil {
			return fmt.Errorf("an export of %s: %w", s.who.ID, err)
		}
	}
	return nil
}

// exported reads the tiles of an archive around where the sides meet.
func (l *leakNode) exported(ctx context.Context, path string, s *side) error {
	f, err := archive.Open(ctx, path)
	if err != nil {
		return err
	}
	defer f.Close()
	for z := uint32(0); z <= 14; z++ {
		for _, lon := range []float64{121.41, 121.43} {
			packed, _, err := f.Tile(ctx, geo.TileAt(orb.Point{lon, 31.24}, z))
			if err != nil || len(packed) == 0 {
				return fmt.Errorf("zoom %d has no tile: %v", z, err)
			}
			data, err := archive.Inflate(packed)
			if err != nil {
				return err
			}
			if mark := l.other(s).foreign(string(data)); mark != "" {
				return fmt.Errorf("%q at zoom %d", mark, z)
			}
			if _, err := l.features(data, s); err != nil {
				return err
			}
		}
	}
	return nil
}

// look opens a stream and moves its views about; nothing of the other side may come.
func (l *leakNode) look(url string, s, other *side, chance *rand.Rand, binary bool, moves *atomic.Int64) error {
	protocol := stream.Protocol
	if binary {
		protocol = stream.ProtocolBinary
	}
	dialer := websocket.Dialer{Subprotocols: []string{protocol}}
	conn, _, err := dialer.Dial("ws"+strings.TrimPrefix(url, "http")+"/v1/stream", http.Header{asks: {s.who.ID}})
	if err != nil {
		return err
	}
	var group errgroup.Group
	var once sync.Once
	closing := make(chan struct{})
	group.Go(func() error {
		for {
			_, frame, err := conn.ReadMessage()
			if err != nil {
				select {
				case <-closing:
					return nil
				default:
					return err
				}
			}
			if err := l.heard(frame, s, other, binary); err != nil {
				return err
			}
		}
	})
	group.Go(func() error {
		defer once.Do(func() { close(closing); conn.Close() })
		if binary {
			// Binary clients listen: what they are told is what JSON clients are told.
			ask, err := proto.Marshal(&pb.Ask{Ask: &pb.Ask_Subscribe{Subscribe: &pb.View{Id: "v",
				Layers: &pb.Names{Name: []string{"sensors", "cameras", "movers", "assets", "buildings"}}, Bbox: &pb.BBox{West: 121, South: 31, East: 122, North: 32}}}})
			if err != nil {
				return err
			}
			if err := conn.WriteMessage(websocket.BinaryMessage, ask); err != nil {
				return err
			}
			time.Sleep(3 * time.Second)
			return nil
		}
		for i := range leakMoves {
			if err := conn.WriteJSON(l.move(i, s, other, chance)); err != nil {
				return err
			}
			moves.Add(1)
			time.Sleep(5 * time.Millisecond)
		}
		return nil
	})
	return group.Wait()
}

// move is a message of a session: a view that is opened or moved, with and without a
// filter, zoomed out or in, a screen that is shown, a follow.
func (l *leakNode) move(i int, s, other *side, chance *rand.Rand) map[string]any {
	west, south := 121.40+0.03*chance.Float64(), 31.23+0.01*chance.Float64()
	m := map[string]any{"type": "update", "id": "v", "bbox": []float64{west, south, west + 0.01, south + 0.01}, "zoom": one(chance, 5, 9, 11, 14, 16)}
	switch {
	case i == 0:
		m["type"], m["layers"] = "subscribe", []string{"sensors", "cameras", "movers", "assets", "buildings"}
		m["tiles"] = []string{"sensors", "cameras", "assets"}
	case i == 1:
		return map[string]any{"type": "present", "name": s.mark + " screen", "camera": map[string]any{"lon": 121.4, "lat": 31.24, "zoom": 12}}
	case i == 2:
		return map[string]any{"type": "follow", "session": "*"}
	case i%10 == 3:
		m["filter"] = one(chance, "", "name LIKE '"+other.mark+"%'", "values.people > 0", "area = '"+other.area+"'")
	case i%10 == 4:
		m = map[string]any{"type": "subscribe", "id": "w", "layers": []string{"sensors", "movers"}, "area": one(chance, s.area, other.area), "zoom": 14}
	case i%10 == 5:
		m["datum"] = one(chance, "gcj02", "wgs84")
	}
	return m
}

// heard says what of a frame is the other side's.
func (l *leakNode) heard(frame []byte, s, other *side, binary bool) error {
	text := string(frame)
	if strings.Contains(text, `"type":"error"`) {
		return nil // it repeats what was asked
	}
	mark := other.foreign(text)
	if binary {
		for _, text := range []string{other.value, other.value + ".3"} {
			v, _ := strconv.ParseFloat(text, 64)
			bits := math.Float64bits(v)
			var raw [8]byte
			for i := range raw {
				raw[i] = byte(bits >> (8 * i))
			}
			if strings.Contains(string(frame), string(raw[:])) {
				mark = text
			}
		}
	}
	if mark != "" {
		return fmt.Errorf("%s is told %q: %.500s", s.who.ID, mark, frame)
	}
	if binary {
		return nil
	}
	var f struct {
		Type, Layer     string
		Objects, Upsert []struct{ FID uint64 }
		Remove          []uint64
		Cells           []struct {
			Cell  uint64
			Count int
		}
	}
	if err := json.Unmarshal(frame, &f); err != nil {
		return err
	}
	for _, o := range append(f.Objects, f.Upsert...) {
		f.Remove = append(f.Remove, o.FID)
	}
	for _, fid := range f.Remove {
		if !s.fids[fid] && !l.shared[fid] {
			return fmt.Errorf("%s is told of fid %d: %.500s", s.who.ID, fid, frame)
		}
	}
	count := 0
	for _, c := range f.Cells {
		count += c.Count
		if c.Cell < clusterID && !s.fids[c.Cell] && !l.shared[c.Cell] {
			return fmt.Errorf("%s is told of fid %d: %.500s", s.who.ID, c.Cell, frame)
		}
	}
	if kind, ok := assets.KindOfLayer(f.Layer); ok && f.Type == "clusters" && count > s.totals[kind]+l.ground[kind] {
		return fmt.Errorf("%s is told of %d %s, want at most %d: %.500s", s.who.ID, count, f.Layer, s.totals[kind]+l.ground[kind], frame)
	}
	return nil
}

// listen hears server-sent events until ctx ends.
func (l *leakNode) listen(ctx context.Context, url string, s, other *side) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/v1/events?layers=sensors,cameras,movers,assets,buildings&bbox=121,31,122,32", nil)
	if err != nil {
		return err
	}
	r.Header.Set(asks, s.who.ID)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	buffer := make([]byte, 1<<20)
	kept := ""
	for {
		n, err := answer.Body.Read(buffer)
		text := kept + string(buffer[:n])
		if mark := other.foreign(text); mark != "" {
			return fmt.Errorf("%s hears %q: %.2000s", s.who.ID, mark, text)
		}
		kept = text[max(0, len(text)-100):]
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
	}
}
