package postgis

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/jackc/pgx/v5"

	"suhe/assets"
	"suhe/internal/audit"
	"suhe/internal/store"
)

// chunk is how many edits go to the database at a time: enough that the round
// trips do not count, few enough to hold in memory.
const chunk = 2000

// Commit implements assets.Store. An edit that meets another transaction which
// changes the same assets waits for it, and fails with ErrConflict if both wait
// for each other. The audit entry is the last thing that it writes.
func (s *Store) Commit(ctx context.Context, edits iter.Seq2[assets.Edit, error], took func(*assets.Asset, assets.Verdict)) error {
	err := s.within(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		c := commit{tx: tx, took: took, now: time.Now().UTC().Truncate(time.Microsecond), seen: map[assets.ID]bool{}}
		for e, err := range edits {
			if err != nil {
				return err
			}
			if err := c.add(ctx, e); err != nil {
				return err
			}
		}
		if err := c.flush(ctx); err != nil {
			return err
		}
		return s.record(ctx, tx, true, c.tally.Entry(audit.From(ctx))...)
	})
	if err != nil {
		return fmt.Errorf("commit: %w", kind(err))
	}
	return nil
}

// commit is one transaction of edits.
type commit struct {
	tx   pgx.Tx
	took func(*assets.Asset, assets.Verdict)
	now  time.Time

	tally store.Tally
	edits []assets.Edit // not yet written, each about another asset
	seen  map[assets.ID]bool
}

// add takes one more edit; a second one of an asset comes after the first is written.
func (c *commit) add(ctx context.Context, e assets.Edit) error {
	id, err := store.Subject(e)
	if err != nil {
		return err
	}
	if len(c.edits) == chunk || c.seen[id] {
		if err := c.flush(ctx); err != nil {
			return err
		}
	}
	c.edits = append(c.edits, e)
	c.seen[id] = true
	return nil
}

// flush judges and writes the edits that wait.
func (c *commit) flush(ctx context.Context) error {
	if len(c.edits) == 0 {
		return nil
	}
	stored, err := c.stored(ctx)
	if err != nil {
		return err
	}
	last, err := c.last(ctx, stored)
	if err != nil {
		return err
	}
	w := work{now: c.now}
	for _, e := range c.edits {
		id, _ := store.Subject(e)
		is, verdict, err := store.Judge(e, stored[id], last[id], c.now)
		if err != nil {
			return err
		}
		if err := w.add(is, verdict, e); err != nil {
			return err
		}
	}
	if err := w.write(ctx, c.tx); err != nil {
		return err
	}
	for i, a := range w.all {
		c.tally.Take(a, w.verdicts[i], c.edits[i])
		c.took(a, w.verdicts[i])
	}
	c.edits = c.edits[:0]
	clear(c.seen)
	return nil
}

// stored reads and locks the assets that the waiting edits are about, in order
// of their ids, so that commits of one chunk never wait for each other crosswise.
func (c *commit) stored(ctx context.Context) (map[assets.ID]*assets.Asset, error) {
	ids := make([]string, 0, len(c.seen))
	for id := range c.seen {
		ids = append(ids, string(id))
	}
	rows, err := c.tx.Query(ctx, "SELECT "+columns+" FROM suhe.assets a WHERE a.id = ANY($1) ORDER BY a.id FOR UPDATE", binaryRows, ids)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := make(map[assets.ID]*assets.Asset)
	for rows.Next() {
		// What cannot be read has no geometry, so it equals no edit and is replaced.
		a, _ := scanner{}.asset(rows.RawValues())
		out[a.ID] = a
	}
	return out, rows.Err()
}
