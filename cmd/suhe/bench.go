package main

import (
	"context"
	"log/slog"
	"os"
	"time"

	"suhe/internal/bench"
)

// benchCmd holds the measurements.
type benchCmd struct {
	Tiles benchTilesCmd `cmd:"" help:"Tiles beside PostGIS, orb and net/http."`
}

// printing is how a table is printed.
type printing struct {
	JSON bool `help:"Print the table as JSON." name:"json"`
}

// print writes what was measured, then returns the error that ended it.
func (p printing) print(io streams, t bench.Table, err error) error {
	write := t.WriteText
	if p.JSON {
		write = t.WriteJSON
	}
	if wrong := write(io.out); err == nil {
		err = wrong
	}
	return err
}

// benchTilesCmd measures tiles.
type benchTilesCmd struct {
	printing
	Database  string `help:"PostGIS (postgres://…) to measure beside, in a schema and a database of our own; default: a private cluster." placeholder:"URL" secret:""`
	Points    int    `help:"Points of the district." default:"100000"`
	Buildings int    `help:"Buildings of the district." default:"100000"`
	Big       int    `help:"Points of the large set." default:"1000000"`
	Seconds   int    `help:"Time of each comparison." default:"10"`
	Detail    bool   `help:"Also tell how long tiles of each zoom take."`
	Quick     bool   `help:"Small numbers, to see that it works."`
}

// Run prints the table; a missed target is no failure.
func (c *benchTilesCmd) Run(ctx context.Context, io streams, log *slog.Logger) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	o := bench.TilesOptions{Database: c.Database, Program: program, Points: c.Points, Buildings: c.Buildings, Big: c.Big,
		Span: time.Duration(c.Seconds) * time.Second, Detail: c.Detail, Progress: io.err, Log: log}
	if c.Quick {
		o.Points, o.Buildings, o.Big, o.Each, o.Edits, o.Span = 2000, 1000, 5000, 3, 10, 300*time.Millisecond
	}
	t, err := bench.Tiles(ctx, o)
	return c.print(io, t, err)
}
