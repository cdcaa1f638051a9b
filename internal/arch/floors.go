// Package arch keeps the shape of the project: every package has a floor,
// imports go down only, and an outside library has one room. Its test reads
// `go list` and fails on a breach; the table here is the one that
// docs/architecture.md shows.
package arch

import (
	"fmt"
	"sort"
	"strings"
)

// Module is the module path that the floors belong to.
const Module = "suhe"

// Floors gives each package its floor. A package imports only from lower floors.
var floors = map[string]int{
	"geo":                       10,
	"docs":                      10,
	"internal/contract":         20,
	"internal/bus":              10,
	"internal/pgcluster":        9,
	"internal/seal":             10,
	"internal/door":             10,
	"internal/testcert":         9,
	"internal/testclock":        9,
	"internal/freeport":         8,
	"internal/natstest":         9,
	"internal/wholefile":        9,
	"internal/testidp":          9,
	"internal/pgtest":           10,
	"web":                       10,
	"internal/arch":             10,
	"assets":                    20,
	"assets/scene":              21,
	"internal/access":           25,
	"internal/audit":            24,
	"internal/open311":          33,
	"internal/cap":              25,
	"internal/docket":           25,
	"internal/settings":         25,
	"internal/syslog":           25,
	"internal/account":          26,
	"internal/account/key":      27,
	"internal/account/link":     27,
	"internal/account/idp":      27,
	"twin/filter":               30,
	"twin":                      31,
	"twin/alarm":                32,
	"twin/incident":             32,
	"twin/sight":                33,
	"twin/survey":               33,
	"internal/media":            30,
	"internal/public":           35,
	"internal/search":           34,
	"internal/format":           38,
	"tiles/archive":             38,
	"tiles":                     40,
	"tiles/sprite":              39,
	"stream":                    40,
	"stream/command":            40,
	"stream/suhev1":             39,
	"stream/ingest":             40,
	"stream/ingest/deadletter":  39,
	"stream/ingest/mapping":     39,
	"internal/store":            39,
	"internal/store/postgis":    40,
	"internal/store/geopackage": 40,
	"internal/store/storetest":  40,
	"internal/backup":           41,
	"internal/webhook":          41,
	"internal/features":         42,
	"internal/ogc":              45,
	"internal/api":              50,
	"internal/simulate":         50,
	"internal/bench":            55,
	"cmd/suhe":                  60,
}

// rooms gives a library (an import path prefix) the only packages that may import
// it. internal/bench speaks pgx, gorilla and gzip too: its yardsticks and its
// foreign clients must owe nothing to the rooms that they measure.
var rooms = map[string][]string{
	"github.com/tidwall/rtree":      {"geo"},
	"github.com/twpayne/go-geom":    {"geo"},
	"github.com/gorilla/websocket":  {"stream", "internal/bench"},
	"github.com/jackc/pgx/v5":       {"internal/store/postgis", "internal/bench"},
	"modernc.org/sqlite":            {"internal/store/geopackage", "assets", "internal/format", "tiles/archive"},
	"github.com/nats-io":            {"internal/bus", "internal/natstest"},
	"github.com/alecthomas/kong":    {"cmd/suhe"},
	"github.com/paulmach/osm":       {"assets"},
	"github.com/eclipse/paho.mqtt":  {"internal/simulate"},
	"github.com/pressly/goose/v3":   {"internal/store/postgis"},
	"github.com/cespare/xxhash":     {"tiles"},
	"gopkg.in/yaml.v3":              {"docs"},
	"github.com/getkin/kin-openapi": {"internal/contract"},
	"golang.org/x/crypto":           {"internal/account"},
	"github.com/golang-jwt":         {"internal/account"},
	"github.com/coreos/go-oidc":     {"internal/account/idp"},
	"golang.org/x/oauth2":           {"internal/account/idp"},
	"golang.org/x/time":             {"internal/api", "internal/account/key"},
	"github.com/emmansun/gmsm":      {"internal/audit"},
	"github.com/klauspost/compress": {"tiles", "tiles/archive", "assets", "internal/api", "internal/bench", "internal/backup"},
	"filippo.io/age":                {"internal/backup"},
	"github.com/google/cel-go":      {"twin/alarm"},
	"gocloud.dev":                   {"internal/media"},
	"golang.org/x/image":            {"internal/media"},
	"github.com/mozillazg":          {"internal/search"},
	"github.com/google/flatbuffers": {"internal/format"},
}

// Package is one package and what it imports, as `go list` tells.
type Package struct {
	ImportPath string
	Imports    []string
}

// Breaches lists what is wrong with the packages, in order; none is good. A
// package without a floor, a floor or a room whose package is gone, and a
// library that nobody imports any more are breaches too, so the tables cannot rot.
func Breaches(packages []Package) []string {
	var out []string
	seen := map[string]bool{}
	used := map[string]bool{}
	for _, p := range packages {
		name := strings.TrimPrefix(p.ImportPath, Module+"/")
		seen[name] = true
		floor, ok := floors[name]
		if !ok {
			out = append(out, fmt.Sprintf("%s has no floor", name))
			continue
		}
		for _, imported := range p.Imports {
			out = append(out, upward(name, floor, imported)...)
			out = append(out, strangers(name, imported, used)...)
		}
	}
	for name := range floors {
		if !seen[name] {
			out = append(out, fmt.Sprintf("floor of %s, which is gone", name))
		}
	}
	for library := range rooms {
		if !used[library] {
			out = append(out, fmt.Sprintf("room for %s, which nobody imports", library))
		}
	}
	sort.Strings(out)
	return out
}

// upward reports an import of our own that does not go down.
func upward(name string, floor int, imported string) []string {
	inner, own := strings.CutPrefix(imported, Module+"/")
	if !own {
		return nil
	}
	if to, ok := floors[inner]; ok && to >= floor {
		return []string{fmt.Sprintf("%s (floor %d) imports %s (floor %d)", name, floor, inner, to)}
	}
	return nil
}

// strangers reports a library imported outside its room, and notes those in use.
func strangers(name, imported string, used map[string]bool) []string {
	for library, allowed := range rooms {
		if imported != library && !strings.HasPrefix(imported, library+"/") && !strings.HasPrefix(imported, library+".") {
			continue
		}
		used[library] = true
		for _, a := range allowed {
			if a == name {
				return nil
			}
		}
		return []string{fmt.Sprintf("%s imports %s, which belongs to %s", name, imported, strings.Join(allowed, ", "))}
	}
	return nil
}
