package store

import "io"

// Create begins the next member of a dump and ends the one before; see
// internal/backup. What is written to it is kept under the name.
type Create func(name string) (io.Writer, error)
