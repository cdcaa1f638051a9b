package mapping

import (
	"fmt"
	"strings"

	"suhe/assets"
)

// Topics is the topic filter under which gateways publish.
const Topics = topicBefore + "+/#"

const (
	topicBefore = "suhe/v1/gateways/"
	maxTopic    = 256 // bytes
)

// Root is the topic below which the gateway publishes.
func Root(gateway assets.ID) string { return topicBefore + string(gateway) }

// SplitTopic is the gateway that published to the topic, and the levels below it.
func SplitTopic(topic string) (gateway assets.ID, levels []string, err error) {
	rest, ok := strings.CutPrefix(topic, topicBefore)
	name, below, more := strings.Cut(rest, "/")
	if !ok || !more || len(topic) > maxTopic+len(topicBefore)+assets.MaxID {
		return "", nil, fmt.Errorf("topic %.200q is not %s", topic, Topics)
	}
	if gateway, err = assets.ParseID(name); err != nil {
		return "", nil, fmt.Errorf("topic: %w", err)
	}
	return gateway, strings.Split(below, "/"), nil
}

// parseFilter splits a topic filter (MQTT 3.1.1, section 4.7).
func parseFilter(text string) ([]string, error) {
	if len(text) > maxTopic {
		return nil, fmt.Errorf("%d bytes, want at most %d", len(text), maxTopic)
	}
	levels := strings.Split(text, "/")
	for i, level := range levels {
		switch {
		case level == "":
			return nil, fmt.Errorf("%q: empty levels are not allowed", text)
		case strings.ContainsAny(level, "+#") && len(level) > 1:
			return nil, fmt.Errorf("%q: a wildcard is a whole level", text)
		case level == "#" && i < len(levels)-1:
			return nil, fmt.Errorf("%q: # is the last level", text)
		case strings.ContainsAny(level, "*> \t\r\n\f\x7f\x00"):
			return nil, fmt.Errorf("%q: blanks, * and > are not allowed", text)
		}
	}
	return levels, nil
}

// matches says whether a topic's levels are under the filter.
func matches(filter, levels []string) bool {
	for i, f := range filter {
		if f == "#" {
			return true
		}
		if i == len(levels) || f != "+" && f != levels[i] {
			return false
		}
	}
	return len(filter) == len(levels)
}

// overlap says whether a topic may be under both filters.
func overlap(a, b []string) bool {
	for i := 0; ; i++ {
		aEnds, bEnds := i == len(a), i == len(b)
		switch {
		case !aEnds && a[i] == "#", !bEnds && b[i] == "#":
			return true
		case aEnds || bEnds:
			return aEnds && bEnds
		case a[i] != b[i] && a[i] != "+" && b[i] != "+":
			return false
		}
	}
}
