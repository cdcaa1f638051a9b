// Package api is the HTTP face of Suhe: it turns requests into questions to the
// rooms below and their answers into JSON, tiles and streams.
//
// Every route names the action that it takes, unless it is about the caller alone
// or for everybody; the caller's scope is asked before the handler runs. Errors are
// problem+json (RFC 9457). Bodies, headers and times are bounded.
package api

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
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
	"suhe/twin/alarm"
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
	return s.guard(s.mux)
}

func newServer(d Deps) *server {
	s := &server{Deps: d, mux: http.NewServeMux(), limits: newLimits(d.Rate),
		systems: features.NewSystems(geo.ShanghaiPlane), downloads: make(chan struct{}, maxDownloads)}
	s.routes()
	return s
}

// routes is the table of the API: pattern, action, handler.
func (s *server) routes() {
	s.open("GET /healthz", s.health)
	s.open("GET /readyz", s.ready)
	s.open("GET /v1/openapi.json", s.openAPI)
	s.open("GET /v1/asyncapi.json", s.asyncAPI)
	s.open(pages, s.page)
	s.mux.HandleFunc(others, func(w http.ResponseWriter, r *http.Request) { fail(w, r, s.Log, s.other(w, r)) })

	s.open("GET /v1/site", s.site)
	s.open("POST /v1/login", s.login)
	s.open("POST /v1/password", s.password)
	s.open("POST /v1/otp", s.enrolOTP)
	s.open("POST /v1/otp/confirm", s.confirmOTP)
	s.own("POST /v1/logout", s.logout)
	s.own("GET /v1/me", s.me)
	s.route("GET /v1/me/movers", access.Handle, s.ownMovers)
	s.route("POST /v1/me/positions", access.Handle, s.once(s.ownPositions))
	s.route("GET /v1/accounts", access.Admit, s.accounts)
	s.route("GET /v1/accounts/{name}", access.Admit, s.account)
	s.route("PUT /v1/accounts/{name}", access.Admit, s.putAccount)
	s.route("DELETE /v1/accounts/{name}", access.Admit, s.removeAccount)
	s.route("POST /v1/accounts/{name}/unlock", access.Admit, s.unlockAccount)
	s.route("POST /v1/accounts/{name}/reset", access.Admit, s.resetAccount)

	s.route("GET /v1/audit", access.Audit, s.auditPage)
	s.route("GET /v1/audit/export", access.Audit, s.auditExport)
	s.route("POST /v1/audit/verify", access.Audit, s.auditVerify)
	s.own("GET /v1/keys", s.keys)
	s.own("POST /v1/keys", s.addKey)
	s.own("DELETE /v1/keys/{id}", s.revokeKey)
	s.route("GET /v1/trees", access.Admit, s.trees)
	s.route("PUT /v1/trees/{name}", access.Admit, s.putTree)
	s.route("DELETE /v1/trees/{name}", access.Admit, s.removeTree)
	s.route("GET /v1/links", access.Admit, s.links)
	s.route("POST /v1/links", access.Admit, s.addLink)
	s.route("DELETE /v1/links/{id}", access.Admit, s.revokeLink)
	s.route("GET /v1/webhooks", access.Admit, s.webhooks)
	s.route("GET /v1/webhooks/{name}", access.Admit, s.webhook)
	s.route("PUT /v1/webhooks/{name}", access.Admit, s.putWebhook)
	s.route("DELETE /v1/webhooks/{name}", access.Admit, s.removeWebhook)
	s.route("POST /v1/webhooks/{name}/test", access.Admit, s.tryWebhook)
	s.open("GET /v1/open", s.openLink)
	s.open("GET /v1/oidc/{name}/start", s.startOIDC)
	s.open("GET /v1/oidc/{name}/callback", s.finishOIDC)

	s.route("GET /metrics", access.Operate, s.metrics)
	s.route("GET /tiles/{layers}", access.View, s.tileJSON)
	s.route("GET /tiles/{layers}/{z}/{x}/{y}", access.View, s.tile)
	s.route("GET /tiles/{layers}/metadata.json", access.View, s.metadata)
	s.route("GET /tiles/{layers}/archive.pmtiles", access.View, s.archive)
	s.route("GET /styles/{name}", access.View, s.style)
	s.route("GET /sprites/{name}", access.View, s.sprite)

	s.route("GET /ogc", access.View, s.ogc((*ogcAsk).landing))
	s.mux.HandleFunc("GET "+ogc.Root+"/{$}", withoutSlash) // some clients put one behind every address
	s.route("GET /ogc/api", access.View, s.ogc((*ogcAsk).api))
	s.route("GET /ogc/conformance", access.View, s.ogc((*ogcAsk).conformance))
	s.route("GET /ogc/tileMatrixSets", access.View, s.ogc((*ogcAsk).matrixSets))
	s.route("GET /ogc/tileMatrixSets/{set}", access.View, s.ogc((*ogcAsk).matrixSet))
	s.route("GET /ogc/tiles", access.View, s.ogc((*ogcAsk).tilesets))
	s.route("GET /ogc/tiles/{set}", access.View, s.ogc((*ogcAsk).tileset))
	s.route("GET /ogc/tiles/{set}/{z}/{row}/{col}", access.View, s.ogcTile)
	s.route("GET /ogc/collections", access.View, s.ogc((*ogcAsk).collections))
	s.route("GET /ogc/collections/{collection}", access.View, s.ogc((*ogcAsk).collection))
	s.route("GET /ogc/collections/{collection}/tiles", access.View, s.ogc((*ogcAsk).tilesets))
	s.route("GET /ogc/collections/{collection}/tiles/{set}", access.View, s.ogc((*ogcAsk).tileset))
	s.route("GET /ogc/collections/{collection}/tiles/{set}/{z}/{row}/{col}", access.View, s.ogcTile)
	s.open("GET /ogc/style.css", s.ogcStyle)
	s.route("GET /ogc/collections/{collection}/queryables", access.View, s.ogc((*ogcAsk).queryables))
	s.route("GET /ogc/collections/{collection}/items", access.View, s.items)
	s.route("GET /ogc/collections/{collection}/items/{id}", access.View, s.item)
	s.route("POST /ogc/collections/{collection}/items", access.Edit, s.once(s.addFeature))
	s.route("PUT /ogc/collections/{collection}/items/{id}", access.Edit, s.putFeature)
	s.route("PATCH /ogc/collections/{collection}/items/{id}", access.Edit, s.patchFeature)
	s.route("DELETE /ogc/collections/{collection}/items/{id}", access.Edit, s.removeFeature)
	s.route("GET /basemaps/{name}", access.View, s.basemapTileJSON)
	s.route("GET /basemaps/{name}/{z}/{x}/{y}", access.View, s.basemapTile)

	s.route("GET /v1/scene", access.View, s.scene)
	s.route("GET /v1/classes", access.View, s.classes)
	s.route("GET /v1/layers", access.View, s.layers)
	s.route("GET /v1/search", access.View, s.search)
	s.route("GET /v1/assets/{id}", access.View, s.asset)
	s.route("PUT /v1/assets/{id}", access.Edit, s.putAsset)
	s.route("DELETE /v1/assets/{id}", access.Edit, s.removeAsset)
	s.route("GET /v1/assets/{id}/observations", access.View, s.series)
	s.route("GET /v1/assets/{id}/revisions", access.View, s.revisions)
	s.route("GET /v1/assets/{id}/revisions/{revision}", access.View, s.revision)
	s.route("POST /v1/assets/{id}/revisions/{revision}/restore", access.Edit, s.restoreRevision)
	s.route("POST /v1/observations", access.Observe, s.once(s.observations))
	s.route("POST /v1/ingest/{mapping}", access.Observe, s.once(s.mapped))
	s.route("GET /v1/mappings", access.Repair, s.mappings)
	s.route("POST /v1/mappings/{name}/try", access.Repair, s.tryMapping)
	s.route("GET /v1/commands", access.Command, s.commandKinds)
	s.route("POST /v1/devices/{id}/commands", access.Command, s.once(s.sendCommand))
	s.route("GET /v1/devices/{id}/commands", access.Command, s.commands)
	s.route("POST /v1/devices/{id}/acks", access.Observe, s.ack)
	s.route("GET /v1/devices/{id}/commands/{command}", access.Command, s.command)
	s.route("GET /v1/deadletters", access.Repair, s.deadLetters)
	s.route("GET /v1/deadletters/{seq}", access.Repair, s.deadLetter)
	s.route("DELETE /v1/deadletters/{seq}", access.Repair, s.removeDeadLetter)
	s.route("POST /v1/deadletters/{seq}/replay", access.Repair, s.replayDeadLetter)
	s.route("POST /v1/deadletters/replay", access.Repair, s.replayDeadLetters)
	s.route("GET /v1/assets/{id}/track", access.View, s.track)
	s.route("POST /v1/positions", access.Observe, s.once(s.positions))
	s.route("GET /v1/findings", access.View, s.findings)
	s.cameraRoutes()
	s.surveys()
	s.route("GET /open311/v2/{list}", access.View, s.open311Lists)
	s.route("POST /open311/v2/{list}", access.Report, s.once(s.open311Report))
	s.route("GET /open311/v2/services/{service}", access.View, s.open311Service)
	s.route("GET /open311/v2/requests/{id}", access.View, s.open311Request)
	s.route("GET /v1/incidents", access.View, s.incidents)
	s.route("POST /v1/incidents", access.Report, s.once(s.beginIncident))
	s.route("GET /v1/incidents/classes", access.View, s.incidentClasses)
	s.route("GET /v1/incidents/{id}", access.View, s.incident)
	s.route("GET /v1/incidents/{id}/events", access.View, s.incidentEvents)
	s.route("GET /v1/incidents/{id}/advice", access.Dispatch, s.incidentAdvice)
	s.route("GET /v1/incidents/{id}/contacts", access.View, s.incidentContact)
	s.route("POST /v1/incidents/{id}/files", access.Report, s.addFile)
	s.route("GET /v1/incidents/{id}/files/{file}", access.View, s.incidentFile)
	s.route("GET /v1/incidents/{id}/uploads/{upload}", access.Report, s.upload)
	s.route("PUT /v1/incidents/{id}/uploads/{upload}", access.Report, s.putUpload)
	s.route("POST /v1/incidents/{id}/{verb}", access.Report, s.once(s.stepIncident))
	s.route("GET /v1/evaluation", access.View, s.evaluation)
	s.route("GET /v1/calendar", access.View, s.calendar)
	s.route("GET /v1/calendar/due", access.View, s.calendarDue)
	s.signed("POST /v1/hooks/{hook}", s.hook)
	s.papers("/v1/rules", alarm.RuleKind)
	s.papers("/v1/fences", alarm.FenceKind)
	s.papers("/v1/silences", alarm.SilenceKind)
	s.route("POST /v1/rules/check", access.Rule, s.checkRule)
	s.route("GET /v1/cap", access.View, s.capFeed)
	s.route("POST /v1/cap", access.Rule, s.capWarning)
	s.route("GET /v1/cap/{id}", access.View, s.capAlarm)
	s.papers("/v1/warnings", alarm.WarningKind)
	s.route("GET /v1/alarms", access.View, s.alarms)
	s.route("GET /v1/alarms/statistics", access.View, s.alarmStatistics)
	s.route("GET /v1/alarms/{id}", access.View, s.alarm)
	s.route("GET /v1/alarms/{id}/events", access.View, s.alarmEvents)
	s.route("POST /v1/alarms/{id}/{verb}", access.Dispatch, s.stepAlarm)
	s.hailed("GET /v1/stream", access.View, s.stream)
	s.route("GET /v1/events", access.View, s.events)
	s.route("GET /v1/backup", access.Operate, s.backup)
	s.route("POST /v1/tickets", access.View, s.ticket)
}

