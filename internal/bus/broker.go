package bus

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strconv"
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

// ample is more than any disk: JetStream shall be bounded by its streams, not by
// a guess made at start from the disk's free space.
const ample = 1 << 50

// broker is the NATS server in this process.
type broker struct {
	server   *server.Server
	login    *login
	mqttAddr string
}

func startBroker(o Options, log *slog.Logger) (*broker, error) {
	if o.Dir == "" {
		return nil, errors.New("bus: the embedded broker needs a folder: Dir is empty")
	}
	if err := os.MkdirAll(o.Dir, 0o750); err != nil {
		return nil, fmt.Errorf("bus: folder of the broker: %w", err)
	}
	opts, err := serverOptions(o)
	if err != nil {
		return nil, err
	}
	gate := newLogin(o.Login, o.Inboxes)
	opts.CustomClientAuthentication = gate
	s, err := server.NewServer(opts)
	if err != nil {
		return nil, fmt.Errorf("bus: embedded broker: %w", err)
	}
	sink := newSink(log)
	s.SetLogger(sink, false, false)
	b := &broker{server: s, login: gate}
	gate.server = s
	s.Start()
	if err := sink.fatal(); err != nil {
		b.stop()
		return nil, fmt.Errorf("bus: embedded broker: %w", err)
	}
	if !s.ReadyForConnections(openTimeout) {
		b.stop()
		return nil, errors.New("bus: embedded broker is not ready")
	}
	if o.MQTTListen != "" {
		b.mqttAddr = net.JoinHostPort(opts.MQTT.Host, strconv.Itoa(opts.MQTT.Port))
	}
	return b, nil
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
	opts.MQTT.TLSConfig = o.MQTTTLS
	opts.MQTT.TLSTimeout = 5
	return opts, nil
}

// as returns the options of a connection from this process into the account.
func (b *broker) as(account string) []nats.Option {
	return []nats.Option{
		nats.InProcessServer(b.server),
		nats.UserInfo(account, b.login.secret),
	}
}

func (b *broker) stop() {
	b.login.stop()
	b.server.Shutdown()
	b.server.WaitForShutdown()
}
