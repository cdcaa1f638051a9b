package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"suhe/internal/pgcluster"
	"suhe/internal/pgtest"
)

// long says whether the long forms of the tests are wanted: `make soak`.
func long() bool { return os.Getenv("SUHE_SOAK") != "" }

// cluster is a PostgreSQL that the test may stop and kill, and the address of a
// database in it.
func cluster(t *testing.T) (c *pgcluster.Cluster, database string) {
	t.Helper()
	c, err := pgcluster.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Remove)
	return c, c.URL("postgres")
}

// reporter sends batches of untimed readings by HTTP, one after the other, and
// counts what was acknowledged.
type reporter struct {
	s     *served
	ids   []string
	acked atomic.Int64 // observations
	busy  atomic.Int64 // batches that were told to come again
	last  int64        // Unix milliseconds of the last reading
	times []int64      // of what was acknowledged
}

// once sends one reading of each sensor; an error is an answer that is neither
// yes nor later.
func (r *reporter) once(ctx context.Context) error {
	r.last = max(r.last+1, time.Now().UnixMilli())
	at := time.UnixMilli(r.last).UTC().Format("2006-01-02T15:04:05.000Z")
	var items []string
	for _, id := range r.ids {
		items = append(items, fmt.Sprintf(`{"id":%q,"time":%q,"values":{"water_level":%g}}`, id, at, 2+float64(r.last%1000)/1000))
	}
	status, body, _, err := ask(ctx, http.MethodPost, r.s.url("/v1/observations"), `{"observations":[`+strings.Join(items, ",")+`]}`)
	switch {
	case err != nil:
		return err
	case status == http.StatusServiceUnavailable:
		r.busy.Add(1)
		return nil
	case status != http.StatusOK || !strings.Contains(body, fmt.Sprintf(`"accepted":%d`, len(r.ids))):
		return fmt.Errorf("report: %d %s", status, body)
	}
	r.acked.Add(int64(len(r.ids)))
	r.times = append(r.times, r.last)
	return nil
}

// until sends until ctx ends, and waits for the last answer.
func (r *reporter) until(ctx context.Context, pause time.Duration) error {
	for ctx.Err() == nil {
		if err := r.once(context.WithoutCancel(ctx)); err != nil {
			return err
		}
		time.Sleep(pause)
	}
	return nil
}

// ask makes one request.
func ask(ctx context.Context, method, url, body string) (status int, text string, header http.Header, err error) {
	r, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return 0, "", nil, err
	}
	answer, err := client.Do(r)
	if err != nil {
		return 0, "", nil, err
	}
	defer answer.Body.Close()
	all, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(all), answer.Header, err
}

// sensors registers sensors and returns their ids.
func sensors(t testing.TB, s *served, name string, n int) (ids []string) {
	t.Helper()
	for i := range n {
		id := fmt.Sprintf("%s-%d", name, i)
		put(t, s, id)
		ids = append(ids, id)
	}
	return ids
}

// refused asks for an edit, which must be told to come again within three seconds. On a
// machine that is busy one of five must.
func refused(t testing.TB, s *served) {
	t.Helper()
	var all []time.Duration
	for range 5 {
		began := time.Now()
		status, body, header, err := ask(t.Context(), http.MethodPut, s.url("/v1/assets/away-"+strconv.Itoa(int(began.UnixNano()))), sensorJSON)
		if err != nil || status != http.StatusServiceUnavailable || header.Get("Retry-After") == "" {
			t.Errorf("edit without a database: %d %s, Retry-After %q, %v", status, body, header.Get("Retry-After"), err)
		}
		took := time.Since(began)
		if took <= 3*time.Second {
			return
		}
		all = append(all, took)
	}
	t.Errorf("edits without a database: told after %v, want 3 s at most", all)
}

