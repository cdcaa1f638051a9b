package geopackage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"time"

	"suhe/assets"
	"suhe/internal/audit"
	"suhe/internal/store"
)

const (
	selectSQL = "SELECT " + columns + " FROM assets a WHERE a.id = ?"
	insertSQL = `INSERT INTO assets (geom, id, kind, class, name, base, height, orientation, owner, area,
		chainage, bank, offset_m, lifecycle, properties, camera, sensor, revision, changed_at, changed_by, why)
		VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) RETURNING fid`
	updateSQL = `UPDATE assets SET (geom, id, kind, class, name, base, height, orientation, owner, area,
		chainage, bank, offset_m, lifecycle, properties, camera, sensor, revision, changed_at, changed_by, why) =
		(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) WHERE fid = ?`
	deleteSQL = "DELETE FROM assets WHERE fid = ?"
	lastSQL   = "SELECT max(revision) FROM revisions WHERE id = ?"
	// The trigger knows no more than that somebody removed it.
	explainSQL = "UPDATE revisions SET changed_at = ?, changed_by = ?, why = ? WHERE id = ? AND revision = ? AND removed = 1"
)

// Commit implements assets.Store. It holds the file's one writer until it ends.
func (s *Store) Commit(ctx context.Context, edits iter.Seq2[assets.Edit, error], took func(*assets.Asset, assets.Verdict)) error {
	err := s.writing(ctx, func(tx *sql.Tx) error {
		if err := s.recordHand(ctx, tx); err != nil {
			return err
		}
		c := commit{tx: tx, took: took, now: time.Now().UTC().Truncate(time.Millisecond)}
		if err := c.prepare(ctx); err != nil {
			return err
		}
		defer c.close()
		for e, err := range edits {
			if err != nil {
				return err
			}
			if err := c.take(ctx, e); err != nil {
				return err
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := c.extent.write(ctx, tx); err != nil {
			return err
		}
		if err := s.record(ctx, tx, c.tally.Entry(audit.From(ctx))...); err != nil {
			return err
		}
		return handSeen(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("commit: %w", kind(err))
	}
	s.bell.ring()
	return nil
}

// commit is one transaction of edits.
type commit struct {
	tx     *sql.Tx
	took   func(*assets.Asset, assets.Verdict)
	now    time.Time
	extent extent
	tally  store.Tally

	find, insert, update, remove, last, explain *sql.Stmt
}

func (c *commit) prepare(ctx context.Context) (err error) {
	for _, p := range []struct {
		stmt **sql.Stmt
		sql  string
	}{{&c.find, selectSQL}, {&c.insert, insertSQL}, {&c.update, updateSQL}, {&c.remove, deleteSQL}, {&c.last, lastSQL}, {&c.explain, explainSQL}} {
		if *p.stmt, err = c.tx.PrepareContext(ctx, p.sql); err != nil {
			return err
		}
	}
	return nil
}

func (c *commit) close() {
	for _, s := range []*sql.Stmt{c.find, c.insert, c.update, c.remove, c.last, c.explain} {
		s.Close()
	}
}

// take judges and writes one edit.
func (c *commit) take(ctx context.Context, e assets.Edit) error {
	id, err := store.Subject(e)
	if err != nil {
		return err
	}
	stored, err := c.stored(ctx, id)
	if err != nil {
		return err
	}
	var last sql.NullInt64
	if stored == nil {
		if err := c.last.QueryRowContext(ctx, string(id)).Scan(&last); err != nil {
			return err
		}
	}
	is, verdict, err := store.Judge(e, stored, last.Int64, c.now)
	if err != nil {
		return err
	}
	if err := c.write(ctx, is, stored, verdict, e); err != nil {
		return fmt.Errorf("asset %s: %w", id, err)
	}
	c.tally.Take(is, verdict, e)
	c.took(is, verdict)
	return nil
}

// stored returns the asset as it is, or nil. What cannot be read has no
// geometry, so it equals no edit and is replaced.
func (c *commit) stored(ctx context.Context, id assets.ID) (*assets.Asset, error) {
	var r row
	err := c.find.QueryRowContext(ctx, string(id)).Scan(r.targets()...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	a, _ := r.asset(nil)
	return a, nil
}

func (c *commit) write(ctx context.Context, is, was *assets.Asset, v assets.Verdict, e assets.Edit) error {
	switch v {
	case assets.Same:
		return nil
	case assets.Removed:
		c.extent.left(was)
		if _, err := c.remove.ExecContext(ctx, int64(was.FID)); err != nil {
			return err
		}
		_, err := c.explain.ExecContext(ctx, c.now.Format(stamp), e.By, e.Why, string(was.ID), was.Revision.N+1)
		return err
	}
	values, err := args(is)
	if err != nil {
		return err
	}
	c.extent.entered(is)
	if v == assets.Created {
		var fid int64
		err := c.insert.QueryRowContext(ctx, values...).Scan(&fid)
		is.FID = assets.FID(fid)
		return err
	}
	c.extent.left(was)
	_, err = c.update.ExecContext(ctx, append(values, int64(is.FID))...)
	return err
}
