package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"unicode/utf8"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/audit"
)

// Tree is one of the trees of areas that departments have beside the division
// codes. Its nodes, and those of all others, may stand among the areas of an account.
type Tree struct {
	Name  string       `json:"name"`
	Rev   int64        `json:"rev"`
	Nodes access.Trees `json:"nodes"` // what hangs on each: nodes, or division codes
}

// The bounds of a tree.
const (
	maxNodes    = 10_000 // and what hangs on them
	maxNodeName = 128    // bytes
)

// treeName is what a tree may be called: it stands in addresses.
var treeName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)

// divisionCode is what no node may be called: who has that division would have the
// node's too.
var divisionCode = regexp.MustCompile(`^[0-9]+$`)

func (t Tree) check() error {
	if !treeName.MatchString(t.Name) {
		return fmt.Errorf("%w: tree: %.80q, want a name of 1 to 64 of a-z, 0-9, _ and -", assets.ErrInvalid, t.Name)
	}
	if t.Nodes == nil {
		return fmt.Errorf("%w: nodes: none, want an object", assets.ErrInvalid)
	}
	n := 0
	for node, below := range t.Nodes {
		if below == nil {
			return fmt.Errorf("%w: nodes: %.80q: null, want a list", assets.ErrInvalid, node)
		}
		if divisionCode.MatchString(node) {
			return fmt.Errorf("%w: nodes: %.80q is a division code, want a name of its own", assets.ErrInvalid, node)
		}
		for _, name := range append([]string{node}, below...) {
			if name == "" || name == access.Everywhere || len(name) > maxNodeName || !utf8.ValidString(name) {
				return fmt.Errorf("%w: nodes: %.80q, want 1 to %d bytes of UTF-8, and not %s", assets.ErrInvalid, name, maxNodeName, access.Everywhere)
			}
		}
		n += 1 + len(below)
	}
	if n > maxNodes {
		return fmt.Errorf("%w: nodes: %d, want at most %d", assets.ErrInvalid, n, maxNodes)
	}
	return nil
}

// Trees reads all trees from the store, in order of their names.
func (d *Directory) Trees(ctx context.Context) ([]Tree, error) {
	all, _, err := d.store.Settings(ctx, TreeKind)
	if err != nil {
		return nil, fmt.Errorf("trees: %w", err)
	}
	out := make([]Tree, 0, len(all))
	for _, s := range all {
		t := Tree{Name: s.Name, Rev: s.Rev}
		if err := json.Unmarshal(s.Doc, &t.Nodes); err != nil {
			return nil, fmt.Errorf("tree %s: %w", s.Name, err)
		}
		out = append(out, t)
	}
	return out, nil
}

// tree is the one of that name; assets.ErrNotFound: there is none.
func (d *Directory) tree(ctx context.Context, name string) (Tree, error) {
	all, err := d.Trees(ctx)
	if err != nil {
		return Tree{}, err
	}
	for _, t := range all {
		if t.Name == name {
			return t, nil
		}
	}
	return Tree{}, fmt.Errorf("tree %.80q: %w", name, assets.ErrNotFound)
}

// PutTree writes a tree in place of its revision: 0, there is none; assets.AnyRev,
// whatever there is. What accounts see by it changes within two seconds, on every
// node.
func (d *Directory) PutTree(ctx context.Context, t Tree) (Tree, error) {
	if err := t.check(); err != nil {
		return Tree{}, err
	}
	if t.Rev == assets.AnyRev {
		is, err := d.tree(ctx, t.Name)
		if err != nil && !errors.Is(err, assets.ErrNotFound) {
			return Tree{}, err
		}
		t.Rev = is.Rev
	}
	doc, err := json.Marshal(t.Nodes)
	if err != nil {
		return Tree{}, err
	}
	s, err := d.store.PutSetting(ctx, TreeKind, t.Name, t.Rev, doc, audit.From(ctx).Entry("tree put", "tree "+t.Name, audit.Done))
	if err != nil {
		return Tree{}, fmt.Errorf("tree %s: %w", t.Name, err)
	}
	t.Rev = s.Rev
	return t, nil
}

// RemoveTree removes the tree of that revision, or of any.
func (d *Directory) RemoveTree(ctx context.Context, name string, was int64) error {
	is, err := d.tree(ctx, name)
	if err != nil {
		return err
	}
	if was == assets.AnyRev {
		was = is.Rev
	}
	if _, err := d.store.PutSetting(ctx, TreeKind, name, was, nil, audit.From(ctx).Entry("tree remove", "tree "+name, audit.Done)); err != nil {
		return fmt.Errorf("tree %s: %w", name, err)
	}
	return nil
}