func rows(t testing.TB, database, sql string) int {
	t.Helper()
	n, err := strconv.Atoi(pgtest.Query(t, database, sql)[0][0])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// The database is away: what lives in memory goes on, edits are told to come
// again, and history is complete when it is back.
func TestDatabaseAway(t *testing.T) {
	t.Parallel()
	away := 10 * time.Second
	if long() {
		away = time.Minute
	}
	c, database := cluster(t)
	dir := t.TempDir()
	s := serve(t, dir, "--database", database)
	r := &reporter{s: s, ids: sensors(t, s, "wl", 10)}
	stream := watch(t, s)

	ctx, stop := context.WithCancel(t.Context())
	var work sync.WaitGroup
	var failed error
	work.Go(func() { failed = r.until(ctx, 10*time.Millisecond) })
	mqtt := loadMQTT(t, dir, s, sensors(t, s, "mq", 10), 200, away)
	c.Stop()
	for end := time.Now().Add(away); time.Now().Before(end); time.Sleep(250 * time.Millisecond) {
		seen := stream.values.Load()
		if value(get(t, s.url("/v1/assets/wl-0")), "water_level") == nil {
			t.Error("a state is gone")
		}
		if status, _, _, err := ask(t.Context(), http.MethodGet, s.url("/tiles/sensors/14/13719/6691.mvt"), ""); err != nil || status >= 400 {
			t.Errorf("tile: %d %v", status, err)
		}
		if status, _, _, err := ask(t.Context(), http.MethodGet, s.url("/readyz"), ""); err != nil || status != http.StatusOK {
			t.Errorf("readyz: %d %v", status, err)
		}
		refused(t, s)
		eventually(t, "a value on the stream", func() bool { return stream.values.Load() > seen })
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	sent := <-mqtt
	stop()
	work.Wait()
	if failed != nil || r.busy.Load() > 0 {
		t.Errorf("reports meanwhile: %v, %d were told to come again", failed, r.busy.Load())
	}
	want := int(r.acked.Load()) + sent
	if sent == 0 || r.acked.Load() == 0 {
		t.Fatalf("%d by MQTT, %d by HTTP were acknowledged", sent, r.acked.Load())
	}
	eventually(t, fmt.Sprintf("the whole history of %d", want), func() bool {
		return rows(t, database, "SELECT count(*) FROM suhe.observations") == want
	})
	eventually(t, "an edit", func() bool {
		status, _, _, err := ask(t.Context(), http.MethodPut, s.url("/v1/assets/back"), sensorJSON)
		return err == nil && status < 300
	})
}

// The database is there and does not answer: an edit waits for a lock that
// somebody holds.
func TestDatabaseHangs(t *testing.T) {
	t.Parallel()
	database := pgtest.Start(t)
	s := serve(t, t.TempDir(), "--database", database)
	put(t, s, "wl-0")
	holder := exec.Command("psql", "-X", "-q", "-c", "BEGIN; LOCK TABLE suhe.assets IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(3600)", database)
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = holder.Process.Kill() // its question goes on until the database is dropped
		_ = holder.Wait()
	}()
	eventually(t, "the lock", func() bool {
		return rows(t, database, "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND relation = 'suhe.assets'::regclass") > 0
	})
	refused(t, s)
}

// The database is killed under load, again and again: what was acknowledged is
// there once.
func TestDatabaseCrash(t *testing.T) {
	t.Parallel()
	rounds := 3
	if long() {
		rounds = 20
	}
	c, database := cluster(t)
	s := serve(t, t.TempDir(), "--database", database)
	r := &reporter{s: s, ids: sensors(t, s, "wl", 50)}
	ctx, stop := context.WithCancel(t.Context())
	var work sync.WaitGroup
	var reports error
	work.Go(func() { reports = r.until(ctx, 0) })
	var edited []string // that were acknowledged
	work.Go(func() {
		for i := 0; ctx.Err() == nil; i++ {
			id := fmt.Sprintf("edit-%d", i)
			if status, _, _, err := ask(ctx, http.MethodPut, s.url("/v1/assets/"+id), sensorJSON); err == nil && status < 300 {
				edited = append(edited, id)
			}
		}
	})
	for range rounds {
		time.Sleep(time.Second)
		c.Kill()
		time.Sleep(300 * time.Millisecond)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(time.Second)
	stop()
	work.Wait()
	if reports != nil || r.busy.Load() > 0 {
		t.Errorf("reports meanwhile: %v, %d were told to come again", reports, r.busy.Load())
	}
	t.Logf("%d reports and %d edits were acknowledged", r.acked.Load(), len(edited))
	if len(edited) == 0 {
		t.Fatal("no edit was acknowledged")
	}
	eventually(t, "the whole history, each once", func() bool {
		return rows(t, database, "SELECT count(*) FROM suhe.observations") == int(r.acked.Load())
	})
	for _, id := range edited {
		if get(t, s.url("/v1/assets/"+id)) == nil {
			t.Errorf("%s is not shown", id)
		}
	}
	if n := rows(t, database, "SELECT count(*) FROM suhe.assets WHERE id IN ('"+strings.Join(edited, "','")+"')"); n != len(edited) {
		t.Errorf("%d of %d acknowledged edits are stored", n, len(edited))
	}
	if n := rows(t, database, "SELECT count(*) FROM (SELECT seq FROM suhe.outbox WHERE seq > 0 GROUP BY seq HAVING count(*) > 1) twice"); n > 0 {
		t.Errorf("%d events have the number of another", n)
	}
}
