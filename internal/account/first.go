package account

import (
	"context"
	"errors"

	"suhe/assets"
	"suhe/internal/access"
)

// First makes the first account of a store that has none but those of the demo:
// an administrator who admits others, called like its role, with a password that
// must be changed. "": there are accounts.
func (d *Directory) First(ctx context.Context) (name, oneTime string, err error) {
	name = string(access.Security)
	var was *Account
	for _, a := range d.Accounts() {
		if !a.Demo {
			return "", "", nil
		}
		if a.Name == name {
			was = a
		}
	}
	a := &Account{Name: name, Generation: newGeneration(), Roles: []access.Role{access.Security}}
	if was != nil {
		a.Rev = was.Rev
	}
	if oneTime, err = d.givePassword(ctx, a, ""); err != nil {
		return "", "", err
	}
	_, err = d.put(ctx, a, d.about(ctx, "account add", a))
	if errors.Is(err, assets.ErrConflict) {
		return "", "", nil // another node was faster
	}
	return name, oneTime, err
}

// Demo makes an account for each role, called like it, or gives those that an
// earlier demo made this password. Accounts that are no demo's stay as they are.
func (d *Directory) Demo(ctx context.Context, password string) error {
	done, err := d.hashes.turn(ctx)
	if err != nil {
		return err
	}
	defer done()
	var common string // they have one password, and so one hash
	for _, a := range d.Accounts() {
		if a.Demo && common == "" {
			if right, outdated := d.hashes.matches(a.Password, password); right && !outdated {
				common = a.Password
			}
		}
	}
	if common == "" {
		common = hash(password)
	}
	for _, spec := range access.Roles() {
		if err := d.demoOf(ctx, spec, common); err != nil && !errors.Is(err, assets.ErrConflict) {
			return err
		}
	}
	return nil
}

// demoOf makes one account of the demo, or brings it up to date.
func (d *Directory) demoOf(ctx context.Context, spec access.RoleSpec, common string) error {
	a := &Account{Name: string(spec.Role), Title: spec.Name, Roles: []access.Role{spec.Role}, Areas: []string{access.Everywhere},
		Demo: true, Password: common, PasswordAt: d.now().UTC(), Generation: newGeneration()}
	was, err := d.Account(a.Name)
	switch {
	case err != nil:
	case !was.Demo, was.Password == common && was.sameRights(a):
		return nil
	default:
		a.Rev = was.Rev
	}
	_, err = d.put(ctx, a, d.about(ctx, "account demo", a))
	return err
}
