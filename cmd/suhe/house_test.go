package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"golang.org/x/sync/errgroup"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/api"
	"suhe/stream/ingest/deadletter"
	"suhe/tiles/archive"
	"suhe/twin"
)

// house is a whole node in this process: its rooms, doors and store are those of
// `suhe serve`. What the examples of docs/openapi.yaml name stands in it.
type house struct {
	*node
	t      testing.TB
	server *httptest.Server
	secret string // of the webhook vision
	known  []guest

	letters    int // made so far
	lastLetter uint64
}

// What the examples name. All of it stands in one 街镇.
const (
	gauge  = assets.ID("gauge-7")
	camera = assets.ID("cam-7")
	patrol = assets.ID("patrol-7")
)

const mappingJSON = `{"http":true,"gateways":["gw-1"],"topic":"water/+/up","items":"",
	"device":{"from":"/gauge","ids":{"gauge-7":"gauge-7"}},"values":[{"from":"/level","phenomenon":"water_level","unit":"m"}]}`

// What a camera has that only some are shown, and no log tells.
const (
	contactNumber = "13800138000"
	streamAddress = "rtsp://10.0.0.7/main"
)

// openHouse opens a node, with these flags beside those of every house, and ends it with
// the test.
func openHouse(t testing.TB, more ...string) *house {
	t.Helper()
	dir := likeModel(t)
	mappings, city := filepath.Join(dir, "mappings"), filepath.Join(dir, "city.pmtiles")
	if err := os.Mkdir(mappings, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(mappings, "water.json"), []byte(mappingJSON), 0o600); err != nil {
		t.Fatal(err)
	}
	writeCity(t, city)
	playSecret := filepath.Join(dir, "play.secret")
	if err := os.WriteFile(playSecret, []byte(playWord), 0o600); err != nil {
		t.Fatal(err)
	}
	flags := append(demoFlags(t, dir), "--mappings", mappings, "--basemap", "city="+city,
		"--play-url", "https://media.example/live/{camera}?t={ticket}&e={expires}&s={signature}", "--play-secret-file", playSecret,
		"--request-rate", "0", "--backup-passphrase", backupWord, "--login-tries", "1000000", "--address-tries", "1000000")
	s := settingsOf(t, append(flags, more...)...)
	secret, err := openHooks(s.storage).Add("vision")
	if err != nil {
		t.Fatal(err)
	}
	log := new(syncBuffer)
	written.listen(t.Name(), log)
	written.keep("a secret of the house", demoWord, addedWord, backupWord, secret, contactNumber, streamAddress, playWord)
	h := openNodeOf(t, s, log)
	h.secret = secret
	for _, id := range []assets.ID{gauge, camera, patrol, "gw-1", "gw-2"} {
		written.keep("a token of "+string(id), h.devices.Token(id), h.devices.GatewayToken(id))
	}
	h.furnish()
	return h
}

// demoFlags are those of a node that has the demo in a folder.
func demoFlags(t testing.TB, dir string) []string {
	return []string{"--data-dir", dir, "--mqtt-listen", freePort(t), "--demo", "--scene-size", "300", "--demo-password", demoWord}
}

// model is the folder of a node that has the scene and the accounts of the demo, and has
// not lived yet: to make that takes longer than most tests.
var model struct {
	made sync.Once
	dir  string
	err  error
}

// likeModel is a folder like the model, which the first who asks makes.
func likeModel(t testing.TB) string {
	t.Helper()
	model.made.Do(func() {
		model.dir = filepath.Join(filepath.Dir(program), "model")
		model.err = makeModel(t, model.dir)
	})
	dir := t.TempDir()
	err := model.err
	if err == nil {
		err = exec.Command("cp", "-a", model.dir+"/.", dir).Run()
	}
	if err != nil {
		t.Fatalf("a folder like the model: %v", err)
	}
	return dir
}

