package postgis

import (
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/jackc/pgx/v5/pgconn"

	"suhe/assets"
)

// kindOf gives the codes of PostgreSQL (appendix A of its manual) that are the
// caller's matter their kind.
func kindOf(code string) error {
	switch {
	case code == "23505", code == "40001", code == "40P01": // unique, serialization, deadlock
		return assets.ErrConflict
	case len(code) != 5:
		return nil
	case code[:2] == "22", code[:2] == "23": // data, integrity
		return assets.ErrInvalid
	case code[:2] == "08", code[:2] == "53", code[:2] == "57", code == "55P03", code == "55000":
		// Connection, resources (a full disk), an operator or a timeout, a lock that
		// another holds, a database that takes no connections now.
		return assets.ErrBusy
	}
	return nil
}

// kind wraps err in the kind of failure that callers tell apart, if it is one.
func kind(err error) error {
	var pg *pgconn.PgError
	var k error
	switch {
	case errors.As(err, &pg):
		k = kindOf(pg.Code)
	case away(err):
		k = assets.ErrBusy
	}
	if k == nil || errors.Is(err, k) {
		return err
	}
	return fmt.Errorf("%w: %w", k, err)
}

// away says whether err means that the database cannot be reached or does not
// answer now.
func away(err error) bool {
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || pgconn.SafeToRetry(err)
}
