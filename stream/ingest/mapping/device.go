package mapping

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"suhe/assets"
)

// ErrDevice says that a payload names a device that its mapping does not.
var ErrDevice = errors.New("device is not in the mapping")

// Bounds of the device part.
const (
	maxIDs    = 20_000
	maxLevels = 8
)

// deviceSheet says which device an item is about: the one that Is names, or what
// stands at From in the item or at a Level of the topic, by table or by template.
type deviceSheet struct {
	Is       string            `json:"is"`
	From     *string           `json:"from"`
	Level    int               `json:"level"` // of the topic below the gateway, from 1
	IDs      map[string]string `json:"ids"`   // their id: our id
	Template string            `json:"template"`
}

// hole is where the foreign id goes in a template.
const hole = "{}"

// naming finds the device of an item.
type naming struct {
	is            assets.ID
	from          *pointer
	level         int
	ids           map[string]assets.ID
	ours          map[assets.ID]bool // those of ids
	before, after string             // of the template
}

func newNaming(d deviceSheet, topic []string) (n naming, err error) {
	if count(d.Is != "", d.From != nil, d.Level != 0) != 1 {
		return n, errors.New("want one of is, from and level")
	}
	if d.Is != "" {
		if d.IDs != nil || d.Template != "" {
			return n, errors.New("ids, template: not with is")
		}
		n.is, err = assets.ParseID(d.Is)
		return n, err
	}
	if err := n.source(d, topic); err != nil {
		return n, err
	}
	if count(d.IDs != nil, d.Template != "") != 1 {
		return n, errors.New("want one of ids and template")
	}
	if d.Template != "" {
		return n, n.setTemplate(d.Template)
	}
	return n, n.setIDs(d.IDs)
}

func (n *naming) source(d deviceSheet, topic []string) error {
	if d.From != nil {
		p, err := parsePointer(*d.From)
		if err != nil {
			return fmt.Errorf("from: %w", err)
		}
		n.from = &p
		return nil
	}
	if d.Level < 1 || d.Level > maxLevels {
		return fmt.Errorf("level: %d, want 1 to %d", d.Level, maxLevels)
	}
	if d.Level > len(topic) || topic[d.Level-1] != "+" {
		return fmt.Errorf("level: %d of the topic %q is not +", d.Level, strings.Join(topic, "/"))
	}
	n.level = d.Level
	return nil
}

// setTemplate wants something besides the hole: a mapping names the devices that
// its gateways may speak for, and "{}" would name all.
func (n *naming) setTemplate(text string) error {
	var ok bool
	n.before, n.after, ok = strings.Cut(text, hole)
	if !ok || strings.Contains(n.after, hole) || n.before == "" {
		return fmt.Errorf("template: %q, want one {} with something before it, as yl-{}", text)
	}
	_, err := assets.ParseID(n.before + "1" + n.after)
	if err != nil {
		return fmt.Errorf("template: %w", err)
	}
	return nil
}

func (n *naming) setIDs(table map[string]string) error {
	if len(table) == 0 || len(table) > maxIDs {
		return fmt.Errorf("ids: %d, want 1 to %d", len(table), maxIDs)
	}
	n.ids, n.ours = make(map[string]assets.ID, len(table)), make(map[assets.ID]bool, len(table))
	for theirs, ours := range table {
		id, err := assets.ParseID(ours)
		if err != nil {
			return fmt.Errorf("ids: %.64q: %w", theirs, err)
		}
		n.ids[theirs], n.ours[id] = id, true
	}
	return nil
}

// of names the device of an item. Levels are those of the topic below the gateway.
func (n *naming) of(root, item any, levels []string) (assets.ID, error) {
	if n.is != "" {
		return n.is, nil
	}
	theirs, err := n.foreign(root, item, levels)
	if err != nil {
		return "", err
	}
	if n.ids != nil {
		id, ok := n.ids[theirs]
		if !ok {
			return "", fmt.Errorf("%w: %.64q is not in ids", ErrDevice, theirs)
		}
		return id, nil
	}
	id, err := assets.ParseID(n.before + theirs + n.after)
	if err != nil {
		return "", fmt.Errorf("%w: %.64q: %w", ErrDevice, theirs, err)
	}
	return id, nil
}

func (n *naming) foreign(root, item any, levels []string) (string, error) {
	if n.from == nil {
		if n.level > len(levels) {
			return "", fmt.Errorf("%w: no level %d in the topic", ErrDevice, n.level)
		}
		return levels[n.level-1], nil
	}
	v, ok := n.from.find(root, item)
	if !ok {
		return "", errors.New("missing")
	}
	switch v := v.(type) {
	case string:
		return v, nil
	case json.Number:
		return v.String(), nil
	}
	return "", fmt.Errorf("%s, want a string or a number", kindOf(v))
}

// names says whether an item can be about the device.
func (n *naming) names(device assets.ID) bool {
	if n.is != "" || n.ids != nil {
		return n.is == device || n.ours[device]
	}
	theirs, ok := strings.CutPrefix(string(device), n.before)
	if ok {
		theirs, ok = strings.CutSuffix(theirs, n.after)
	}
	return ok && theirs != ""
}

// place is where a mapping looks for the device.
func (n *naming) place() string {
	if n.from == nil {
		return "topic"
	}
	return n.from.text
}

func count(conditions ...bool) (n int) {
	for _, c := range conditions {
		if c {
			n++
		}
	}
	return n
}
