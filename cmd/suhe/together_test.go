package main

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"suhe/internal/access"
	"suhe/internal/natstest"
	"suhe/internal/pgtest"
)

// openNodes opens nodes behind one address, as a city runs them: one database, one
// NATS, and the same keys.
func openNodes(t *testing.T, n int) []*house {
	t.Helper()
	database, broker, keys := pgtest.Start(t), natstest.Start(t), t.TempDir()
	hooks := filepath.Join(keys, "hooks")
	if err := os.Mkdir(hooks, 0o700); err != nil {
		t.Fatal(err)
	}
	var out []*house
	for range n {
		dir := t.TempDir()
		if err := os.Symlink(hooks, filepath.Join(dir, "hooks")); err != nil {
			t.Fatal(err)
		}
		s := settingsOf(t, "--data-dir", dir, "--database", database, "--nats", broker, "--demo", "--scene-size", "300", "--demo-password", demoWord,
			"--login-key", filepath.Join(keys, "login.key"), "--seal-key-file", filepath.Join(keys, "seal.key"), "--request-rate", "0")
		out = append(out, openNodeOf(t, s, new(syncBuffer)))
	}
	return out
}

// What is good once is so for all nodes behind one address, whichever answers.
func TestWhatIsGoodOnceIsSoAtAllNodes(t *testing.T) {
	t.Parallel()
	nodes := openNodes(t, 2)
	a, b := nodes[0], nodes[1]

	_, who := a.login("operator", demoWord)
	ticket := a.issue(who)
	got, err := b.admit(ticket, "") // where nobody has seen that login yet
	if err != nil || got.ID != "operator" || !got.Scope.May(access.View) {
		t.Fatalf("a ticket of one node at the other: %+v, %v", got, err)
	}
	for _, h := range nodes {
		if _, err := h.admit(ticket, ""); !errors.Is(err, access.ErrUnauthenticated) {
			t.Errorf("it is good twice: %v", err)
		}
	}

	secret, err := a.hooks.Add("vision")
	if err != nil {
		t.Fatal(err)
	}
	body := `[]`
	signature := access.Sign(secret, time.Now(), []byte(body))
	post := func(h *house) int {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.server.URL+"/v1/hooks/vision", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set(access.SignatureHeader, signature)
		answer, err := h.server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		return answer.StatusCode
	}
	if status := post(a); status != http.StatusOK {
		t.Fatalf("the first: %d", status)
	}
	if status := post(b); status != http.StatusConflict {
		t.Errorf("played again at the other node: %d, want 409", status)
	}
}
