package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"suhe/assets"
	"suhe/assets/scene"
	"suhe/geo"
	"suhe/internal/audit"
	"suhe/internal/seal"
)

// cli is the whole command line. Every flag is also SUHE_<FLAG> in the
// environment, SUHE_<FLAG>_FILE for the name of a file that holds the value,
// and a key of the JSON file named by --config.
type cli struct {
	Config   kong.ConfigFlag  `help:"JSON file with flags by name." placeholder:"FILE" env:"SUHE_CONFIG"`
	LogLevel string           `help:"Least level to log: debug, info, warn, error." default:"info"`
	Version  kong.VersionFlag `help:"Print the version and leave."`

	Serve    serveCmd    `cmd:"" help:"Serve the twin."`
	Check    checkCmd    `cmd:"" help:"Print the effective configuration, or what a mapping makes of a sample, and what is wrong with it."`
	Import   importCmd   `cmd:"" help:"Read assets from a file into the registry."`
	Export   exportCmd   `cmd:"" help:"Write assets or tiles to a file."`
	User     userCmd     `cmd:"" help:"Accounts of people."`
	Login    loginCmd    `cmd:"" help:"Log in at a running node and print the header that lets requests in."`
	Device   deviceCmd   `cmd:"" help:"Credentials of devices."`
	Hook     hookCmd     `cmd:"" help:"Webhooks by which algorithms send findings."`
	Key      keyCmd      `cmd:"" help:"API keys, by which programs act for an account."`
	Link     linkCmd     `cmd:"" help:"Links that open a page on a screen that nobody attends."`
	Gateway  gatewayCmd  `cmd:"" help:"Credentials of gateways, which speak for the devices of their mappings."`
	Letters  lettersCmd  `cmd:"" name:"deadletters" help:"What a node refused: read it, and let it in again."`
	Audit    auditCmd    `cmd:"" help:"The record of who did what: list, verify, export."`
	Backup   backupCmd   `cmd:"" help:"Backups of all that a node keeps."`
	Restore  restoreCmd  `cmd:"" help:"Restore a backup to an empty data folder, and database."`
	Seal     sealCmd     `cmd:"" help:"Keys that seal values in the store."`
	Simulate simulateCmd `cmd:"" help:"Play the scene's devices and movers as MQTT clients."`
	Bench    benchCmd    `cmd:"" help:"Measure this machine: figures beside yardsticks."`
}

// storage is where a node keeps what it must not forget.
type storage struct {
	DataDir  string `help:"Folder for the GeoPackage, the streams and the keys." default:"./data" placeholder:"DIR"`
	SealKey  string `help:"File of the keys that seal phone numbers, stream addresses and secrets in the store, made if there is none; nodes that work together have the same. Default: store-seal.key in the data folder." placeholder:"FILE" name:"seal-key-file"`
	Database string `help:"Store in this PostGIS (postgres://…) instead of the GeoPackage." placeholder:"URL" secret:""`

	AuditHash audit.Algorithm `help:"Hash that chains a new audit record: sha256 or sm3." default:"sha256" enum:"sha256,sm3"`
}

// place finds a file of the data folder.
func (s storage) place(name string) string { return filepath.Join(s.DataDir, name) }

// check says what is wrong, one line each.
func (s storage) check() (wrong []string) {
	if s.DataDir == "" {
		wrong = append(wrong, "data-dir: empty, want a folder")
	}
	if s.Database != "" && !strings.HasPrefix(s.Database, "postgres://") && !strings.HasPrefix(s.Database, "postgresql://") {
		wrong = append(wrong, "database: want a postgres:// address")
	}
	return wrong
}

