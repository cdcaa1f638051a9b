package account_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/account"
	"suhe/internal/store/geopackage"
)

// A tree says what accounts that hold its nodes see, on every node of the store,
// also after it has changed.
func TestTrees(t *testing.T) {
	store, err := geopackage.Open(t.Context(), filepath.Join(t.TempDir(), "a.gpkg"), geopackage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	here := account.NewDirectory(account.DirectoryOptions{Store: store, Now: time.Now})
	there := account.NewDirectory(account.DirectoryOptions{Store: store, Now: time.Now})
	if _, _, err := here.Add(t.Context(), "anna", account.Spec{Roles: []access.Role{access.Handler}, Areas: []string{"水务/东"}}, ""); err != nil {
		t.Fatal(err)
	}
	// A deputy with all that its account may shows what that is.
	whole := access.Grant{Sensitivity: assets.Personal}
	sees := func(area string) bool {
		t.Helper()
		if err := there.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		who, ok := new(account.Deputy).Act(there, "anna", whole)
		if !ok {
			t.Fatal("anna may not come in")
		}
		return who.Scope.Sees(&assets.Asset{Kind: assets.Fixture, Location: assets.Location{Area: area}})
	}
	if sees("310107005") {
		t.Error("a node that is in no tree is seen")
	}
	tree := account.Tree{Name: "water", Rev: assets.AnyRev, Nodes: access.Trees{"水务": {"水务/东"}, "水务/东": {"310107005"}}}
	first, err := here.PutTree(t.Context(), tree)
	if err != nil || first.Rev != 1 || !sees("310107005") || sees("310107014") {
		t.Fatalf("%+v %v: seen %v", first, err, sees("310107005"))
	}
	tree.Nodes["水务/东"] = []string{"310107014"}
	if _, err := here.PutTree(t.Context(), tree); err != nil || sees("310107005") || !sees("310107014") {
		t.Errorf("after a change: %v", err)
	}
	tree.Rev = first.Rev
	if _, err := here.PutTree(t.Context(), tree); !errors.Is(err, assets.ErrConflict) {
		t.Errorf("of another revision: %v", err)
	}
	if all, err := there.Trees(t.Context()); err != nil || len(all) != 1 || all[0].Rev != 2 || len(all[0].Nodes) != 2 {
		t.Errorf("%+v %v", all, err)
	}
	if err := here.RemoveTree(t.Context(), "water", assets.AnyRev); err != nil || sees("310107014") {
		t.Errorf("after its removal: %v", err)
	}
	if err := here.RemoveTree(t.Context(), "water", assets.AnyRev); !errors.Is(err, assets.ErrNotFound) {
		t.Errorf("removed twice: %v", err)
	}
}

func TestBadTrees(t *testing.T) {
	d := account.NewDirectory(account.DirectoryOptions{})
	many := access.Trees{}
	for i := range 10_001 {
		many[fmt.Sprint("n", i)] = []string{}
	}
	for name, tree := range map[string]account.Tree{
		"no name":           {},
		"no nodes":          {Name: "a"},
		"null on a node":    {Name: "a", Nodes: access.Trees{"x": nil}},
		"a name of a path":  {Name: "a/b"},
		"a division":        {Name: "a", Nodes: access.Trees{"310107005": {"310107014"}}},
		"everywhere":        {Name: "a", Nodes: access.Trees{"x": {access.Everywhere}}},
		"nothing on a node": {Name: "a", Nodes: access.Trees{"x": {""}}},
		"a long node":       {Name: "a", Nodes: access.Trees{strings.Repeat("x", 129): {}}},
		"no UTF-8":          {Name: "a", Nodes: access.Trees{"\xff": {}}},
		"too many":          {Name: "a", Nodes: many},
	} {
		if _, err := d.PutTree(t.Context(), tree); !errors.Is(err, assets.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