// handler answers a request of a principal, or returns the error to answer with.
type handler func(w http.ResponseWriter, r *http.Request, who access.Principal) error

// route adds a route that only those may take whose scope allows the action.
func (s *server) route(pattern string, action access.Action, h handler) {
	s.credited(pattern, string(action), permitted(action, h))
}

// permitted lets the handler run for those alone whose scope allows the action.
func permitted(action access.Action, h handler) handler {
	return func(w http.ResponseWriter, r *http.Request, who access.Principal) error {
		if !who.Scope.May(action) {
			return access.Denied(who, action)
		}
		return h(w, r, who)
	}
}

// hailed is route for a WebSocket whose client may also say who it is by its first
// message: a page of another origin can send no header along. Until then it is
// nobody, who may nothing.
func (s *server) hailed(pattern string, action access.Action, h handler) {
	s.handle(pattern, string(action), func(w http.ResponseWriter, r *http.Request) {
		who, err := s.who(r)
		if errors.Is(err, access.ErrNobody) && strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
			s.serve(w, r, access.Principal{}, nil, h)
			return
		}
		s.serve(w, r, who, err, permitted(action, h))
	})
}

// own adds a route about the caller alone, whoever it is.
func (s *server) own(pattern string, h handler) { s.credited(pattern, Own, h) }

