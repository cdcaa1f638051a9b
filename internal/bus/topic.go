package bus

import (
	"fmt"
	"strings"
)

// The broker maps MQTT topics to its own subjects: '/' to '.', '.' to '//', and
// an empty level to '/'. Only topics without empty levels are taken here, so
// that the way there and back is the same.

// subject maps a topic without wildcards.
func subject(topic string) (string, error) {
	if strings.ContainsAny(topic, "+#*> \t\r\n\f\x7f\x00") {
		return "", fmt.Errorf("topic %q: wildcards and blanks are not allowed", topic)
	}
	return mapped(topic)
}

// subjectFilter maps a topic filter; '+' stands for one level and '#' for one or
// more at the end.
func subjectFilter(filter string) (string, error) {
	if strings.ContainsAny(filter, "*> \t\r\n\f\x7f\x00") {
		return "", fmt.Errorf("topic filter %q: blanks, '*' and '>' are not allowed", filter)
	}
	levels := strings.Split(filter, "/")
	for i, level := range levels {
		if strings.ContainsAny(level, "+#") && len(level) > 1 {
			return "", fmt.Errorf("topic filter %q: a wildcard is a whole level", filter)
		}
		if level == "#" && i < len(levels)-1 {
			return "", fmt.Errorf("topic filter %q: '#' is the last level", filter)
		}
	}
	s, err := mapped(filter)
	return strings.NewReplacer("+", "*", "#", ">").Replace(s), err
}

func mapped(topic string) (string, error) {
	if topic == "" || topic[0] == '/' || topic[len(topic)-1] == '/' || strings.Contains(topic, "//") {
		return "", fmt.Errorf("topic %q: empty levels are not allowed", topic)
	}
	return strings.NewReplacer(".", "//", "/", ".").Replace(topic), nil
}

// topic maps a subject back, also one with empty levels.
func topic(subject string) string {
	if !strings.Contains(subject, "/") {
		return strings.ReplaceAll(subject, ".", "/")
	}
	levels := strings.Split(subject, ".")
	for i, level := range levels {
		if level == "/" {
			levels[i] = ""
		} else {
			levels[i] = strings.ReplaceAll(level, "//", ".")
		}
	}
	return strings.Join(levels, "/")
}
