package main

import (
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
	dir := t.TempDir()
	streets := []string{"310107020", "310107005", "310107022"} // one of them is another than that of the incident
	for _, area := range streets {
		if code, _, errs := suhe("user", "add", "of-"+area, "--role", "operator", "--area", area, "--password", testPassword, "--data-dir", dir); code != exitOK {
			t.Fatal(errs)
		}
	}
	s := serve(t, dir, "--demo", "--demo-password", pagesPassword, "--scene-size", "1000", "--scene-surge", "4")
	walk(t, s, "loop.mjs", "--password", testPassword, "--areas", strings.Join(streets, ","))
	s.terminate()
	if code, out, errs := suhe("audit", "verify", "--data-dir", dir); code != exitOK {
		t.Errorf("the record: %s %s", out, errs)
	}
}
