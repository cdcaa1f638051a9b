package api_test

import (
	"context"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/access"
	"suhe/internal/api"
	"suhe/twin"
)

const (
	ownArea   = "310107005"
	otherArea = "310107014"
)

// of is somebody with the role in the own area.
func of(role access.Role) access.Principal {
	return access.Principal{ID: string(role), Scope: access.GrantOf([]access.Role{role}, []string{ownArea}).Compile(nil)}
}

// lens is a camera of the own area with all that only some may see.
func lens() *twin.Thing {
	return &twin.Thing{Asset: &assets.Asset{
		ID: "cam-1", FID: 2, Kind: assets.Camera, Class: "camera.dome", Name: "球机", Owner: "owner-secret", Lifecycle: assets.InUse, Sensitivity: assets.Internal,
		Location: assets.Location{Area: ownArea}, Shape: assets.Shape{Geometry: geo.Solid{Plane: orb.Point{121.44, 31.25}}},
		Revision:   assets.Revision{N: 3, By: "by-secret", Why: "why-secret"},
		Properties: assets.Properties{{Key: "contact", Value: "contact-secret"}, {Key: "model", Value: "m"}, {Key: "stream", Value: "stream-secret"}},
		Camera:     &assets.CameraSpec{GBID: "gbid-secret", PTZ: "dome"},
	}, State: twin.State{Communication: twin.Online, Data: twin.None, Service: twin.Normal}}
}

func TestFieldsThatAreNotShownAreLeftOut(t *testing.T) {
	for _, c := range []struct {
		role   access.Role
		hidden []string // of what the camera has
	}{
		{access.Operator, nil},
		{access.Patrol, []string{"contact"}},
		{access.Planner, []string{"contact", "gbId", "stream"}},
	} {
		t.Run(string(c.role), func(t *testing.T) {
			r := open()
			r.who, r.thing = of(c.role), lens()
			w := ask(handler(r, nil), http.MethodGet, "/v1/assets/cam-1", "")
			var told struct {
				Hidden []string
				Owner  string
			}
			if err := json.Unmarshal(w.Body.Bytes(), &told); err != nil || w.Code != http.StatusOK || told.Owner != "owner-secret" {
				t.Fatalf("%d %s %v", w.Code, w.Body, err)
			}
			for name, secret := range map[string]string{"contact": "contact-secret", "gbId": "gbid-secret", "stream": "stream-secret"} {
				if strings.Contains(w.Body.String(), secret) == slices.Contains(c.hidden, name) {
					t.Errorf("%s: %s", name, w.Body)
				}
				if slices.Contains(told.Hidden, name) != slices.Contains(c.hidden, name) {
					t.Errorf("hidden are %v", told.Hidden)
				}
			}
		})
	}
}

// Who sees a part of a document and puts it back takes nothing away of the rest,
// and sets nothing of it.
func TestPuttingARedactedDocumentBackKeepsTheRest(t *testing.T) {
	r := open()
	r.who, r.thing = of(access.Planner), lens()
	var took assets.Edit
	r.edit = func(e assets.Edit) (*assets.Asset, assets.Verdict, error) {
		took = e
		return e.Asset, assets.Changed, nil
	}
	h := handler(r, nil)
	seen := ask(h, http.MethodGet, "/v1/assets/cam-1", "").Body.String()
	w := ask(h, http.MethodPut, "/v1/assets/cam-1", strings.Replace(seen, "球机", "新球机", 1))
	if w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if a := took.Asset; a.Name != "新球机" || a.Camera.GBID != "gbid-secret" || a.Properties.Text("stream") != "stream-secret" || a.Properties.Text("contact") != "contact-secret" || took.WasRev != 3 {
		t.Errorf("edit %+v", took)
	}
	if strings.Contains(w.Body.String(), "stream-secret") || strings.Contains(w.Body.String(), "gbid-secret") {
		t.Errorf("the answer tells what is hidden: %s", w.Body)
	}
	for _, set := range []string{`"model":"m","stream":"x"`, `"model":"m","phone":"x"`} {
		w = ask(h, http.MethodPut, "/v1/assets/cam-1", strings.Replace(seen, `"model":"m"`, set, 1))
		if w.Code != http.StatusForbidden {
			t.Errorf("%s was set: %d %s", set, w.Code, w.Body)
		}
	}
}

