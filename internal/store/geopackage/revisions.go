package geopackage

import (
	"context"
	"database/sql"
	"fmt"

	"suhe/assets"
)

var _ assets.Archive = (*Store)(nil)

// kept are the columns of assets in their order, as revisions has them too.
const kept = `fid, geom, id, kind, class, name, base, height, orientation, owner, area, chainage, bank, offset_m,
	lifecycle, properties, camera, sensor, revision, changed_at, changed_by, why`

// revisionsSQL reads what is and what was of an asset; the last column says whether
// it was removed.
const revisionsSQL = "SELECT " + columns + `, a.removed FROM (
		SELECT ` + kept + `, 0 AS removed FROM assets WHERE id = ?1
		UNION ALL SELECT ` + kept + `, removed FROM revisions WHERE id = ?1) a
	WHERE ?2 = 0 OR a.revision < ?2 ORDER BY a.revision DESC LIMIT ?3`

// Revisions implements assets.Archive.
func (s *Store) Revisions(ctx context.Context, id assets.ID, before int64, limit int) (out []assets.Past, err error) {
	err = s.reading(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, revisionsSQL, string(id), before, limit)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var r row
			var p assets.Past
			if err := rows.Scan(append(r.targets(), &p.Removed)...); err != nil {
				return err
			}
			p.Asset, _ = r.asset(nil)
			out = append(out, p)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("revisions of %s: %w", id, err)
	}
	return out, nil
}
