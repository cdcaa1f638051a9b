package arch

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// The whole project keeps the floors.
func TestProjectKeepsItsFloors(t *testing.T) {
	for _, breach := range Breaches(list(t)) {
		t.Error(breach)
	}
}

// Each planted breach is found, so that the rule above can fail.
func TestPlantedBreaches(t *testing.T) {
	tests := []struct {
		name  string
		plant Package
		want  string
	}{
		{"upward", Package{"suhe/geo", []string{"suhe/twin"}}, "geo (floor 10) imports twin (floor 31)"},
		{"sideways", Package{"suhe/tiles", []string{"suhe/stream"}}, "tiles (floor 40) imports stream (floor 40)"},
		{"stranger", Package{"suhe/tiles", []string{"github.com/gorilla/websocket"}}, "tiles imports github.com/gorilla/websocket, which belongs to stream, internal/bench"},
		{"stranger below", Package{"suhe/twin", []string{"github.com/nats-io/nats.go/jetstream"}}, "twin imports github.com/nats-io/nats.go/jetstream, which belongs to internal/bus, internal/natstest"},
		{"homeless", Package{"suhe/internal/utils", nil}, "internal/utils has no floor"},
	}
	packages := list(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := Breaches(append(slices.Clone(packages), test.plant))
			if !slices.Contains(got, test.want) {
				t.Errorf("got %q, want %q among them", got, test.want)
			}
		})
	}
}

// A row that no longer stands for anything is found as well.
func TestDeadRows(t *testing.T) {
	packages := slices.DeleteFunc(list(t), func(p Package) bool { return p.ImportPath == "suhe/geo" })
	got := Breaches(packages)
	for _, want := range []string{"floor of geo, which is gone", "room for github.com/tidwall/rtree, which nobody imports"} {
		if !slices.Contains(got, want) {
			t.Errorf("got %q, want %q among them", got, want)
		}
	}
}

// docs/architecture.md shows the table that is enforced.
func TestArchitecturePageNamesEveryRoom(t *testing.T) {
	page, err := os.ReadFile("../../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	for name := range floors {
		if !strings.Contains(string(page), "`"+name+"`") {
			t.Errorf("docs/architecture.md does not name %s", name)
		}
	}
}

// list asks the go command for the packages of the module.
func list(t *testing.T) []Package {
	t.Helper()
	cmd := exec.Command("go", "list", "-pgo=off", "-json=ImportPath,Imports", Module+"/...")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var packages []Package
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p Package
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}
