package webhook

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/audit"
	"suhe/internal/settings"
)

// Listed is a hook, its revision, and how it fares.
type Listed struct {
	Hook
	Rev    int64  `json:"rev"`
	Status Status `json:"status"`
}

// Put makes a hook, of revision was 0, and returns its secret, which is told nowhere
// else; or it replaces the one of revision was, or of any: then the secret stays. Errors
// wrap assets.ErrInvalid, or assets.ErrConflict: it has another revision, is not there,
// or there are too many.
func (d *Desk) Put(ctx context.Context, name string, was int64, w Wish) (l Listed, secret string, err error) {
	d.changes.Lock()
	defer d.changes.Unlock()
	if err := access.CheckHookName(name); err != nil {
		return l, "", err
	}
	if err := w.check(d.o.Reach); err != nil {
		return l, "", err
	}
	before, there := d.hooks.Get(name)
	action, made := audit.Action("webhook set"), d.o.Now().UTC()
	switch {
	case was > 0 && !there:
		return l, "", fmt.Errorf("%w: there is no webhook %s", assets.ErrConflict, name)
	case was == assets.AnyRev && there:
		was = before.Rev
	case was == assets.AnyRev:
		was = 0
	}
	if was > 0 {
		secret, made = before.Is.Secret, before.Is.Made
	} else {
		secret, action = access.NewHookSecret(), "webhook add"
		if n := len(d.hooks.All()); n >= maxHooks {
			return l, "", fmt.Errorf("%w: there are %d webhooks, the most that there may be", assets.ErrConflict, n)
		}
	}
	doc := document{w.hook(name, made), d.o.Seal.Seal(secret, string(Kind), name)}
	h, err := d.read(settings.Setting{Name: name, Doc: textOf(doc)})
	if err != nil {
		return l, "", err
	}
	if _, err := d.scope(h); err != nil {
		return l, "", fmt.Errorf("%w: account: %.80q: %w", assets.ErrInvalid, w.Account, err)
	}
	if err := d.hooks.Put(ctx, name, was, doc, action, doc.told()); err != nil {
		return l, "", err
	}
	if err := d.Refresh(ctx); err != nil {
		return l, "", err
	}
	if was > 0 {
		secret = ""
	}
	l, err = d.Get(ctx, name)
	return l, secret, err
}

// Remove removes a hook of that revision, or of any, and what waits for it.
// assets.ErrNotFound: there is none.
func (d *Desk) Remove(ctx context.Context, name string, was int64) error {
	d.changes.Lock()
	defer d.changes.Unlock()
	h, known := d.hooks.Get(name)
	if !known {
		return fmt.Errorf("webhook %.80q: %w", name, assets.ErrNotFound)
	}
	if was == assets.AnyRev {
		was = h.Rev
	}
	if err := d.hooks.Put(ctx, name, was, nil, "webhook remove", nil); err != nil {
		return err
	}
	if err := d.o.Table.Delete(ctx, statusKey(name)); err != nil {
		d.o.Log.Warn("how a webhook fared is not forgotten", "hook", name, "err", err)
	}
	return d.Refresh(ctx)
}

// Get tells of one hook. assets.ErrNotFound: there is none.
func (d *Desk) Get(ctx context.Context, name string) (Listed, error) {
	h, known := d.hooks.Get(name)
	if !known {
		return Listed{}, fmt.Errorf("webhook %.80q: %w", name, assets.ErrNotFound)
	}
	s, err := d.status(ctx, name)
	return Listed{h.Is.Hook, h.Rev, s}, err
}

// List tells of all hooks in order of their names.
func (d *Desk) List(ctx context.Context) ([]Listed, error) {
	out := []Listed{}
	for name := range d.hooks.All() {
		l, err := d.Get(ctx, name)
		if err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	slices.SortFunc(out, func(a, b Listed) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// Reseal seals the secrets of hooks that are sealed with an old key with the newest.
// It returns of how many hooks.
func Reseal(ctx context.Context, store settings.Store, by Sealer) (n int, err error) {
	all, _, err := store.Settings(ctx, Kind)
	if err != nil {
		return 0, err
	}
	for _, s := range all {
		var doc document
		if err := json.Unmarshal(s.Doc, &doc); err != nil {
			return n, fmt.Errorf("webhook %s: %w", s.Name, err)
		}
		if by.Current(doc.Secret) {
			continue
		}
		secret, err := by.Open(doc.Secret, string(Kind), s.Name)
		if err != nil {
			return n, fmt.Errorf("webhook %s: %w", s.Name, err)
		}
		doc.Secret = by.Seal(secret, string(Kind), s.Name)
		if _, err := store.PutSetting(ctx, Kind, s.Name, s.Rev, textOf(doc), audit.From(ctx).Entry("webhook seal", "webhook "+s.Name, audit.Done)); err != nil {
			return n, fmt.Errorf("webhook %s: %w", s.Name, err)
		}
		n++
	}
	return n, nil
}
