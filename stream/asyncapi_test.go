package stream_test

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"suhe/docs"
	"suhe/stream"
)

// document is docs/asyncapi.yaml, with a schema for each message of the stream.
type document struct {
	messages map[string]*jsonschema.Schema
}

func readDocument(t *testing.T) document {
	t.Helper()
	resource, err := jsonschema.UnmarshalJSON(bytes.NewReader(docs.AsyncAPI()))
	if err != nil {
		t.Fatal(err)
	}
	stream := resource.(map[string]any)["channels"].(map[string]any)["stream"].(map[string]any)
	compiler := jsonschema.NewCompiler()
	compiler.AddResource("asyncapi.json", resource)
	d := document{map[string]*jsonschema.Schema{}}
	for name := range stream["messages"].(map[string]any) {
		d.messages[name], err = compiler.Compile("asyncapi.json#/components/messages/" + name + "/payload")
		if err != nil {
			t.Fatalf("message %s: %v", name, err)
		}
	}
	return d
}

// check validates one message by its type.
func (d document) check(message string) error {
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(message)))
	if err != nil {
		return err
	}
	object, _ := v.(map[string]any)
	kind, _ := object["type"].(string)
	schema, ok := d.messages[kind]
	if !ok {
		return os.ErrNotExist
	}
	return schema.Validate(v)
}

// Every frame that the server sends is in the document, and every kind of frame
// in the document was sent.
func TestFramesAreAsDocumented(t *testing.T) {
	d := readDocument(t)
	w := newWorld()
	var closing *client
	done := make(chan struct{})
	t.Run("session", func(inner *testing.T) {
		address := serve(inner, w)
		w.put(1, here, 1)
		c := dial(t, address)
		closing = c
		c.send(subscribeHere)
		c.until("snapshot")
		w.put(2, here, 2)
		c.until("event")
		w.put(1, here, 3)
		c.until("delta")
		w.remove(1)
		c.until("event")
		c.send(`{"type":"update","id":"none"}`)
		c.until("error")
		c.send(`{"type":"subscribe","id":"v2","layers":["sensors"],"bbox":[1,1,2,2],"position":{"epoch":7,"obs":0,"events":0},"held":[]}`)
		c.until("resync")
		c.send(`{"type":"subscribe","id":"v3","tiles":["sensors"],"bbox":[121.39,31.21,121.41,31.23],"zooms":[13,14]}`)
		c.until("tiles")
		w.put(3, here, 2)
		c.until("tiles")
		c.send(`{"type":"present","name":"大屏","camera":{"lon":121.4,"lat":31.2,"zoom":14,"bearing":0,"pitch":45},"selected":3}`)
		c.send(`{"type":"follow","session":"*"}`)
		c.until("presence")
		c.send(`{"type":"update","id":"v1","zoom":8}`)
		c.until("clusters")
		c.until("time")
		go func() { defer close(done); c.until("bye") }()
	})
	<-done
	sent := map[string]bool{"auth": true, "subscribe": true, "update": true, "unsubscribe": true, "present": true, "follow": true,
		"slow": true} // TestASlowReaderIsToldSo checks it
	for _, f := range closing.frames {
		sent[f.Type] = true
		if err := d.check(f.raw); err != nil {
			t.Errorf("%s: %v", f.raw, err)
		}
	}
	for name := range d.messages {
		if !sent[name] {
			t.Errorf("%s is documented and was not sent", name)
		}
	}
}

func TestClientMessagesAreAsDocumented(t *testing.T) {
	d := readDocument(t)
	for _, message := range []string{
		subscribeHere,
		`{"type":"subscribe","id":"v1","layers":["sensors","cameras"],"bbox":[1,1,2,2],"position":{"epoch":1,"obs":2,"events":3},"held":[1,2]}`,
		`{"type":"update","id":"v1","bbox":[1,1,2,2]}`,
		subscribeTiles,
		`{"type":"update","id":"v1","layers":[],"tiles":["areas"],"zooms":[0,22],"position":{"epoch":1,"obs":2,"events":3}}`,
		`{"type":"unsubscribe","id":"v1"}`,
		`{"type":"subscribe","id":"v1","layers":["sensors"],"area":"310107001","filter":"severity > 0","fields":["values"],"datum":"gcj02","rate":2}`,
		`{"type":"update","id":"v1","chainage":[0,1200]}`,
		`{"type":"present","name":"大屏"}`,
		`{"type":"follow","session":""}`,
		`{"type":"auth","ticket":"x"}`,
	} {
		if err := d.check(message); err != nil {
			t.Errorf("%s: %v", message, err)
		}
	}
	wellFormed := []string{"swapped bbox", "inside out", "swapped zooms", "unknown area", "broken filter", "unknown property", "late auth"}
	for _, h := range hostile {
		if !slices.Contains(wellFormed, h.name) && d.check(h.message) == nil {
			t.Errorf("%s: the document allows %s", h.name, h.message)
		}
	}
}

func TestCodesAreDocumented(t *testing.T) {
	d := readDocument(t)
	for _, c := range stream.Codes() {
		b, _ := json.Marshal(map[string]any{"type": "bye", "code": c.Number, "name": c.Name, "reason": "", "reconnect": c.Reconnect, "after": 0})
		if err := d.check(string(b)); err != nil {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
