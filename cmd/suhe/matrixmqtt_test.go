package main

import (
	"strings"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
	dto "github.com/prometheus/client_model/go"

	"suhe/assets"
	"suhe/internal/account"
	"suhe/internal/contract"
)

// peer is somebody who comes to the MQTT door.
type peer struct {
	name           string
	user, password string
	kind           string // device or gateway, as x-action says it; "" is not let in
	id             string
}

func (h *house) peers() []peer {
	device := func(id assets.ID) peer {
		return peer{"device " + string(id), string(id), h.devices.Token(id), "device", string(id)}
	}
	gateway := func(id assets.ID) peer {
		return peer{"gateway " + string(id), account.GatewayUser + string(id), h.devices.GatewayToken(id), "gateway", string(id)}
	}
	return []peer{
		device(gauge), device(camera), device(patrol), gateway("gw-1"), gateway("gw-2"),
		{name: "nobody"},
		{name: "garbage", user: string(gauge), password: "x"},
		{name: "the token of another", user: string(gauge), password: h.devices.Token(camera)},
		{name: "a device's token as a gateway's", user: account.GatewayUser + string(gauge), password: h.devices.Token(gauge)},
		{name: "a gateway's token as a device's", user: "gw-1", password: h.devices.GatewayToken("gw-1")},
		{name: "an account", user: "operator", password: "operator"},
	}
}

// Every topic of the contract, taken by everybody who comes to the MQTT door: a
// device has its own topics, a gateway what is below its root, and nobody more.
func TestMatrixOfTopics(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	live, err := contract.OpenLive()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range live.Subscriptions {
		if s.Protocol != "mqtt" {
			continue // TestMatrixOfStreams
		}
		owners := 0
		for _, by := range h.peers() {
			t.Run(s.Name+" by "+by.name, func(t *testing.T) {
				may := by.kind == s.Takes && by.id == s.ID
				if may {
					owners++
				}
				if by.kind == "" {
					if c := h.join(by); c != nil {
						t.Fatal("let in")
					}
					return
				}
				c := h.letIn(t, by)
				defer c.Disconnect(0)
				if s.Sends {
					h.subscribes(t, c, s, may)
				} else {
					h.publishes(t, c, s, may)
				}
			})
		}
		if owners != 1 {
			t.Errorf("%s: %d may take it", s.Name, owners)
		}
	}
}

// join connects; nil: the door is shut.
func (h *house) join(by peer) paho.Client {
	o := paho.NewClientOptions().AddBroker("tcp://" + h.settings.MQTTListen).SetProtocolVersion(4).SetAutoReconnect(false).
		SetClientID(strings.ReplaceAll(by.user, ".", "/")).SetUsername(by.user).SetPassword(by.password).SetConnectTimeout(patience)
	if by.user == "" {
		o.SetClientID("nobody")
	}
	c := paho.NewClient(o)
	if token := c.Connect(); !token.WaitTimeout(patience) || token.Error() != nil {
		return nil
	}
	return c
}

// letIn connects who has a right to. The broker keeps a client out for a second that took
// the place of another of the same name, and the one before may still be on its way out.
func (h *house) letIn(t *testing.T, by peer) (c paho.Client) {
	eventually(t, by.name+" is let in", func() bool {
		c = h.join(by)
		return c != nil
	})
	return c
}

// subscribes asks for the topic and compares with whether it may.
func (h *house) subscribes(t *testing.T, c paho.Client, s contract.Subscription, may bool) {
	token := c.Subscribe(s.Address, 1, func(paho.Client, paho.Message) {}).(*paho.SubscribeToken)
	if !token.WaitTimeout(patience) {
		t.Fatal("no answer")
	}
	granted := token.Error() == nil && token.Result()[s.Address] < 0x80
	if granted != may {
		t.Errorf("%s: granted %v (%v), want %v", s.Address, granted, token.Error(), may)
	}
}

// publishes sends the example, then lets the owner send it too: when that has
// come in, the first has come in as well or never will.
func (h *house) publishes(t *testing.T, c paho.Client, s contract.Subscription, may bool) {
	before := h.heard(t)
	c.Publish(s.Address, 1, false, []byte(s.Payload)).WaitTimeout(5 * time.Second)
	owner := h.letIn(t, h.owner(t, s))
	defer owner.Disconnect(0)
	if token := owner.Publish(s.Address, 1, false, []byte(s.Payload)); !token.WaitTimeout(patience) || token.Error() != nil {
		t.Fatalf("owner: %v", token.Error())
	}
	want := before + 1
	if may {
		want++
	}
	eventually(t, "the owner's message", func() bool { return h.heard(t) >= want })
	if got := h.heard(t); got != want {
		t.Errorf("%s: %v messages came in, want %v", s.Address, got-before, want-before)
	}
}

func (h *house) owner(t *testing.T, s contract.Subscription) peer {
	for _, by := range h.peers() {
		if by.kind == s.Takes && by.id == s.ID {
			return by
		}
	}
	t.Fatalf("%s has no owner", s.Address)
	return peer{}
}

// heard is how many messages of MQTT came in, whatever became of them.
func (h *house) heard(t *testing.T) (n float64) {
	t.Helper()
	families, err := h.metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		switch f.GetName() {
		case "suhe_ingest_total", "suhe_ingest_positions_total", "suhe_command_acks_total":
			for _, m := range f.GetMetric() {
				if way := label(m, "way"); way == "" || way == "mqtt" {
					n += m.GetCounter().GetValue()
				}
			}
		}
	}
	return n
}

func label(m *dto.Metric, name string) string {
	for _, l := range m.GetLabel() {
		if l.GetName() == name {
			return l.GetValue()
		}
	}
	return ""
}