func makeModel(t testing.TB, dir string) error {
	ctx := context.Background()
	n, err := openNode(ctx, settingsOf(t, demoFlags(t, dir)...), time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	err = n.firstAccounts(ctx, streams{io.Discard, io.Discard})
	n.close()
	return errors.Join(err, os.RemoveAll(filepath.Join(dir, "nats")))
}

// openNodeOf opens a node of the settings, waits until it is ready, and ends it with the
// test, which tells its log if it failed.
func openNodeOf(t testing.TB, s settings, log *syncBuffer) *house {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	n, err := openNode(ctx, s, time.Now, slog.New(slog.NewTextHandler(log, nil)))
	if err == nil {
		err = n.firstAccounts(ctx, streams{io.Discard, io.Discard})
	}
	if err != nil {
		t.Fatal(err)
	}
	group, _ := errgroup.WithContext(ctx)
	group.Go(func() error { return n.live(ctx) })
	group.Go(func() error { return n.followAccounts(ctx) })
	group.Go(func() error { return n.followAudit(ctx) })
	group.Go(func() error { n.hub.Run(ctx); return nil })
	h := &house{node: n, t: t, server: httptest.NewServer(api.New(n.deps()))}
	h.server.Client().CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	t.Cleanup(func() {
		h.server.CloseClientConnections()
		h.server.Close()
		cancel()
		if err := group.Wait(); err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("the node ended: %v", err)
		}
		n.close()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	eventually(t, "ready", func() bool { return n.ready() == nil })
	return h
}

// writeCity writes a base map of the one tile that the examples name.
func writeCity(t testing.TB, file string) {
	t.Helper()
	w, err := archive.Create(file, archive.Meta{Name: "city", Format: archive.MVT, MinZoom: 14, MaxZoom: 14,
		Bounds: orb.Bound{Min: orb.Point{121, 31}, Max: orb.Point{122, 32}}, Layers: []archive.Layer{{ID: "roads", Fields: map[string]string{}}}})
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	fmt.Fprint(z, "\x1a\x09\x78\x02\x0a\x05roads") // a layer of that name, version 2, without features
	z.Close()
	if err := w.Put(geo.Tile{Z: 14, X: 13719, Y: 6691}, packed.Bytes()); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

// furnish puts what the examples name where it was.
func (h *house) furnish() {
	h.t.Helper()
	point := geo.Solid{Plane: orb.Point{121.4348, 31.2502}}
	for _, a := range []assets.Asset{
		{ID: gauge, Kind: assets.Sensor, Class: "sensor.water_level", Sensor: &assets.SensorSpec{ReportInterval: time.Minute,
			Measures: []assets.Measure{{Phenomenon: "water_level", Unit: "m", Normal: [2]float64{1.5, 3.8}}}}},
		{ID: camera, Kind: assets.Camera, Class: "camera.dome", Properties: assets.Properties{{Key: "contact", Value: contactNumber}, {Key: "stream", Value: streamAddress}}, Camera: &assets.CameraSpec{MountHeight: 5, HorizontalFOV: 90, VerticalFOV: 60, Range: 80, PTZ: "ptz"}},
		{ID: patrol, Kind: assets.Mover, Class: "mover.patrol"},
	} {
		a.Name, a.Lifecycle, a.Shape = string(a.ID), assets.InUse, assets.Shape{Geometry: point}
		if _, _, err := h.registry.Edit(context.Background(), "test", "", assets.Edit{Asset: &a, WasRev: assets.AnyRev}); err != nil {
			h.t.Fatalf("%s: %v", a.ID, err)
		}
	}
	h.settle()
}

// settle waits until the world shows what the store holds.
func (h *house) settle() {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	events, err := h.relay.Flush(ctx)
	if err == nil {
		err = h.world.Wait(ctx, twin.Position{Events: events})
	}
	if err != nil {
		h.t.Fatal(err)
	}
}

// letter is the number of a dead letter about the gauge. A new one is made if the
// last one is gone.
func (h *house) letter() uint64 {
	h.t.Helper()
	ctx := context.Background()
	if _, err := h.dead.Get(ctx, h.lastLetter); err == nil {
		return h.lastLetter
	}
	h.letters++
	body := fmt.Sprintf(`{"observations":[{"id":%q,"values":{"rainfall":%d}}]}`, gauge, h.letters)
	if _, err := h.intake.Batch(ctx, nil, []byte(body)); err != nil {
		h.t.Fatal(err)
	}
	after := h.lastLetter
	eventually(h.t, "a dead letter", func() bool {
		letters, err := h.dead.List(ctx, deadletter.Filter{Device: string(gauge)}, after, 1)
		if err != nil {
			h.t.Fatal(err)
		}
		for _, l := range letters {
			h.lastLetter = l.Seq
		}
		return h.lastLetter != after
	})
	return h.lastLetter
}

// settingsOf are what `suhe serve` would be told by the flags.
func settingsOf(t testing.TB, flags ...string) settings {
	t.Helper()
	var c cli
	parser, err := newParser(&c, streams{io.Discard, io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := parse(parser, append([]string{"serve"}, flags...)); err != nil {
		t.Fatal(err)
	}
	return c.Serve.settings
}