// credited adds a route that wants to know who asks.
func (s *server) credited(pattern, takes string, h handler) {
	s.handle(pattern, takes, func(w http.ResponseWriter, r *http.Request) {
		who, err := s.who(r)
		s.serve(w, r, who, err, h)
	})
}

// serve answers a request of who asks, or with what is wrong with that.
func (s *server) serve(w http.ResponseWriter, r *http.Request, who access.Principal, err error, h handler) {
	r, wrong := acting(r, who)
	if err == nil {
		err = wrong
	}
	if err == nil {
		err = h(w, r, who)
	}
	if err != nil {
		s.fail(w, r, err)
	}
}

// who finds out who asks, and whether it does not ask too often. Saying who one is
// costs us some work, so an address that often cannot is not listened to.
func (s *server) who(r *http.Request) (access.Principal, error) {
	now := time.Now()
	if err := s.limits.stranger(r, 0, now); err != nil {
		return access.Principal{}, err
	}
	who, err := s.Gate.Who(r)
	if err != nil {
		_ = s.limits.stranger(r, 1, now) // counted; what is wrong is known
		return access.Principal{}, err
	}
	return who, s.limits.admit(r, who, now)
}

// signed adds a route whose requests are signed: who signs may take its one
// action and nothing else, so the handler checks the signature first of all.
// What comes from one address is bounded before that.
func (s *server) signed(pattern string, h func(w http.ResponseWriter, r *http.Request) error) {
	s.handle(pattern, Signed, func(w http.ResponseWriter, r *http.Request) {
		r, _ = acting(r, access.Principal{}) // a machine gives no reasons
		err := s.limits.admit(r, access.Principal{ID: "hooks"}, time.Now())
		if err == nil {
			err = h(w, r)
		}
		if errors.Is(err, access.ErrUnauthenticated) {
			w.Header().Set("WWW-Authenticate", access.SignatureHeader)
		}
		if err != nil {
			s.fail(w, r, err)
		}
	})
}

// open adds a route for everybody: health, the page's own files, and logging in,
// which records refusals itself.
func (s *server) open(pattern string, h func(w http.ResponseWriter, r *http.Request) error) {
	s.handle(pattern, Open, func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			fail(w, r, s.Log, err)
		}
	})
}
