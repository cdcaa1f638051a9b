package alarm

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"suhe/assets"
	"suhe/internal/docket"
)

// write commits the changes of the packs. If others were first, what they did is read,
// and the next round tries again.
func (k *Keeper) write(ctx context.Context, group []*pack, changes []docket.Change) error {
	if len(changes) == 0 {
		return nil
	}
	_, err := k.options.Store.CommitCases(ctx, changes)
	if errors.Is(err, assets.ErrConflict) {
		k.options.Log.Info("others changed alarms first", "err", err)
		return k.reread(ctx, group)
	}
	if errors.Is(err, assets.ErrInvalid) {
		return k.writeApart(ctx, group, err)
	}
	if err != nil {
		return fmt.Errorf("write %d changes of alarms: %w", len(changes), err)
	}
	for _, p := range group {
		p.rev += int64(len(p.steps))
		p.stored, p.steps = p.is, nil
		if !p.is.Open() {
			k.forget(p)
		}
	}
	return k.options.Told(ctx)
}

// writeApart writes each alarm on its own, so that one that the store refuses keeps no
// other back. Of that one what was to be written is lost.
func (k *Keeper) writeApart(ctx context.Context, group []*pack, err error) error {
	if len(group) == 1 {
		p := group[0]
		k.options.Log.Error("the store refuses an alarm for good", "alarm", p.is.ID, "err", err)
		if p.rev == 0 {
			k.forget(p)
		}
		p.is, p.steps = p.stored, nil
		return nil
	}
	for _, p := range group {
		changes, err := p.changes(k.options.Locate)
		if err != nil {
			return err
		}
		if err := k.write(ctx, []*pack{p}, changes); err != nil {
			return err
		}
	}
	return nil
}

// reread takes what the store has of the packs.
func (k *Keeper) reread(ctx context.Context, group []*pack) error {
	taken := false
	for _, p := range group {
		c, err := k.options.Store.Case(ctx, assets.Alarm, p.is.ID)
		if p.rev == 0 && (err == nil || errors.Is(err, assets.ErrNotFound)) {
			taken = taken || err == nil
			continue
		}
		if err != nil {
			return err
		}
		is, err := read(c)
		if err != nil {
			return err
		}
		k.rebase(p, is, c.Rev)
		if !c.Open {
			k.lost(p)
		}
	}
	if !taken {
		return nil
	}
	return k.renumber(ctx, k.options.Now())
}

// serials gives the numbers of alarms, of a day each.
type serials struct {
	prefix string
	last   int
}

// reserve sees to it that the next numbers follow those of the store.
func (s *serials) reserve(ctx context.Context, store Cases, now time.Time) error {
	prefix := dayPrefix(now)
	if s.prefix == prefix {
		return nil
	}
	id, err := store.LastCase(ctx, assets.Alarm, prefix)
	if err != nil {
		return fmt.Errorf("number of the next alarm: %w", err)
	}
	last := 0
	if id != "" {
		if last, err = strconv.Atoi(strings.TrimPrefix(string(id), prefix)); err != nil {
			return fmt.Errorf("number of the next alarm: %q is none: %w", id, err)
		}
	}
	*s = serials{prefix, last}
	return nil
}

// take is the next number.
func (s *serials) take() assets.ID {
	s.last++
	return assets.ID(fmt.Sprintf("%s%06d", s.prefix, s.last))
}

func dayPrefix(now time.Time) string { return "A-" + now.In(shanghai).Format("20060102") + "-" }
