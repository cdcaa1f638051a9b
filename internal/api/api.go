// Package api is the HTTP face of Suhe: it turns requests into questions to the
// rooms below and their answers into JSON, tiles and streams.
//
// Every route names the action that it takes, unless it is about the caller alone
// or for everybody; the caller's scope is asked before the handler runs. Errors are
// problem+json (RFC 9457). Bodies, headers and times are bounded.
package api

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/internal/door"
	"suhe/internal/features"
	"suhe/internal/ogc"
	"suhe/stream/ingest"
	"suhe/stream/ingest/deadletter"
	"suhe/tiles"
	"suhe/twin"
)

// World is what the API asks of the living world.
type World interface {
	ByID(id assets.ID) *twin.Thing
	Each(kind assets.Kind, yield func(*twin.Thing) bool)
	Counts(sees func(access.Facet) bool) []twin.Count
	Wait(ctx context.Context, p twin.Position) error
}

// Registry takes edits. It answers when they are committed. Place derives what
// follows from where and what an asset is.
type Registry interface {
	Place(a *assets.Asset) *assets.Asset
	Opened(a *assets.Asset) *assets.Asset
	Area(code string) (id assets.ID, box orb.Bound, known bool)
	Edit(ctx context.Context, by, why string, e assets.Edit) (*assets.Asset, assets.Verdict, error)
}

// Relay brings what is committed into the log and says how far that is.
type Relay interface {
	Flush(ctx context.Context) (events uint64, err error)
}

// History answers with time series; see twin.History.
type History interface {
	Series(ctx context.Context, id assets.ID, phenomenon string, from, to time.Time, limit int) ([]twin.Sample, error)
	Fixes(ctx context.Context, id assets.ID, from, to time.Time, limit int) ([]twin.Fix, error)
	Findings(ctx context.Context, q twin.FindingQuery) ([]twin.Finding, error)
}

// Tiles serves tiles and what describes them. An error that comes back has not
// been answered yet.
type Tiles interface {
	ServeTile(w http.ResponseWriter, r *http.Request, who access.Principal, a tiles.Address) error
	ServeTileJSON(w http.ResponseWriter, r *http.Request, who access.Principal, layer, base string) error
	ServeMetadata(w http.ResponseWriter, r *http.Request, who access.Principal, layers, base string) error
	ServeArchive(w http.ResponseWriter, r *http.Request, who access.Principal, layers string) error
	ServeStyle(w http.ResponseWriter, r *http.Request, name, lang, base string) error
	ServeSprite(w http.ResponseWriter, r *http.Request, name string) error
	Layers(scope access.Scope) []tiles.LayerInfo
}

// Basemaps serves archives of tiles and what describes them. An error that comes
// back has not been answered yet.
type Basemaps interface {
	ServeTile(w http.ResponseWriter, r *http.Request, who access.Principal, a tiles.Address) error
	ServeTileJSON(w http.ResponseWriter, r *http.Request, who access.Principal, name, base string) error
}

// Streams serves what is live. A WebSocket session goes on when Serve returns. An
// error that comes back has not been answered yet.
type Streams interface {
	Serve(w http.ResponseWriter, r *http.Request, who access.Principal) error
	ServeEvents(w http.ResponseWriter, r *http.Request, who access.Principal) error
}

// Intake takes observations, as they are or through a mapping.
type Intake interface {
	ServeObservations(w http.ResponseWriter, r *http.Request, from ingest.Sender) error
	ServeMapped(w http.ResponseWriter, r *http.Request, from ingest.Sender, mapping string) error
	Speaks(gateway, device assets.ID) bool
}

// Doors let in again what was refused.
type Doors interface {
	Replay(ctx context.Context, l deadletter.Letter) (ingest.Report, error)
}

// Places takes a batch of positions.
type Places interface {
	ServePositions(w http.ResponseWriter, r *http.Request, from ingest.Sender) error
}

// Findings takes a message of findings that is known to be the hook's.
type Findings interface {
	Batch(ctx context.Context, hook string, body []byte) (ingest.Report, error)
}

// Hooks know the signatures of webhooks; see access.Hooks.
type Hooks interface {
	Take(ctx context.Context, name, signature string, body []byte, now time.Time, take func() error) error
}

// Gate says who asks. ErrUnauthenticated asks for credentials.
type Gate interface {
	Who(r *http.Request) (access.Principal, error)
}

// Deps are the rooms below, each by what the API needs of it.
type Deps struct {
	Live     Views
	Public   Public // nil: there is no public view
	Registry Registry
	Relay    Relay
	Classes  *assets.Classes
	Basemaps Basemaps
	Intake   Intake
	Mappings Mappings

	Places   Places
	Findings Findings
	Hooks    Hooks

	DeadLetters DeadLetters
	Doors       Doors
	Commands    Commands
	Holds       Holds
	Player      Player  // nil: no media server is known
	Answers     Answers // of requests with an Idempotency-Key
	Backups     Backups
	Incidents   Incidents
	Media       Media // files of incidents
	Alarms      Alarms
	Library     Library // of rules, fences and silences
	Trials      Trials  // of rules

	Door       Door
	Gate       Gate
	Logins     Logins
	Accounts   Accounts
	Keys       Keys
	Links      Links
	Webhooks   Webhooks
	Cities     map[string]City // identity providers by name
	Federation Federation
	Tickets    *access.Tickets
	Recorder   Recorder
	Audit      Audit
	Site       Site
	Rate       float64 // requests a second of each principal from each address; 0: no bound
	Log        *slog.Logger
}

// Door is who may come to the routes at all, whoever they are.
type Door struct {
	Proxies door.Proxies
	Origins door.Origins
}

// Site is what the API serves besides the rooms.
type Site struct {
	Scene   Scene
	OIDC    []Provider   // other places where one can log in
	Dataset ogc.Dataset  // what /ogc describes; of its layers a caller is told the fields that it is shown
	Pages   fs.FS        // the built front end; without an index.html `/` says how to build it
	Metrics http.Handler // /metrics
	Ready   func() error // nil when the node can answer
}

// server carries the dependencies to the handlers.
type server struct {
	Deps
	mux       *http.ServeMux
	table     []Route
	limits    *limits
	packed    packed
	systems   features.Systems
	extents   features.Extents
	downloads chan struct{} // has room for those that may be at once
}

// New builds the handler of the whole HTTP face.
func New(d Deps) http.Handler {
	s := newServer(d)
	return s.guard(pack(s.mux))
}

func newServer(d Deps) *server {
	s := &server{Deps: d, mux: http.NewServeMux(), limits: newLimits(d.Rate),
		systems: features.NewSystems(geo.ShanghaiPlane), downloads: make(chan struct{}, maxDownloads)}
	s.routes()
	return s
}
