package main

import (
	"os/exec"
	"strings"
	"testing"
)

// The whole loop, as the city runs the twin for it, in a real browser against a real
// node: the creek rises, gauges raise an alarm with the cameras that see the place, an
// incident is filed by itself, the nearest patrol is sent, handles it and proves it with
// a photo, another checks and closes it, and it is evaluated. A page that is open all
// the while shows each step; somebody of another street sees none of it.
func TestStory(t *testing.T) {
	t.Parallel()
	const demo = "Seen-on-one-screen-1"
	dir := t.TempDir()
	streets := []string{"310107020", "310107005", "310107022"} // one of them is another than that of the incident
	for _, area := range streets {
		if code, _, errs := suhe("user", "add", "of-"+area, "--role", "operator", "--area", area, "--password", testPassword, "--data-dir", dir); code != exitOK {
			t.Fatal(errs)
		}
	}
	s := serve(t, dir, "--demo", "--demo-password", demo, "--scene-size", "1000", "--scene-surge", "4")
	story := exec.CommandContext(t.Context(), "node", "e2e/loop.mjs", "--base", s.url(""), "--demo", demo, "--password", testPassword, "--areas", strings.Join(streets, ","))
	story.Dir = "../../web"
	story.Stdout, story.Stderr = t.Output(), t.Output()
	if err := story.Run(); err != nil {
		t.Error(err)
	}
	s.terminate()
	if code, out, errs := suhe("audit", "verify", "--data-dir", dir); code != exitOK {
		t.Errorf("the record: %s %s", out, errs)
	}
}
