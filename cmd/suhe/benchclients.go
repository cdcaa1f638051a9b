package main

import (
	"context"
	"os"
	"time"

	"suhe/internal/bench"
)

// benchAudienceCmd plays the clients of a stream in a process of its own.
type benchAudienceCmd struct {
	Server   string
	Path     string
	Protocol string
	Clients  int
	All      int
	Metres   float64
	Token    string
}

// Run obeys the orders of the standard input.
func (c *benchAudienceCmd) Run(ctx context.Context, io streams) error {
	return bench.Audience(ctx, bench.AudienceOptions(*c), os.Stdin, io.out)
}

// benchPlainCmd is the yardstick of a stream in a process of its own.
type benchPlainCmd struct {
	Size  int
	Every time.Duration
	Text  bool
}

// Run sends until the standard input ends.
func (c *benchPlainCmd) Run(ctx context.Context, io streams) error {
	return bench.Plain(ctx, bench.PlainOptions(*c), os.Stdin, io.out)
}
