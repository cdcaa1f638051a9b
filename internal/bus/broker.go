package bus

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// The accounts of an embedded broker. Subjects and streams of one cannot be
// reached from the other.
const (
	nodeAccount = "NODE"
	mqttAccount = "MQTT"
)

// accounts is the part of the broker's configuration that can be given as text
// only. The payload limit counts the header that the broker puts before an MQTT
// payload: 25 bytes.
const accounts = `
accounts {
  NODE: { jetstream: enabled }
  MQTT: { jetstream: enabled, limits: { max_payload: %d } }
}`

const mqttHeader = 25

// headroom is for the headers of a message, which the broker counts with it.
const headroom = 4 << 10

// busyPatience is how long the broker waits for its own storage and for a reader
// before it closes a connection. Its own five and ten seconds closed devices that
// did nothing wrong on a machine busy with something else.
const busyPatience = 30 * time.Second

// endPatience is how long a server may take to end.
const endPatience = busyPatience + 10*time.Second

// ample is more than any disk: JetStream shall be bounded by its streams, not by
// a guess made at start from the disk's free space.
const ample = 1 << 50

// broker is the NATS server in this process.
type broker struct {
	options  Options // with the MQTT port that the first server got
	log      *slog.Logger
	login    *login
	server   atomic.Pointer[server.Server] // the one that runs
	mqttAddr atomic.Value                  // string; a broker that is mended keeps it

	broken  atomic.Pointer[error] // why it cannot write, or nil
	failing chan error
	hung    chan struct{} // closed when a server does not end
	mending sync.WaitGroup
}

func startBroker(o Options, log *slog.Logger) (*broker, error) {
	if o.Dir == "" {
		return nil, errors.New("bus: the embedded broker needs a folder: Dir is empty")
	}
	if err := os.MkdirAll(o.Dir, 0o750); err != nil {
		return nil, fmt.Errorf("bus: folder of the broker: %w", err)
	}
	b := &broker{options: o, log: log, login: newLogin(o.Login, o.Inboxes), failing: make(chan error, 1), hung: make(chan struct{})}
	if err := b.start(); err != nil {
		b.stop()
		return nil, err
	}
	b.mending.Go(b.mend)
	return b, nil
}

// start starts a server on the folder.
func (b *broker) start() error {
	opts, err := serverOptions(b.options)
	if err != nil {
		return err
	}
	opts.CustomClientAuthentication = b.login
	s, err := server.NewServer(opts)
	if err != nil {
		return fmt.Errorf("bus: embedded broker: %w", err)
	}
	sink := newSink(b.log, b.failed)
	s.SetLogger(sink, false, false)
	b.login.server.Store(s)
	b.server.Store(s)
	s.Start()
	if err := sink.fatal(); err != nil {
		return fmt.Errorf("bus: embedded broker: %w", err)
	}
	if !s.ReadyForConnections(openTimeout) {
		return errors.New("bus: embedded broker is not ready")
	}
	if opts.MQTT.Port != 0 {
		b.options.MQTTListen = net.JoinHostPort(opts.MQTT.Host, strconv.Itoa(opts.MQTT.Port))
		b.mqttAddr.Store(b.options.MQTTListen)
	}
	return nil
}

func serverOptions(o Options) (*server.Options, error) {
	opts := new(server.Options)
	if err := opts.ProcessConfigString(fmt.Sprintf(accounts, MaxLetter+mqttHeader)); err != nil {
		return nil, fmt.Errorf("bus: accounts of the embedded broker: %w", err)
	}
	opts.ServerName = "suhe"
	opts.DontListen = true
	opts.NoSigs = true
	opts.MaxPayload = MaxMessage + headroom
	opts.MaxPending = 8 * MaxMessage // a burst must not make us the slow consumer that is thrown out
	opts.WriteDeadline = busyPatience
	opts.JetStream = true
	opts.StoreDir = o.Dir
	opts.JetStreamMaxStore = ample
	opts.SyncInterval = time.Second
	opts.DisableJetStreamBanner = true
	if o.MQTTListen == "" {
		return opts, nil
	}
	host, port, err := net.SplitHostPort(o.MQTTListen)
	if err != nil {
		return nil, fmt.Errorf("bus: MQTT address %q is not host:port: %w", o.MQTTListen, err)
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("bus: MQTT address %q: port %q out of [0,65535]", o.MQTTListen, port)
	}
	opts.MQTT.Host, opts.MQTT.Port = host, int(number)
	if number == 0 {
		opts.MQTT.Port = -1 // the server's word for "any"
	}
	opts.MQTT.AckWait = postAgain
	opts.MQTT.TLSConfig = o.MQTTTLS
	opts.MQTT.TLSTimeout = 5
	opts.MQTT.JSAPITimeout = busyPatience
	return opts, nil
}

// as returns the options of a connection from this process into the account.
func (b *broker) as(account string) []nats.Option {
	return []nats.Option{
		nats.InProcessServer(b),
		nats.UserInfo(account, b.login.secret),
	}
}

// InProcessConn connects to the server that runs now: after another was started
// a connection mends itself.
func (b *broker) InProcessConn() (net.Conn, error) { return b.server.Load().InProcessConn() }

func (b *broker) stop() {
	b.login.stop()
	b.mending.Wait()
	select {
	case <-b.hung:
	default:
		b.end()
	}
}

// end ends the server that runs. One that hangs in a lock of its own (nats-server
// 2.15.2 does if it purges a stream just when the disk is full) cannot be ended:
// then end says so by hung and returns false.
func (b *broker) end() bool {
	s := b.server.Load()
	if s == nil {
		return true
	}
	ended := make(chan struct{})
	go func() {
		s.Shutdown()
		s.WaitForShutdown()
		close(ended)
	}()
	select {
	case <-ended:
		return true
	case <-time.After(endPatience):
		close(b.hung)
		return false
	}
}
