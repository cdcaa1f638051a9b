package postgis

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"suhe/assets"
)

var _ assets.Archive = (*Store)(nil)

// revisionsSQL reads what is and what was of an asset; the last column says whether
// it was removed.
const revisionsSQL = `SELECT * FROM (
		SELECT ` + columns + `, false AS removed FROM suhe.assets a WHERE a.id = $1
		UNION ALL SELECT ` + columns + `, a.removed FROM suhe.revisions a WHERE a.id = $1) r
	WHERE $2::bigint = 0 OR revision < $2 ORDER BY revision DESC LIMIT $3`

// Revisions implements assets.Archive.
func (s *Store) Revisions(ctx context.Context, id assets.ID, before int64, limit int) ([]assets.Past, error) {
	conn, err := s.acquire(ctx)
	if err != nil {
		return nil, fmt.Errorf("revisions of %s: %w", id, err)
	}
	defer conn.Release()
	rows, err := conn.Query(ctx, revisionsSQL, binaryRows, string(id), before, limit)
	if err != nil {
		return nil, fmt.Errorf("revisions of %s: %w", id, kind(err))
	}
	defer rows.Close()
	var out []assets.Past
	for rows.Next() {
		raw := rows.RawValues()
		a, _ := scanner{}.asset(raw[:columnCount])
		out = append(out, assets.Past{Asset: a, Removed: raw[columnCount][0] != 0})
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("revisions of %s: %w", id, kind(err))
	}
	return out, nil
}

// lastSQL finds where the numbers of removed assets ended.
const lastSQL = "SELECT id, max(revision) FROM suhe.revisions WHERE id = ANY($1) GROUP BY id"

// last is the number of the last revision of each of the assets that are not there
// and were.
func (c *commit) last(ctx context.Context, stored map[assets.ID]*assets.Asset) (map[assets.ID]int64, error) {
	var missing []string
	for id := range c.seen {
		if stored[id] == nil {
			missing = append(missing, string(id))
		}
	}
	if missing == nil {
		return nil, nil
	}
	rows, err := c.tx.Query(ctx, lastSQL, missing)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[assets.ID]int64{}
	for rows.Next() {
		var id assets.ID
		var n int64
		if err := rows.Scan(&id, &n); err != nil {
			return nil, err
		}
		out[id] = n
	}
	return out, rows.Err()
}

// removal is who removed an asset, and why.
type removal struct {
	id       string
	revision int64
	by, why  string
}

// explain says of removals who made them, and why: the triggers know no more than
// who is logged in.
func explain(ctx context.Context, tx pgx.Tx, removals []removal, at time.Time) error {
	var ids, by, why []string
	var revisions []int64
	for _, r := range removals {
		ids, revisions, by, why = append(ids, r.id), append(revisions, r.revision), append(by, r.by), append(why, r.why)
	}
	_, err := tx.Exec(ctx, `UPDATE suhe.revisions r SET changed_at = $5, changed_by = t.by, why = t.why
		FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[]) AS t (id, revision, by, why)
		WHERE r.id = t.id AND r.revision = t.revision AND r.removed`, ids, revisions, by, why, at)
	if err != nil {
		return fmt.Errorf("removals: %w", err)
	}
	return nil
}
