package geopackage

import (
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"suhe/assets"
)

// kind wraps err in the kind of failure that callers tell apart, if it is one.
func kind(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	switch code := e.Code(); {
	case code == sqlite3.SQLITE_CONSTRAINT_UNIQUE:
		return fmt.Errorf("%w: %w", assets.ErrConflict, err)
	case code&0xff == sqlite3.SQLITE_CONSTRAINT, code&0xff == sqlite3.SQLITE_TOOBIG:
		return fmt.Errorf("%w: %w", assets.ErrInvalid, err)
	case mayPass(code & 0xff):
		return fmt.Errorf("%w: %w", assets.ErrBusy, err)
	}
	return err
}

// mayPass says whether a primary code is not the caller's matter: another program
// has the file, or the disk is full or fails.
func mayPass(code int) bool {
	switch code {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOMEM:
		return true
	}
	return false
}