func TestOnlyTheOwnIsEdited(t *testing.T) {
	at := func(kind assets.Kind, class, area string, s assets.Sensitivity) *assets.Asset {
		return &assets.Asset{ID: "x-1", FID: 9, Kind: kind, Class: class, Lifecycle: assets.InUse, Sensitivity: s, Location: assets.Location{Area: area},
			Shape: assets.Shape{Geometry: geo.Solid{Plane: orb.Point{121.44, 31.25}}}, Revision: assets.Revision{N: 1}}
	}
	lamp := func(area string) *assets.Asset { return at(assets.Fixture, "asset.lamp", area, 0) }
	everywhere := access.Principal{ID: "anna", Scope: access.GrantOf([]access.Role{access.Planner}, []string{access.Everywhere}).Compile(nil)}
	for _, c := range []struct {
		name    string
		who     access.Principal
		was, is *assets.Asset // nil: it is not there, or it is removed
		status  int
	}{
		{"a lamp of the own", of(access.Planner), lamp(ownArea), lamp(ownArea), 200},
		{"a new one of the own", of(access.Planner), nil, lamp(ownArea), 200},
		{"a lamp of others looks as if it were not there", of(access.Planner), lamp(otherArea), lamp(ownArea), 404},
		{"removed, too", of(access.Planner), lamp(otherArea), nil, 404},
		{"a new one of others", of(access.Planner), nil, lamp(otherArea), 403},
		{"moved to others", of(access.Planner), lamp(ownArea), lamp(otherArea), 403},
		{"moved outside all", of(access.Planner), lamp(ownArea), lamp(""), 403},
		{"another kind that is not edited", of(access.Planner), lamp(ownArea), at(assets.Mover, "mover.boat", ownArea, 2), 403},
		{"more sensitive than is seen", of(access.Planner), lamp(ownArea), at(assets.Camera, "camera.dome", ownArea, 2), 403},
		{"the ground of others is seen, and not edited", of(access.Planner), at(assets.Bridge, "bridge.road", otherArea, 0), at(assets.Bridge, "bridge.road", otherArea, 0), 403},
		{"nor removed", of(access.Planner), at(assets.Bridge, "bridge.road", otherArea, 0), nil, 403},
		{"the outline of the own area", of(access.Planner), at(assets.Area, "area.street", ownArea, 0), at(assets.Area, "area.street", ownArea, 0), 403},
		{"what becomes an area", of(access.Planner), lamp(ownArea), at(assets.Area, "area.street", ownArea, 0), 403},
		{"an outline, by who sees everywhere", everywhere, at(assets.Area, "area.street", ownArea, 0), at(assets.Area, "area.street", ownArea, 0), 200},
		{"who may not edit", of(access.Handler), lamp(ownArea), lamp(ownArea), 403},
		{"who sees the delayed view", of(access.Public), lamp(ownArea), lamp(ownArea), 403},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := open()
			r.who, r.thing = c.who, nil
			if c.was != nil {
				r.thing = twin.NewThing(c.was)
			}
			edited := false
			r.edit = func(e assets.Edit) (*assets.Asset, assets.Verdict, error) {
				edited = true
				return e.Asset, assets.Changed, nil
			}
			r.place = func(a *assets.Asset) *assets.Asset {
				placed := *a
				placed.Location, placed.Sensitivity = c.is.Location, c.is.Sensitivity
				return &placed
			}
			method, body := http.MethodDelete, ""
			if c.is != nil {
				text, err := json.Marshal(c.is)
				if err != nil {
					t.Fatal(err)
				}
				method, body = http.MethodPut, string(text)
			}
			w := ask(handler(r, nil), method, "/v1/assets/x-1", body)
			if w.Code != c.status || edited != (c.status == 200) {
				t.Errorf("%d, edited %v: %s", w.Code, edited, w.Body)
			}
			if c.status == 404 && w.Body.String() != strings.ReplaceAll(ask(handler(r, nil), http.MethodGet, "/v1/assets/x-2", "").Body.String(), "x-2", "x-1") {
				t.Errorf("it does not look as if it were not there: %s", w.Body)
			}
		})
	}
}

