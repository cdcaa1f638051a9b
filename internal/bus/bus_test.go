package bus

import (
	"context"
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		child(dir)
		return
	}
	goleak.VerifyTestMain(m)
}

// world is where a bus lives in a test: how to open it (again), and where its
// MQTT listens.
type world struct {
	open func(t testing.TB) *Bus
	mqtt func(b *Bus) string
}

// worlds are all places where a bus can live.
func worlds(t testing.TB) map[string]world {
	dir := t.TempDir()
	outside := outsideBroker(t)
	return map[string]world{
		"embedded": {
			open: func(t testing.TB) *Bus {
				return openBus(t, Options{Dir: dir, MQTTListen: "127.0.0.1:0", Login: ownTopic})
			},
			mqtt: (*Bus).MQTTAddr,
		},
		"outside": {
			open: func(t testing.TB) *Bus { return openBus(t, Options{URL: outside.nats}) },
			mqtt: func(*Bus) string { return outside.mqtt },
		},
	}
}

func inEachWorld(t *testing.T, run func(t *testing.T, w world)) {
	for name, w := range worlds(t) {
		t.Run(name, func(t *testing.T) { run(t, w) })
	}
}

// openBus opens a bus that closes with the test.
func openBus(t testing.TB, o Options) *Bus {
	t.Helper()
	o.Log = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelInfo}))
	b, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeBus(t, b) })
	return b
}

func closeBus(t testing.TB, b *Bus) {
	t.Helper()
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}

type addresses struct{ nats, mqtt string }

// outsideBroker is a NATS server with open doors, as somebody else may run it.
func outsideBroker(t testing.TB) addresses {
	t.Helper()
	s, a := startOutside(t, t.TempDir(), -1)
	t.Cleanup(func() { stopOutside(s) })
	return a
}

func startOutside(t testing.TB, dir string, port int) (*server.Server, addresses) {
	t.Helper()
	o := &server.Options{
		ServerName: "outside", Host: "127.0.0.1", Port: port, NoSigs: true, NoLog: true,
		JetStream: true, StoreDir: dir, SyncInterval: time.Second, MaxPayload: MaxMessage + headroom,
		MQTT: server.MQTTOpts{Host: "127.0.0.1", Port: -1},
	}
	s, err := server.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	go s.Start()
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("outside broker is not ready")
	}
	return s, addresses{nats: s.ClientURL(), mqtt: hostPort("127.0.0.1", o.MQTT.Port)}
}

func stopOutside(s *server.Server) {
	s.Shutdown()
	s.WaitForShutdown()
}

// ownTopic is the rule of the tests: the password is "secret of" the user, who
// may publish observations of their own.
func ownTopic(user, password string) (Rights, bool) {
	return Rights{Publish: []string{"suhe/v1/devices/" + user + "/observations"}}, password == "secret of "+user
}

// within returns a context for what must not hang.
func within(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func TestOpenNamesWhatIsWrong(t *testing.T) {
	taken := outsideBroker(t)
	for name, tc := range map[string]struct {
		options Options
		want    string
	}{
		"no folder":        {Options{}, "Dir is empty"},
		"folder is a file": {Options{Dir: "bus_test.go"}, "folder of the broker"},
		"no port":          {Options{Dir: t.TempDir(), MQTTListen: "127.0.0.1"}, "not host:port"},
		"port too great":   {Options{Dir: t.TempDir(), MQTTListen: "127.0.0.1:70000"}, "out of [0,65535]"},
		"port taken":       {Options{Dir: t.TempDir(), MQTTListen: taken.mqtt}, "address already in use"},
		"nobody there":     {Options{URL: "nats://127.0.0.1:1"}, "no servers available"},
		"MQTT outside":     {Options{URL: taken.nats, MQTTListen: "127.0.0.1:0"}, "leave the MQTT address empty"},
	} {
		t.Run(name, func(t *testing.T) {
			b, err := Open(t.Context(), tc.options)
			if err == nil {
				closeBus(t, b)
				t.Fatal("opened")
			}
			if !contains(err, tc.want) {
				t.Errorf("error %q does not say %q", err, tc.want)
			}
		})
	}
}

func TestReadyAndClosed(t *testing.T) {
	inEachWorld(t, func(t *testing.T, w world) {
		b := w.open(t)
		if err := b.Ready(); err != nil {
			t.Error(err)
		}
		closeBus(t, b)
		if b.Ready() == nil {
			t.Error("ready after Close")
		}
		if b.Lost() != 0 {
			t.Errorf("lost %d connections", b.Lost())
		}
	})
}