// settings are all that a node is told.
type settings struct {
	storage
	doorway
	keeping
	logins
	auditing
	cities
	loop
	alarming
	remembering
	webhooks
	playing
	Listen      string            `help:"Address of the HTTP listener." default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
	MQTTListen  string            `help:"Address of the MQTT listener." default:"127.0.0.1:1883" placeholder:"HOST:PORT" name:"mqtt-listen"`
	NATS        string            `help:"Use this NATS (nats://…) instead of the embedded one." placeholder:"URL" name:"nats" secret:""`
	Demo        bool              `help:"Fill an empty store with the built-in scene, play its devices, and make an account for each role."`
	SceneSize   int               `help:"Riverbank assets of the built-in scene, up to 1000000." default:"20000"`
	SceneSeed   uint64            `help:"The same seed makes the same scene." default:"1"`
	SceneSurge  float64           `help:"Metres by which the demo's creek rises above the tide within a minute, as in a storm; at most 5." default:"0" placeholder:"METRES"`
	SceneStorms time.Duration     `help:"Every so long --scene-surge comes and goes, the first time two minutes after the start; 0 for one that comes at once and stays." default:"0s"`
	Rate        float64           `help:"Requests a second of each principal from each address; 0 for no bound." default:"2000" name:"request-rate"`
	Drain       time.Duration     `help:"How long a node that stops says so by /readyz before it takes no more requests." default:"1s"`
	Basemap     map[string]string `help:"Serve a PMTiles or MBTiles file as /basemaps/NAME; may be repeated." placeholder:"NAME=FILE"`
	Mappings    string            `help:"Folder of mappings (*.json) for third parties' payloads; changes are followed." placeholder:"DIR"`
	Public      publicView        `embed:""`
}

// check says what is wrong, one line each.
func (s *settings) check() (wrong []string) {
	wrong = s.storage.check()
	wrong = append(wrong, s.doorway.check()...)
	wrong = append(wrong, s.keeping.check()...)
	wrong = append(wrong, s.logins.check()...)
	wrong = append(wrong, s.auditing.check()...)
	wrong = append(wrong, s.cities.check()...)
	wrong = append(wrong, s.loop.check()...)
	wrong = append(wrong, s.remembering.check()...)
	wrong = append(wrong, s.webhooks.check()...)
	wrong = append(wrong, s.playing.check()...)
	wrong = append(wrong, s.checkListen("listen", s.Listen, s.TLSCert != "" || len(s.TrustedProxy) > 0, "--tls-cert, --trusted-proxy")...)
	wrong = append(wrong, s.checkListen("mqtt-listen", s.MQTTListen, s.MQTTCert != "", "--mqtt-cert")...)
	if s.NATS != "" && !strings.HasPrefix(s.NATS, "nats://") && !strings.HasPrefix(s.NATS, "tls://") {
		wrong = append(wrong, "nats: want a nats:// address")
	}
	if s.SceneSize < 1 || s.SceneSize > scene.MaxSize {
		wrong = append(wrong, fmt.Sprintf("scene-size: %d, want 1 to %d", s.SceneSize, scene.MaxSize))
	}
	wrong = append(wrong, checkSurge("scene-surge", s.SceneSurge, "scene-storms", s.SceneStorms)...)
	if !(s.Rate >= 0) {
		wrong = append(wrong, fmt.Sprintf("request-rate: %v, want 0 or more", s.Rate))
	}
	if s.Drain < 0 || s.Drain > time.Minute {
		wrong = append(wrong, fmt.Sprintf("drain: %v, want 0s to 1m", s.Drain))
	}
	wrong = append(wrong, s.Public.check()...)
	return append(wrong, s.checkBasemaps()...)
}

// basemapName is what may stand for a base map in addresses.
var basemapName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)

// checkBasemaps refuses names that cannot stand in an address.
func (s *settings) checkBasemaps() (wrong []string) {
	for _, name := range slices.Sorted(maps.Keys(s.Basemap)) {
		if !basemapName.MatchString(name) {
			wrong = append(wrong, fmt.Sprintf("basemap: %q, want a name of 1 to 64 of a-z, 0-9, _ and -", name))
		}
	}
	return wrong
}

// fileBehindEnvironment reads the configuration file. An environment variable
// wins over it, which kong's own JSON does not do.
func fileBehindEnvironment(r io.Reader) (kong.Resolver, error) {
	values := map[string]any{}
	if err := json.NewDecoder(r).Decode(&values); err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		if inEnvironment(flag) {
			return nil, nil
		}
		return values[flag.Name], nil
	}), nil
}

// secretFile reads a value from the file that SUHE_<FLAG>_FILE names, so that a
// secret need not stand in the environment.
func secretFile(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if inEnvironment(flag) {
		return nil, nil
	}
	for _, name := range flag.Envs {
		file := os.Getenv(name + "_FILE")
		if file == "" {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("%s_FILE: %w", name, err)
		}
		return strings.TrimRight(string(text), "\r\n"), nil
	}
	return nil, nil
}

func inEnvironment(flag *kong.Flag) bool {
	for _, name := range flag.Envs {
		if _, ok := os.LookupEnv(name); ok {
			return true
		}
	}
	return false
}

// masked is an address without its password.
func masked(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "(no address)"
	}
	return u.Redacted()
}

// newRegistry is the registry over a store, with the tables and the river that
// this binary carries.
func newRegistry(store assets.Store) *assets.Registry {
	return assets.NewRegistry(store, assets.DefaultClasses(), river())
}

// sealing is newRegistry with the keys of the storage, for whoever writes.
func (s storage) sealing(store assets.Store) (*assets.Registry, error) {
	keys, err := seal.Open(s.sealFile())
	if err != nil {
		return nil, err
	}
	return newRegistry(store).SealBy(keys), nil
}

// sealFile is the file of the keys that seal.
func (s storage) sealFile() string {
	if s.SealKey != "" {
		return s.SealKey
	}
	return s.place("store-seal.key")
}

func river() *geo.River { return scene.River() }
