package contract_test

import (
	"slices"
	"strings"
	"testing"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/contract"
	"suhe/stream/command"
	"suhe/stream/ingest"
	"suhe/stream/ingest/mapping"
)

// The document has the topics and layers that there are, each with what it takes.
func TestLiveIsAsTheCodeHasIt(t *testing.T) {
	l, err := contract.OpenLive()
	if err != nil {
		t.Fatal(err)
	}
	var layers []string
	for _, k := range assets.Kinds() {
		layers = append(layers, k.Layer())
	}
	if !slices.Equal(layers, l.Layers) {
		t.Errorf("layers %v, want %v", l.Layers, layers)
	}
	const id = "gauge-7"
	topics := map[string]bool{ingest.Topic(id): false, ingest.PositionTopic(id): false, command.AckTopic(id): false, command.Topic(id): false, mapping.Root("gw-1"): false}
	for _, s := range l.Subscriptions {
		if s.Protocol != "mqtt" {
			if s.Takes != string(access.View) {
				t.Errorf("%s takes %s", s.Name, s.Takes)
			}
			continue
		}
		found := false
		for topic := range topics {
			if s.Address == topic || s.Takes == "gateway" && strings.HasPrefix(s.Address, topic) {
				topics[topic], found = true, true
			}
		}
		if !found || s.Takes != "device" && s.Takes != "gateway" {
			t.Errorf("%s: %s, taken by %s, is no topic", s.Name, s.Address, s.Takes)
		}
	}
	for topic, documented := range topics {
		if !documented {
			t.Errorf("%s is not in docs/asyncapi.yaml", topic)
		}
	}
}
