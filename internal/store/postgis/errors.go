package postgis

import (
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"

	"suhe/assets"
)

// kindOf gives the codes of PostgreSQL (appendix A of its manual) that are the
// caller's matter their kind.
func kindOf(code string) error {
	switch {
	case code == "23505", code == "40001", code == "40P01": // unique, serialization, deadlock
		return assets.ErrConflict
	case len(code) == 5 && (code[:2] == "22" || code[:2] == "23"): // data, integrity
		return assets.ErrInvalid
	}
	return nil
}

// kind wraps err in the kind of failure that callers tell apart, if it is one.
func kind(err error) error {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return err
	}
	if k := kindOf(pg.Code); k != nil {
		return fmt.Errorf("%w: %w", k, err)
	}
	return err
}
