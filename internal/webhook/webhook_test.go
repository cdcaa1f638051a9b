package webhook_test

import (
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/audit"
	"suhe/internal/seal"
	"suhe/internal/webhook"
	"suhe/twin"
)

func status(t testing.TB, n *node, hook string) webhook.Status {
	t.Helper()
	l, err := n.Get(t.Context(), hook)
	if err != nil {
		t.Fatal(err)
	}
	return l.Status
}

func TestAHookIsToldWhatItsAccountSees(t *testing.T) {
	w, r := newTown(t), newReceiver(t)
	w.may("bert", access.Operator, "310107005")
	n := w.open(nil, r)
	n.hang(r, "bureau", func(wish *webhook.Wish) {
		wish.Account, wish.Filter = "bert", "class LIKE 'sensor.%'"
		wish.Grant.Hidden = []string{"name"}
	})
	n.Took(w.put(gauge("here-1", "310107005")))
	n.Took(w.put(gauge("there-1", "310107999")))
	n.Took(w.speaks("here-1", 3.1))
	n.Took(w.speaks("there-1", 3.1))
	n.Took(w.put(&assets.Asset{ID: "patrol-1", FID: 7, Kind: assets.Mover, Class: "mover.patrol", Location: assets.Location{Area: "310107005"}, Shape: gauge("x1", "").Shape}))
	removed := gauge("here-2", "310107005")
	n.Took(w.put(removed))
	w.mu.Lock()
	w.at.Events++
	gone := twin.Event{Seq: w.at.Events, Time: time.Now(), Type: twin.AssetRemoved, ID: "here-2", Was: removed}
	w.events = append(w.events, gone)
	at := w.at
	w.mu.Unlock()
	n.Took(twin.Batch{At: at, Events: []twin.Event{gone}})
	want := []string{"asset.put here-1", "state.changed here-1", "asset.put here-2", "asset.removed here-2"}
	eventually(t, "all is told", func() bool { return len(r.told()) >= len(want) })
	if got := r.told(); !slices.Equal(got, want) {
		t.Errorf("told %v, want %v", got, want)
	}
	m := r.taken[1]
	if m.Hook != "bureau" || m.Object["name"] != nil || fmt.Sprint(m.Object["values"]) != "map[water_level:3.1]" || m.Object["lon"] != 121.43 ||
		fmt.Sprint(m.Object["state"]) != "map[communication:online data:fresh service:normal]" {
		t.Errorf("%+v", m)
	}
	eventually(t, "the count", func() bool { return status(t, n, "bureau").Delivered == 4 })
}

// Findings are told without their pictures.
func TestFindingsAreTold(t *testing.T) {
	w, r := newTown(t), newReceiver(t)
	n := w.open(nil, r)
	n.hang(r, "bureau", func(wish *webhook.Wish) {
		wish.Types, wish.Grant.Sensitivity = []webhook.Type{webhook.Found}, assets.Restricted
	})
	camera := gauge("cam-1", "310107005")
	camera.Kind, camera.Class, camera.Sensor = assets.Camera, "camera.dome", nil
	n.Took(w.put(camera))
	n.Took(twin.Batch{At: w.at, Findings: []twin.KeptFinding{{Seq: 9, Finding: twin.Finding{Hook: "ai", ID: "f-1", Camera: "cam-1", Class: "floating_rubbish",
		Confidence: 0.9, ReceivedTime: time.Now().UnixMilli(), Picture: "https://pictures.example/secret.jpg"}}}})
	eventually(t, "the finding", func() bool { return len(r.told()) == 1 })
	m := r.taken[0]
	found, _ := m.Object["finding"].(map[string]any)
	if m.Type != webhook.Found || found["class"] != "floating_rubbish" || strings.Contains(fmt.Sprint(m), "secret.jpg") {
		t.Errorf("%+v", m)
	}
}

// What was taken outlives the node, and edits that happened while no node ran are
// read from the log.
func TestARestartForgetsNothing(t *testing.T) {
	w, r := newTown(t), newReceiver(t)
	n := w.open(nil, r)
	n.hang(r, "bureau")
	r.answers(func(rw http.ResponseWriter, _ *http.Request, _ webhook.Message) {
		rw.WriteHeader(http.StatusServiceUnavailable)
	})
	var want []string
	for i := range 5 {
		id := fmt.Sprintf("gauge-%d", i)
		n.Took(w.put(gauge(id, "310107005")))
		n.Took(w.speaks(assets.ID(id), 3))
		want = append(want, "asset.put "+id, "state.changed "+id)
	}
	eventually(t, "a first try", func() bool { s := status(t, n, "bureau"); return s.Last != nil && s.Last.Result == webhook.Retrying })
	if s := status(t, n, "bureau"); s.Last.Why != "answered 503" || s.Delivered != 0 {
		t.Errorf("%+v %+v", s, s.Last)
	}
	n.stop()
	for i := range 3 {
		id := fmt.Sprintf("later-%d", i)
		w.put(gauge(id, "310107005"))
		want = append(want, "asset.put "+id)
	}
	r.answers(nil)
	n = w.open(nil, r)
	eventually(t, "all is told", func() bool { return len(r.told()) >= len(want) })
	if got := r.told(); !slices.Equal(got, want) {
		t.Errorf("told\n%v, want\n%v", got, want)
	}
	eventually(t, "the count", func() bool { return status(t, n, "bureau").Delivered == uint64(len(want)) })
	ids := map[string]bool{}
	for _, m := range r.taken {
		ids[m.ID] = true
	}
	if len(ids) != len(want) {
		t.Errorf("%d ids of %d messages", len(ids), len(want))
	}
}

