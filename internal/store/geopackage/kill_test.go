package geopackage_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"suhe/assets"
	"suhe/internal/audit"
	"suhe/internal/store/geopackage"
	"suhe/internal/store/storetest"
	"suhe/twin"
)

// childFile in the environment makes this binary a writer of that file, which
// says after each commit how far it is, until it is killed.
const childFile = "SUHE_GEOPACKAGE_CHILD"

func TestMain(m *testing.M) {
	if path := os.Getenv(childFile); path != "" {
		child(path)
		return
	}
	goleak.VerifyTestMain(m)
}

func child(path string) {
	ctx := context.Background()
	s, err := geopackage.Open(ctx, path, geopackage.Options{})
	for n := 1; err == nil; n++ {
		id := fmt.Sprint("k", os.Getpid(), "-", n)
		if err = storetest.PutOne(ctx, s, assets.ID(id)); err == nil {
			fmt.Println("commit", id)
			err = s.Save(ctx, []twin.Kept{{Observation: twin.Observation{Asset: assets.ID(id), Phenomenon: "flow", PhenomenonTime: 1}}}, uint64(os.Getpid())<<32|uint64(n))
			fmt.Println("saved", id)
		}
	}
	fmt.Println("error", err)
}

// A writer is killed at any moment: what it had told of is there, and the file
// is sound.
func TestKillLosesNothingCommitted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "creek.gpkg")
	told := map[string][]string{}
	for round := range 8 {
		liveAndDie(t, path, 5+7*round, told)
	}
	s, db := open(t, path), connect(t, path)
	for _, id := range told["commit"] {
		if _, err := s.Get(t.Context(), assets.ID(id)); err != nil {
			t.Error(err)
		}
	}
	kept := map[string]bool{}
	if _, err := s.Latest(t.Context(), func(k twin.Kept) error { kept[string(k.Asset)] = true; return nil }); err != nil {
		t.Fatal(err)
	}
	for _, id := range told["saved"] {
		if !kept[id] {
			t.Errorf("%s was saved, and is not there", id)
		}
	}
	var state string
	if err := db.QueryRow("PRAGMA integrity_check").Scan(&state); err != nil || state != "ok" {
		t.Errorf("integrity: %s %v", state, err)
	}
	recordAgrees(t, s)
	got, bad := publish(t, s)
	if len(got) < len(told["commit"]) || len(bad) != 0 {
		t.Errorf("%d events of %d commits, bad %v", len(got), len(told["commit"]), bad)
	}
}

// recordAgrees says whether the record is sound and tells of every asset that is
// there, once, and of no other.
func recordAgrees(t *testing.T, s *geopackage.Store) {
	t.Helper()
	if r, err := audit.Verify(t.Context(), s); err != nil || !r.Sound {
		t.Errorf("the record: %+v %v", r, err)
	}
	told := map[assets.ID]int{}
	for e, err := range s.Audit(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		if id, ok := strings.CutPrefix(e.What, "asset "); ok && e.Action == audit.AssetEdit {
			told[assets.ID(id)]++
		}
	}
	there := 0
	if _, err := s.Load(t.Context(), func(a *assets.Asset) error {
		if there++; told[a.ID] != 1 {
			t.Errorf("%s is there, and recorded %d times", a.ID, told[a.ID])
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if there != len(told) {
		t.Errorf("%d assets are there, %d are recorded", there, len(told))
	}
}

// liveAndDie lets a child write until it has told so many things.
func liveAndDie(t *testing.T, path string, lines int, told map[string][]string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), childFile+"="+path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewScanner(out)
	for n := 0; in.Scan(); n++ {
		what, id, _ := strings.Cut(in.Text(), " ")
		if what == "error" {
			t.Error(in.Text())
		}
		told[what] = append(told[what], id)
		if n == lines {
			_ = cmd.Process.Kill()
		}
	}
	_ = cmd.Wait()
	if len(told["commit"]) == 0 {
		t.Fatal("nothing was committed, after " + strconv.Itoa(lines) + " lines")
	}
}
