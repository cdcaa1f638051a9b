package contract

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"suhe/docs"
)

// Live is the AsyncAPI document, read.
type Live struct {
	Subscriptions []Subscription // in order of name
	Layers        []string       // that a view may name
}

// Subscription is one operation of a channel.
type Subscription struct {
	Name     string // of the operation
	Protocol string // ws or mqtt
	Address  string // with its parameters as their examples have them
	ID       string // the example of {id}, "" without one
	Takes    string // x-action
	Sends    bool   // the server sends, others receive
	Payload  []byte // an example of what is sent to the server; nil: none
}

// OpenLive reads the document, once.
func OpenLive() (*Live, error) { return openedLive() }

var openedLive = sync.OnceValues(func() (*Live, error) {
	var doc asyncDoc
	if err := json.Unmarshal(docs.AsyncAPI(), &doc); err != nil {
		return nil, fmt.Errorf("asyncapi.yaml: %w", err)
	}
	l := &Live{Layers: doc.Components.Schemas["layer"].Enum}
	used := map[string]bool{}
	for name, operation := range doc.Operations {
		s, err := doc.subscription(name, operation)
		if err != nil {
			return nil, fmt.Errorf("asyncapi.yaml: %s: %w", name, err)
		}
		used[operation.Channel.last()] = true
		l.Subscriptions = append(l.Subscriptions, s)
	}
	for name := range doc.Channels {
		if !used[name] {
			return nil, fmt.Errorf("asyncapi.yaml: channel %s has no operation", name)
		}
	}
	slices.SortFunc(l.Subscriptions, func(a, b Subscription) int { return strings.Compare(a.Name, b.Name) })
	return l, nil
})

// asyncDoc is what is read of the document.
type asyncDoc struct {
	Servers    map[string]struct{ Protocol string }
	Channels   map[string]asyncChannel
	Operations map[string]asyncOperation
	Components struct {
		Schemas  map[string]struct{ Enum []string }
		Messages map[string]struct {
			Examples []struct{ Payload json.RawMessage }
		}
		Parameters map[string]asyncParameter
	}
}

type asyncChannel struct {
	Address    string
	Servers    []ref
	Parameters map[string]asyncParameter
	Messages   map[string]ref
}

type asyncParameter struct {
	ref
	Examples []string
}

type asyncOperation struct {
	Takes   string `json:"x-action"`
	Action  string
	Channel ref
}

type ref struct {
	Ref string `json:"$ref"`
}

// last is the name that a reference ends in.
func (r ref) last() string { return r.Ref[strings.LastIndex(r.Ref, "/")+1:] }

func (d *asyncDoc) subscription(name string, o asyncOperation) (Subscription, error) {
	channel, ok := d.Channels[o.Channel.last()]
	if !ok || len(channel.Servers) != 1 || o.Takes == "" {
		return Subscription{}, fmt.Errorf("want an x-action and a channel of one server")
	}
	s := Subscription{Name: name, Takes: o.Takes, Sends: o.Action == "send", Address: channel.Address,
		Protocol: d.Servers[channel.Servers[0].last()].Protocol}
	for name, p := range channel.Parameters {
		if p.Ref != "" {
			p = d.Components.Parameters[p.last()]
		}
		if len(p.Examples) == 0 {
			return s, fmt.Errorf("parameter %s: want an example", name)
		}
		if name == "id" {
			s.ID = p.Examples[0]
		}
		s.Address = strings.ReplaceAll(s.Address, "{"+name+"}", p.Examples[0])
	}
	if s.Protocol != "mqtt" || s.Sends {
		return s, nil
	}
	for _, message := range channel.Messages {
		examples := d.Components.Messages[message.last()].Examples
		if len(examples) == 0 {
			return s, fmt.Errorf("message %s: want an example", message.last())
		}
		s.Payload = examples[0].Payload
	}
	return s, nil
}