// A receiver that does not answer holds up itself alone.
func TestASlowReceiverHoldsUpItselfAlone(t *testing.T) {
	w, slow, quick := newTown(t), newReceiver(t), newReceiver(t)
	n := w.open(func(o *webhook.Options) { o.Answer = time.Minute }, slow, quick)
	n.hang(slow, "slow")
	n.hang(quick, "quick")
	release := make(chan struct{})
	came := make(chan struct{}, 100)
	slow.answers(func(rw http.ResponseWriter, r *http.Request, m webhook.Message) {
		came <- struct{}{}
		select {
		case <-release:
		case <-r.Context().Done():
		}
		slow.keep(m)
	})
	for i := range 20 {
		n.Took(w.put(gauge(fmt.Sprintf("gauge-%02d", i), "310107005")))
	}
	eventually(t, "the quick one has all", func() bool { return len(quick.told()) == 20 })
	if got := len(came); got != 1 {
		t.Errorf("the slow one was asked %d times at once, want once", got)
	}
	if len(slow.told()) != 0 {
		t.Errorf("the slow one has %v", slow.told())
	}
	close(release)
	eventually(t, "the slow one has all", func() bool { return len(slow.told()) == 20 })
	if !slices.Equal(slow.told(), quick.told()) {
		t.Errorf("told in order %v", slow.told())
	}
}

// As soon as the account may see less nothing more of that is sent, also of what waits.
func TestRightsThatEndAreAsked(t *testing.T) {
	for name, end := range map[string]func(w *town, n *node){
		"the account is gone": func(w *town, n *node) { w.may("anna", "") },
		"another area":        func(w *town, n *node) { w.may("anna", access.Operator, "310107999") },
		"it administers":      func(w *town, n *node) { w.may("anna", access.Security, access.Everywhere) },
		"the public's view":   func(w *town, n *node) { w.may("anna", access.Public, access.Everywhere) },
		"not enabled": func(w *town, n *node) {
			l, _ := n.Get(w.t.Context(), "bureau")
			if _, _, err := n.Put(w.t.Context(), "bureau", l.Rev, webhook.Wish{Account: l.Account, URL: l.URL, Types: l.Types, Layers: l.Layers}); err != nil {
				w.t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, r := newTown(t), newReceiver(t)
			n := w.open(nil, r)
			n.hang(r, "bureau")
			r.answers(func(rw http.ResponseWriter, _ *http.Request, _ webhook.Message) {
				rw.WriteHeader(http.StatusTooManyRequests)
			})
			n.Took(w.put(gauge("gauge-1", "310107005")))
			n.Took(w.put(gauge("gauge-2", "310107005")))
			eventually(t, "a first try", func() bool { s := status(t, n, "bureau"); return s.Last != nil && s.Last.Result == webhook.Retrying })
			end(w, n)
			r.answers(nil)
			n.Took(w.put(gauge("gauge-3", "310107005")))
			eventually(t, "what waits is dropped", func() bool { return status(t, n, "bureau").Dropped >= 2 })
			if s := status(t, n, "bureau"); s.Delivered != 0 || len(r.told()) != 0 {
				t.Errorf("told %v: %+v", r.told(), s)
			}
		})
	}
}

// A message that nobody takes has failed at last, and the next one is tried.
func TestPatienceEnds(t *testing.T) {
	w, r := newTown(t), newReceiver(t)
	n := w.open(func(o *webhook.Options) { o.Patience = 2 * time.Second }, r)
	n.hang(r, "bureau")
	r.answers(func(rw http.ResponseWriter, _ *http.Request, m webhook.Message) {
		if m.Object["id"] == "gauge-1" {
			rw.WriteHeader(http.StatusInternalServerError)
			return
		}
		r.keep(m)
	})
	n.Took(w.put(gauge("gauge-1", "310107005")))
	n.Took(w.put(gauge("gauge-2", "310107005")))
	eventually(t, "the next one", func() bool { return len(r.told()) == 1 })
	eventually(t, "the count", func() bool { s := status(t, n, "bureau"); return s.Failed == 1 && s.Delivered == 1 })
}

