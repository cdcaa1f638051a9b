package bench

import "suhe/internal/pgcluster"

// openDatabase returns the address of a database: the one that is named, or one
// of a cluster of our own, made for the yardstick: as durable as any, with
// memory for all the data.
func openDatabase(named string) (url string, end func(), err error) {
	if named != "" {
		return named, func() {}, nil
	}
	c, err := pgcluster.New("fsync=on", "shared_buffers=1GB", "work_mem=64MB", "maintenance_work_mem=512MB",
		"effective_cache_size=2GB", "random_page_cost=1.1", "max_wal_size=4GB")
	if err != nil {
		return "", nil, err
	}
	return c.URL("postgres"), c.Remove, nil
}
