package command

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"suhe/assets"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func TestNext(t *testing.T) {
	for _, test := range []struct {
		name   string
		state  State
		after  time.Duration // of a timeout of 30 s
		status State
		want   State // empty: nothing changes
		detail string
	}{
		{"taken", Sent, time.Second, Accepted, Accepted, "ok"},
		{"done at once", Sent, time.Second, Done, Done, "ok"},
		{"refused", Sent, time.Second, Refused, Refused, "ok"},
		{"worked on and done", Accepted, time.Second, Done, Done, "ok"},
		{"worked on and failed", Accepted, time.Second, Failed, Failed, "ok"},
		{"taken twice", Accepted, time.Second, Accepted, "", ""},
		{"done and taken", Done, time.Second, Accepted, "", ""},
		{"done and failed", Done, time.Second, Failed, "", ""},
		{"too late", Sent, 42 * time.Second, Done, Timeout, "the device answered done 12s too late: ok"},
		{"too late for the end", Accepted, 30 * time.Second, Done, Timeout, "the device answered done 0s too late: ok"},
		{"too late twice", Timeout, time.Minute, Failed, "", ""},
		{"there after all", Undeliverable, time.Second, Accepted, Accepted, "ok"},
		{"there after all, too late", Undeliverable, time.Minute, Done, Timeout, "the device answered done 30s too late: ok"},
	} {
		c := Command{State: test.state, Sent: noon, Expires: noon.Add(30 * time.Second)}
		next, changes := c.Next(Ack{Status: test.status, Detail: "ok"}, noon.Add(test.after))
		if changes != (test.want != "") || changes && (next.State != test.want || next.Detail != test.detail) {
			t.Errorf("%s: %v %s, %q", test.name, changes, next.State, next.Detail)
		}
	}
}

// Whatever a device says, and how often: a command ends once, and stays so.
func TestACommandEndsOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Command{State: rapid.SampledFrom([]State{Sent, Undeliverable}).Draw(t, "first"), Expires: noon.Add(10 * time.Second)}
		now, ended := noon, State("")
		for range rapid.IntRange(1, 12).Draw(t, "answers") {
			now = now.Add(time.Duration(rapid.IntRange(0, 6000).Draw(t, "ms")) * time.Millisecond)
			a := Ack{Status: rapid.SampledFrom([]State{Accepted, Done, Failed, Refused}).Draw(t, "status")}
			if next, changes := c.Next(a, now); changes {
				c = next
			}
			seen := c.At(now)
			if ended != "" && seen.State != ended {
				t.Fatalf("ended %s, then %s", ended, seen.State)
			}
			if !now.Before(c.Expires) && !seen.State.final() {
				t.Fatalf("%s after its end", seen.State)
			}
			if seen.State.final() && seen.State != Undeliverable {
				ended = seen.State
			}
		}
	})
}

func catalogue(t testing.TB) *Catalogue {
	t.Helper()
	c, err := DefaultCatalogue(assets.DefaultClasses())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCatalogue(t *testing.T) {
	c := catalogue(t)
	for _, test := range []struct{ class, name, arguments, want string }{
		{"sensor.rain", "set_report_interval", `{"seconds":60}`, ""},
		{"sensor.rain", "reboot", `{}`, ""},
		{"sensor.water_level", "siren", `{"on":true,"seconds":5}`, ""},
		{"sensor.rain", "siren", `{"on":true}`, `name: siren, want for a sensor.rain one of [set_report_interval report_now self_test reboot]`},
		{"camera.dome", "reboot", `{}`, "want for a camera.dome one of [look]"},
		{"sensor.rain", "set_report_interval", `{}`, "arguments: "},
		{"sensor.rain", "set_report_interval", `{"seconds":0}`, "minimum"},
		{"sensor.rain", "set_report_interval", `{"seconds":1,"x":2}`, "additional"},
		{"sensor.rain", "self_test", `[]`, "arguments: "},
		{"sensor.rain", "self_test", `{`, "arguments: "},
	} {
		err := c.check(test.class, test.name, json.RawMessage(test.arguments))
		if test.want == "" && err != nil || test.want != "" && (!errors.Is(err, assets.ErrInvalid) || !strings.Contains(strings.ReplaceAll(err.Error(), `"`, ""), test.want)) {
			t.Errorf("%s %s %s: %v, want %q", test.class, test.name, test.arguments, err, test.want)
		}
	}
}

func TestBadCatalogues(t *testing.T) {
	row := func(name, class, schema string) string {
		return `{"name":"` + name + `","title":"x","titleEn":"x","classes":["` + class + `"],"arguments":` + schema + `}`
	}
	for name, test := range map[string]struct{ text, want string }{
		"unknown key":   {`{"kinds":[]}`, "kinds"},
		"bad name":      {`{"commands":[` + row("No Name", "sensor.*", "{}") + `]}`, "commands[0].name"},
		"name twice":    {`{"commands":[` + row("a", "sensor.*", "{}") + "," + row("a", "sensor.*", "{}") + `]}`, "commands[1].name"},
		"no such class": {`{"commands":[` + row("a", "cat.*", "{}") + `]}`, `"cat.*" is no class`},
		"bad schema":    {`{"commands":[` + row("a", "sensor.*", `{"type":"thing"}`) + `]}`, "commands[0].arguments"},
		"schema far":    {`{"commands":[` + row("a", "sensor.*", `{"$ref":"http://127.0.0.1/x"}`) + `]}`, "not loaded"},
	} {
		if _, err := ReadCatalogue([]byte(test.text), assets.DefaultClasses()); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
	}
}

const ackID = "0192a1b2c3d4-abcdefgh"

var acks = []struct{ topic, payload, want string }{
	{AckTopic("wl-1"), `{"command":"` + ackID + `","status":"done","detail":"ok"}`, ""},
	{AckTopic("wl-1"), `{"command":"` + ackID + `","status":"accepted"}`, ""},
	{AckTopic("wl-1"), `{"command":"` + ackID + `","status":"timeout"}`, "status: timeout"},
	{AckTopic("wl-1"), `{"command":"../x","status":"done"}`, "no id of a command"},
	{AckTopic("wl-1"), `{"command":"` + ackID + `","status":"done","by":"me"}`, "by"},
	{AckTopic("wl-1"), `{"command":"` + ackID + `","status":"done"}{}`, "behind"},
	{AckTopic("wl-1"), `x`, "invalid"},
	{AckTopic("wl-1"), `{"detail":"` + strings.Repeat("x", maxAck) + `"}`, "want at most"},
	{"suhe/v1/devices/a b/acks", `{}`, "topic"},
	{"suhe/v1/devices/wl-1/commands", `{}`, "topic"},
}

func TestReadAck(t *testing.T) {
	for _, test := range acks {
		_, a, err := ReadAck(test.topic, []byte(test.payload))
		if test.want == "" && (err != nil || a.Command != ackID) || test.want != "" && (err == nil || !strings.Contains(strings.ReplaceAll(err.Error(), `"`, ""), test.want)) {
			t.Errorf("%.80s: %+v, %v, want %q", test.payload, a, err, test.want)
		}
	}
}

func FuzzReadAck(f *testing.F) {
	for _, a := range acks {
		f.Add(a.topic, []byte(a.payload))
	}
	f.Fuzz(func(t *testing.T, topic string, payload []byte) {
		id, a, err := ReadAck(topic, payload)
		if err != nil {
			return
		}
		if AckTopic(id) != topic || !idRule.MatchString(a.Command) || len(a.Detail) > maxDetail {
			t.Errorf("%s: %+v", id, a)
		}
	})
}