// An edit is of the revision that was looked at: another that somebody makes
// meanwhile, which may not be the caller's any more, is looked at anew.
func TestAnEditIsOfWhatWasLookedAt(t *testing.T) {
	r := open()
	r.who, r.thing = of(access.Planner), lens()
	r.edit = func(e assets.Edit) (*assets.Asset, assets.Verdict, error) {
		moved := *r.thing.Asset
		moved.Location.Area, moved.Revision.N = otherArea, 4
		if e.WasRev == moved.Revision.N {
			t.Error("what others have was edited")
		}
		r.thing = twin.NewThing(&moved)
		return nil, "", assets.ErrConflict
	}
	if w := ask(handler(r, nil), http.MethodDelete, "/v1/assets/cam-1", ""); w.Code != http.StatusNotFound {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestLettersOfOthersAreNotRead(t *testing.T) {
	r := open()
	r.who, r.thing.Asset.Location.Area = of(access.Operator), ownArea
	w := ask(handler(r, nil), http.MethodGet, "/v1/deadletters", "")
	if !strings.Contains(w.Body.String(), `"seq":1`) || strings.Contains(w.Body.String(), `"seq":2`) {
		t.Errorf("who sees one area reads %s", w.Body)
	}
	if w := ask(handler(r, nil), http.MethodGet, "/v1/deadletters/2", ""); w.Code != http.StatusNotFound {
		t.Errorf("a letter of nobody: %d", w.Code)
	}
}

func TestClassesAreThoseThatAreSeen(t *testing.T) {
	r := open()
	r.who = of(access.Planner)
	body := ask(handler(r, nil), http.MethodGet, "/v1/classes", "").Body.String()
	for text, want := range map[string]bool{"camera.dome": true, `"stream"`: false, `"resolution"`: true, "mover.patrol": false, `"phone"`: false, "floating_rubbish": true} {
		if strings.Contains(body, text) != want {
			t.Errorf("classes have %s: %v", text, !want)
		}
	}
}

// What the world shows is asked of the views of who asks: a handler that asks the
// live rooms by itself must be one that those who see the public view never reach,
// or that tells nothing of what is in them.
func TestHandlersAskTheViewsOfWhoAsks(t *testing.T) {
	allowed := []string{
		"views.go: views", "edits.go: catchUp", "edits.go: permit", "deadletters.go: mayRead", "sender.go: sender",
		"track.go: before", "tiles.go: style", "tiles.go: sprite",
	}
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || slices.Contains(allowed, name+": "+f.Name.Name) {
				continue
			}
			ast.Inspect(f, func(n ast.Node) bool {
				if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == "Live" {
					if of, ok := s.X.(*ast.Ident); ok && of.Name == "s" {
						t.Errorf("%s: %s asks the live rooms; want s.views, or a reason here", name, f.Name.Name)
					}
				}
				return true
			})
		}
	}
}

// late is a public view of nothing.
type late struct{}

func (late) Views(context.Context) (api.Views, error) { return api.Views{}, nil }
func (late) Delay() time.Duration                     { return 90 * time.Second }

// endless are logins that do not end.
type endless struct{ api.Logins }

func (endless) Ends(string) (idle, ends time.Time) { return idle, ends }

// Who sees the delayed view is told how late it is, nobody else.
func TestHowLateTheViewIsIsTold(t *testing.T) {
	for role, want := range map[access.Role]string{access.Public: `"delayed":true,"delay":90,`, access.Operator: `"delayed":false,"delay":0,`} {
		r := open()
		r.who = of(role)
		d := deps(r, nil)
		d.Public, d.Logins = late{}, endless{}
		if w := ask(api.New(d), http.MethodGet, "/v1/me", ""); !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d %s", role, w.Code, w.Body)
		}
	}
}
