package assets

import (
	"fmt"
	"slices"

	"suhe/internal/seal"
)

// Sealer seals the values of properties that the store shall not show; *seal.Keys
// is one. of says which asset's and which property's the value is.
type Sealer interface {
	Seal(value string, of ...string) string
	Open(sealed string, of ...string) (string, error)
	Current(sealed string) bool
}

// SealBy makes the registry seal what the classes say is kept sealed ("x-sealed" in
// a class's schema), and returns it. It is called before anything else. Sealed
// values stay sealed in the store, the log, the memory of every node, tiles and
// exports; Opened opens them for who may see them.
func (r *Registry) SealBy(s Sealer) *Registry {
	r.sealer = s
	return r
}

// Seals says whether a property of that name is kept sealed.
func (c *Classes) Seals(property string) bool { return c.sealed[property] }

// sealedOf returns the asset with its properties sealed, itself if none is to be.
func (r *Registry) sealedOf(a *Asset) (*Asset, error) {
	if r.sealer == nil {
		return a, nil
	}
	return r.withSealed(a, func(field, value string) (string, error) {
		if !seal.Is(value) {
			return r.sealer.Seal(value, "assets", string(a.ID), field), nil
		}
		plain, err := r.sealer.Open(value, "assets", string(a.ID), field)
		if err != nil {
			return "", fmt.Errorf("%w: properties.%s: %w", ErrInvalid, field, err)
		}
		if r.sealer.Current(value) {
			return value, nil
		}
		return r.sealer.Seal(plain, "assets", string(a.ID), field), nil
	})
}

// Opened returns the asset with its sealed properties opened. One that cannot be
// opened stays sealed: its key is elsewhere.
func (r *Registry) Opened(a *Asset) *Asset {
	if r.sealer == nil {
		return a
	}
	opened, err := r.withSealed(a, func(field, value string) (string, error) {
		if plain, err := r.sealer.Open(value, "assets", string(a.ID), field); err == nil {
			return plain, nil
		}
		return value, nil
	})
	if err != nil {
		return a // written by hand: no text, and in plain
	}
	return opened
}

// Stale says whether a property of the asset is in plain text or sealed with an
// old key, though it is to be sealed.
func (r *Registry) Stale(a *Asset) bool {
	for _, p := range a.Properties {
		if text, ok := p.Value.(string); ok && text != "" && r.classes.Seals(p.Key) && !r.sealer.Current(text) {
			return true
		}
	}
	return false
}

// withSealed changes the texts of properties that are kept sealed.
func (r *Registry) withSealed(a *Asset, change func(field, value string) (string, error)) (*Asset, error) {
	out := a
	for i, p := range a.Properties {
		if !r.classes.Seals(p.Key) || p.Value == nil || p.Value == "" {
			continue
		}
		text, ok := p.Value.(string)
		if !ok {
			return nil, fmt.Errorf("%w: properties.%s: it is kept sealed, want a text", ErrInvalid, p.Key)
		}
		changed, err := change(p.Key, text)
		if err != nil {
			return nil, err
		}
		if changed == text {
			continue
		}
		if out == a {
			c := *a
			c.Properties = append(Properties(nil), a.Properties...)
			out = &c
		}
		out.Properties[i].Value = changed
	}
	return out, nil
}

// unsealedAlone are the properties that rules for their text can be asked about: a
// sealed one was asked before it was sealed.
func (c *Classes) unsealedAlone(ps Properties) Properties {
	sealed := func(p Property) bool {
		text, _ := p.Value.(string)
		return seal.Is(text) && c.Seals(p.Key)
	}
	if !slices.ContainsFunc(ps, sealed) {
		return ps
	}
	return slices.DeleteFunc(slices.Clone(ps), sealed)
}