func TestWhatIsNoWebhook(t *testing.T) {
	w, r := newTown(t), newReceiver(t)
	w.may("city", access.Public, access.Everywhere)
	n := w.open(nil, r)
	good := webhook.Wish{Account: "anna", URL: r.URL, Types: []webhook.Type{webhook.Found}, Layers: []string{"cameras"}, Enabled: true}
	for name, test := range map[string]struct {
		change func(*webhook.Wish)
		want   string
	}{
		"http":             {func(w *webhook.Wish) { w.URL = "http://receiver.example/" }, "want https"},
		"inside":           {func(w *webhook.Wish) { w.URL = strings.Replace(r.URL, "127.0.0.1", "10.0.0.1", 1) }, "not of the public internet"},
		"another port":     {func(w *webhook.Wish) { w.URL = "https://receiver.example:22/" }, "port 22"},
		"no types":         {func(w *webhook.Wish) { w.Types = nil }, "types: none"},
		"another type":     {func(w *webhook.Wish) { w.Types = []webhook.Type{webhook.Lost} }, "types:"},
		"no layers":        {func(w *webhook.Wish) { w.Layers = nil }, "layers: none"},
		"movers":           {func(w *webhook.Wish) { w.Layers = []string{"movers"} }, "no layer that is told"},
		"no such layer":    {func(w *webhook.Wish) { w.Layers = []string{"x"} }, "no layer that is told"},
		"no filter":        {func(w *webhook.Wish) { w.Filter = "class =" }, "filter"},
		"a hidden filter":  {func(w *webhook.Wish) { w.Filter, w.Grant.Hidden = "owner = 'x'", []string{"owner"} }, "not shown"},
		"nobody":           {func(w *webhook.Wish) { w.Account = "nobody" }, "may not come in"},
		"the public":       {func(w *webhook.Wish) { w.Account = "city" }, "sees nothing of what happens now"},
		"a strange action": {func(w *webhook.Wish) { w.Grant.Actions = []access.Action{"x"} }, "no action"},
	} {
		wish := good
		test.change(&wish)
		if _, _, err := n.Put(t.Context(), "bureau", assets.AnyRev, wish); !errors.Is(err, assets.ErrInvalid) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"", "A", "a.b", "a>", strings.Repeat("x", 65)} {
		if _, _, err := n.Put(t.Context(), name, assets.AnyRev, good); !errors.Is(err, assets.ErrInvalid) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestHooksHaveRevisionsAndOneSecret(t *testing.T) {
	w, r := newTown(t), newReceiver(t)
	n := w.open(nil, r)
	ctx := audit.With(t.Context(), audit.Origin{Who: "sec"})
	wish := webhook.Wish{Account: "anna", URL: r.URL + "?key=of-others", Types: []webhook.Type{webhook.Found}, Layers: []string{"cameras"}, Enabled: true}
	first, secret, err := n.Put(ctx, "bureau", 0, wish)
	if err != nil || !strings.HasPrefix(secret, "whsec_") {
		t.Fatalf("%+v %q %v", first, secret, err)
	}
	again, none, err := n.Put(ctx, "bureau", first.Rev, wish)
	if err != nil || none != "" || !again.Made.Equal(first.Made) || again.Rev == first.Rev {
		t.Errorf("%+v %q %v", again, none, err)
	}
	for name, was := range map[string]int64{"made again": 0, "another revision": first.Rev} {
		if _, _, err := n.Put(ctx, "bureau", was, wish); !errors.Is(err, assets.ErrConflict) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := n.Put(ctx, "another", 1, wish); !errors.Is(err, assets.ErrConflict) {
		t.Errorf("a revision of none: %v", err)
	}
	all, _, err := w.store.Settings(ctx, webhook.Kind)
	if err != nil || len(all) != 1 || strings.Contains(string(all[0].Doc), secret) {
		t.Errorf("the store has %v, %v", all, err)
	}
	if err := n.Remove(ctx, "bureau", again.Rev); err != nil {
		t.Error(err)
	}
	if err := n.Remove(ctx, "bureau", assets.AnyRev); !errors.Is(err, assets.ErrNotFound) {
		t.Errorf("removed twice: %v", err)
	}
	var actions []string
	for e, err := range w.store.Audit(ctx, 0) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Who == "sec" {
			actions = append(actions, fmt.Sprint(e.Action, " ", e.What))
			if strings.Contains(string(e.Detail), "of-others") || strings.Contains(string(e.Detail), secret) {
				t.Errorf("the record tells secrets: %s", e.Detail)
			}
		}
	}
	if want := []string{"webhook add webhook bureau", "webhook set webhook bureau", "webhook remove webhook bureau"}; !slices.Equal(actions, want) {
		t.Errorf("recorded %q", actions)
	}
}

// Of nodes that share a broker one tells, and when it ends the other goes on where it
// was.
func TestOneOfTwoNodesTells(t *testing.T) {
	w, r := newTown(t), newReceiver(t)
	first := w.open(nil, r)
	first.hang(r, "bureau")
	second := w.join(first.bus, nil, r)
	var want []string
	both := func(b twin.Batch, said string) {
		first.Took(b)
		second.Took(b)
		want = append(want, said)
	}
	both(w.put(gauge("gauge-1", "310107005")), "asset.put gauge-1")
	both(w.speaks("gauge-1", 3), "state.changed gauge-1")
	eventually(t, "the first tells", func() bool { return len(r.told()) == 2 })
	first.leave()
	both(w.put(gauge("gauge-2", "310107005")), "asset.put gauge-2")
	eventually(t, "the second tells", func() bool { return slices.Contains(r.told(), "asset.put gauge-2") })
	ids := map[string]string{}
	r.mu.Lock()
	for _, m := range r.taken {
		ids[m.ID] = fmt.Sprint(m.Type, " ", m.Object["id"])
	}
	r.mu.Unlock()
	if len(ids) != len(want) {
		t.Errorf("told %v, want each of %v under one id", r.told(), want)
	}
}

// Who is told too much at once is told that something is lost, but no edit is.
func TestTooMuchAtOnceIsToldAsLost(t *testing.T) {
	w, r := newTown(t), newReceiver(t)
	n := w.open(nil, r)
	n.hang(r, "bureau")
	n.Took(w.put(gauge("gauge-1", "310107005")))
	eventually(t, "the hook is told", func() bool { return len(r.told()) == 1 })
	much := w.speaks("gauge-1", 3)
	for range 20_000 {
		much.Changes = append(much.Changes, much.Changes[0])
	}
	edit := w.put(gauge("gauge-2", "310107005"))
	much.At, much.Events, much.Changes = edit.At, edit.Events, append(much.Changes, edit.Changes...)
	n.Took(much)
	eventually(t, "the rest", func() bool { return len(r.told()) == 3 })
	if got := r.told(); !slices.Contains(got, "lost") || !slices.Contains(got, "asset.put gauge-2") {
		t.Errorf("told %v", got)
	}
}

// Secrets are sealed with a new key, and sign as before.
func TestSecretsAreSealedAnew(t *testing.T) {
	w, r := newTown(t), newReceiver(t)
	n := w.open(nil, r)
	n.hang(r, "bureau")
	if err := seal.Rotate(filepath.Join(w.dir, "seal.key")); err != nil {
		t.Fatal(err)
	}
	keys, err := seal.Open(filepath.Join(w.dir, "seal.key"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{1, 0} {
		if count, err := webhook.Reseal(t.Context(), w.store, keys); err != nil || count != want {
			t.Errorf("%d sealed anew, want %d: %v", count, want, err)
		}
	}
	if err := n.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if out, err := n.Try(t.Context(), "bureau"); err != nil || !out.Delivered {
		t.Errorf("%+v, %v", out, err)
	}
}

// Each step of an alarm or an incident is told to who asks for it and sees its marker,
// also the one by which it leaves the map.
func TestStepsOfCasesAreTold(t *testing.T) {
	w, r, stranger := newTown(t), newReceiver(t), newReceiver(t)
	n := w.open(nil, r, stranger)
	cases := func(area string) func(*webhook.Wish) {
		return func(wish *webhook.Wish) {
			wish.Types, wish.Layers, wish.Grant.Areas = []webhook.Type{webhook.AlarmStep, webhook.IncidentStep}, []string{"incidents"}, []string{area}
		}
	}
	n.hang(r, "bureau", cases("310107005"))
	n.hang(stranger, "elsewhere", cases("310107020"))
	n.Took(w.step(assets.Incident, "310107005-20261129-00001", "incident.file", true))
	n.Took(w.step(assets.Alarm, "A-20261129-000001", "alarm.raise", true)) // of a layer that was not asked for
	n.Took(w.step(assets.Incident, "310107005-20261129-00001", "incident.close", false))
	eventually(t, "both steps", func() bool { return len(r.told()) == 2 })
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, want := range []string{"incident incident.file true filed", "incident incident.close false filed"} {
		o := r.taken[i].Object
		if got := fmt.Sprint(r.taken[i].Type, " ", o["step"], " ", o["open"], " ", o["state"]); got != want {
			t.Errorf("told %q, want %q", got, want)
		}
	}
	if told := stranger.told(); len(told) != 0 {
		t.Errorf("somebody of elsewhere was told %q", told)
	}
}
