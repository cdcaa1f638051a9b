package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"suhe/internal/access"
)

// register puts an asset by the API.
func register(t testing.TB, s *served, id, body string) {
	t.Helper()
	if status, answer := send(t, http.MethodPut, s.url("/v1/assets/"+id), body); status != http.StatusCreated {
		t.Fatalf("PUT %s: %d %s", id, status, answer)
	}
}

// send returns the status and the body of the answer.
func send(t testing.TB, method, url, body string, header ...string) (int, string) {
	t.Helper()
	request, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(answer)
}

func patrolJSON(lon float64) string {
	return fmt.Sprintf(`{"kind":"mover","class":"mover.patrol","name":"巡查一组","lifecycle":"in_use",
		"geometry":{"type":"Point","coordinates":[%v,31.25]}}`, lon)
}

// longitude of the last believed position.
func longitude(t testing.TB, s *served, id string) any {
	fix, _ := get(t, s.url("/v1/assets/"+id))["fix"].(map[string]any)
	return fix["lon"]
}

// points are how many the track of the last minutes has.
func points(t testing.TB, s *served, id string, minutes int) int {
	properties, _ := get(t, s.url(fmt.Sprintf("/v1/assets/%s/track?minutes=%d&purpose=test", id, minutes)))["properties"].(map[string]any)
	times, _ := properties["times"].([]any)
	return len(times)
}

// A mover's positions by MQTT and HTTP move it, a jump does not; after a kill it
// is where it was, and so is its track.
func TestMoversMove(t *testing.T) {
	t.Parallel()
	for name, flags := range stores(t) {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := serve(t, dir, flags...)
			register(t, s, "p-1", patrolJSON(121.44))
			register(t, s, "p-2", patrolJSON(121.45))
			_, token, _ := suhe("device", "token", "p-1", "--data-dir", dir)
			host, port, _ := strings.Cut(s.mqtt, ":")
			publish := func(id, payload string) error {
				return exec.Command("mosquitto_pub", "-h", host, "-p", port, "-i", "p-1", "-u", "p-1", "-P", strings.TrimSpace(token), "-q", "1",
					"-t", "suhe/v1/devices/"+id+"/positions", "-m", payload).Run()
			}
			at := func(ago int, lon float64) string {
				return fmt.Sprintf(`{"time":%q,"lon":%v,"lat":31.25,"heading":90,"speed":1.2,"accuracy":5}`,
					time.Now().Add(-time.Duration(ago)*time.Second).Format(time.RFC3339), lon)
			}
			// One before the half hour, two of now, and one that nobody can walk.
			if err := publish("p-1", "["+strings.Join([]string{at(3000, 121.44), at(60, 121.4401), at(50, 121.4402), at(40, 121.5)}, ",")+"]"); err != nil {
				t.Fatalf("mosquitto_pub: %v", err)
			}
			eventually(t, "the position by MQTT", func() bool { return longitude(t, s, "p-1") == 121.4402 })
			publish("p-2", at(1, 121.45))
			status, answer := send(t, http.MethodPost, s.url("/v1/positions"), `{"positions":[
				{"id":"p-1","lon":121.4404,"lat":31.25},{"id":"none","lon":1,"lat":1},{"id":"p-1","lon":1,"lat":91}]}`)
			if status != http.StatusOK || !strings.Contains(answer, `"accepted":1,"refused":2`) || !strings.Contains(answer, "unknown_device") || !strings.Contains(answer, "out_of_range") {
				t.Errorf("answer: %d %s", status, answer)
			}
			eventually(t, "the position by HTTP", func() bool { return longitude(t, s, "p-1") == 121.4404 })
			if got := longitude(t, s, "p-2"); got != nil {
				t.Errorf("a position in another's name was taken: %v", got)
			}
			eventually(t, "the history", func() bool { return points(t, s, "p-1", 30) == 3 && points(t, s, "p-1", 60) == 4 })
			s.kill()
			s.start()
			eventually(t, "the position after a kill", func() bool {
				return longitude(t, s, "p-1") == 121.4404 && points(t, s, "p-1", 30) == 3 && points(t, s, "p-1", 60) == 4
			})
		})
	}
}

