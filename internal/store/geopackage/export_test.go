package geopackage

import "database/sql"

// Connect opens a file past every store.
func Connect(path string) (*sql.DB, error) {
	d, err := newDriver()
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector{d, dsn(path, "immediate")}), nil
}