// A signed finding is taken once, kept, and shown at its camera.
func TestFindingsArrive(t *testing.T) {
	t.Parallel()
	for name, flags := range stores(t) {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := serve(t, dir, flags...)
			register(t, s, "cam-1", `{"kind":"camera","class":"camera.bullet","name":"试验摄像机","lifecycle":"in_use",
				"geometry":{"type":"Point","coordinates":[121.44,31.25]}}`)
			code, secret, wrong := suhe("hook", "add", "water-ai", "--data-dir", dir)
			secret = strings.TrimSpace(secret)
			if code != exitOK || secret == "" {
				t.Fatalf("hook add: %d %s", code, wrong)
			}
			body := fmt.Sprintf(`[{"id":"f-1","camera":"cam-1","class":"floating_rubbish","confidence":0.93,"time":%q},
				{"id":"f-2","camera":"none","class":"crowd","confidence":1,"time":"2026-11-23T08:00:00+08:00"}]`, time.Now().Format(time.RFC3339))
			hook := func(name, signature string) (int, string) {
				return send(t, http.MethodPost, s.url("/v1/hooks/"+name), body, access.SignatureHeader, signature)
			}
			now := time.Now()
			signature := access.Sign(secret, now, []byte(body))
			if status, answer := hook("water-ai", signature); status != http.StatusOK || !strings.Contains(answer, `"accepted":1,"refused":1`) {
				t.Fatalf("%d %s", status, answer)
			}
			if status, answer := hook("water-ai", signature); status != http.StatusConflict {
				t.Errorf("played again: %d %s", status, answer)
			}
			if status, answer := hook("other", signature); status != http.StatusUnauthorized || !strings.Contains(answer, `"status":401`) {
				t.Errorf("another hook: %d %s", status, answer)
			}
			// Signed anew it is taken again, and known again.
			if status, _ := hook("water-ai", access.Sign(secret, now.Add(-time.Second), []byte(body))); status != http.StatusOK {
				t.Errorf("signed anew: %d", status)
			}
			shown := func() any {
				found, _ := get(t, s.url("/v1/assets/cam-1"))["finding"].(map[string]any)
				return found["id"]
			}
			kept := func() int {
				all, _ := get(t, s.url("/v1/findings?camera=cam-1"))["findings"].([]any)
				return len(all)
			}
			eventually(t, "the finding", func() bool { return shown() == "f-1" && kept() == 1 })
			if code, _, wrong := suhe("hook", "remove", "water-ai", "--data-dir", dir); code != exitOK {
				t.Errorf("hook remove: %s", wrong)
			}
			if status, _ := hook("water-ai", access.Sign(secret, time.Now(), []byte(body))); status != http.StatusUnauthorized {
				t.Errorf("a removed hook: %d", status)
			}
			s.kill()
			s.start()
			eventually(t, "the finding after a kill", func() bool { return shown() == "f-1" && kept() == 1 })
			if bytes.Contains([]byte(s.log.String()), []byte(secret)) {
				t.Error("the log tells the secret")
			}
		})
	}
}

func TestHookCommands(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, c := range []struct {
		args []string
		code int
		out  string
		err  string
	}{
		{[]string{"hook", "list"}, exitOK, "", ""},
		{[]string{"hook", "add", "b"}, exitOK, "whsec_", ""},
		{[]string{"hook", "add", "a"}, exitOK, "whsec_", ""},
		{[]string{"hook", "add", "a"}, exitFailed, "", "a is there already"},
		{[]string{"hook", "add", "../a"}, exitUsage, "", "want a name of"},
		{[]string{"hook", "list"}, exitOK, "a\nb\n", ""},
		{[]string{"hook", "remove", "b"}, exitOK, "", ""},
		{[]string{"hook", "remove", "b"}, exitFailed, "", "hook b"},
		{[]string{"hook", "list"}, exitOK, "a\n", ""},
	} {
		code, out, wrong := suhe(append(c.args, "--data-dir", dir)...)
		if code != c.code || !strings.HasPrefix(out, c.out) || (out == "") != (c.out == "") || !strings.Contains(wrong, c.err) {
			t.Errorf("%v: %d %q %q", c.args, code, out, wrong)
		}
	}
}
