package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"time"

	"suhe/internal/bench"
	"suhe/twin"
)

// benchCmd holds the measurements, and the processes that they start.
type benchCmd struct {
	Tiles   benchTilesCmd   `cmd:"" help:"Tiles beside PostGIS, orb and net/http."`
	Load    benchLoadCmd    `cmd:"" help:"A million assets from PostGIS into memory."`
	Stream  benchStreamCmd  `cmd:"" help:"Devices to a state in memory and to a WebSocket."`
	Query   benchQueryCmd   `cmd:"" help:"Questions of where, beside PostGIS; cameras that see a place; words; a file of all."`
	World   benchWorldCmd   `cmd:"" hidden:""`
	Devices benchDevicesCmd `cmd:"" hidden:""`

	Audience benchAudienceCmd `cmd:"" hidden:""`
	Plain    benchPlainCmd    `cmd:"" hidden:""`
}

// benchFlags are common to all measurements.
type benchFlags struct {
	Database string `help:"PostGIS (postgres://…) to use, in a schema and a database of our own." placeholder:"URL" secret:""`
	Quick    bool   `help:"Small numbers, to see that it works."`
	JSON     bool   `help:"Print the table as JSON." name:"json"`
}

// print writes what was measured, then returns the error that ended it. A missed
// target is no failure.
func (f benchFlags) print(io streams, t bench.Table, err error) error {
	write := t.WriteText
	if f.JSON {
		write = t.WriteJSON
	}
	if wrong := write(io.out); err == nil {
		err = wrong
	}
	return err
}

// thisProgram is how a measurement runs us and opens our stores.
func thisProgram(log *slog.Logger) (bench.Program, error) {
	path, err := os.Executable()
	return bench.Program{Path: path, Open: func(ctx context.Context, dir, database string) (bench.Store, error) {
		return openStore(ctx, storage{DataDir: dir, Database: database}, log)
	}}, err
}

// benchTilesCmd measures tiles.
type benchTilesCmd struct {
	benchFlags
	Points    int  `help:"Points of the district." default:"100000"`
	Buildings int  `help:"Buildings of the district." default:"100000"`
	Big       int  `help:"Points of the large set." default:"1000000"`
	Seconds   int  `help:"Time of each comparison." default:"10"`
	Detail    bool `help:"Also tell how long tiles of each zoom take."`
}

// Run prints the table.
func (c *benchTilesCmd) Run(ctx context.Context, io streams, log *slog.Logger) error {
	program, err := thisProgram(log)
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

// benchLoadCmd measures loading.
type benchLoadCmd struct {
	benchFlags
	Count int `help:"Assets to load." default:"1000000"`
}

// Run prints the table.
func (c *benchLoadCmd) Run(ctx context.Context, io streams, log *slog.Logger) error {
	program, err := thisProgram(log)
	if err != nil {
		return err
	}
	o := bench.LoadOptions{Database: c.Database, Program: program, Count: c.Count, Progress: io.err}
	if c.Quick {
		o.Count, o.Rounds = 20_000, 1
	}
	t, err := bench.Load(ctx, o)
	return c.print(io, t, err)
}

// benchStreamCmd measures the way from devices to states and streams.
type benchStreamCmd struct {
	benchFlags
	Seconds int    `help:"Time of each load." default:"10"`
	Only    string `help:"Only a part: devices, phones (each looks at something else) or screens (all look at the same)." enum:",devices,phones,screens" default:""`
	Phones  int    `help:"Clients that each look at something else." default:"10000"`
	Screens int    `help:"Clients that all look at the same." default:"2000"`
}

// Run prints the table.
func (c *benchStreamCmd) Run(ctx context.Context, io streams, log *slog.Logger) error {
	program, err := thisProgram(log)
	if err != nil {
		return err
	}
	o := bench.StreamOptions{Database: c.Database, Program: program, Span: time.Duration(c.Seconds) * time.Second, Only: c.Only, Phones: c.Phones, Screens: c.Screens, Progress: io.err}
	if c.Quick {
		o.Sensors, o.Flood, o.Rate, o.Backlog, o.Span = 500, 2000, 500, 2000, 500*time.Millisecond
		o.Phones, o.Screens = 200, 100
	}
	t, err := bench.Stream(ctx, o)
	return c.print(io, t, err)
}

// benchQueryCmd measures what planners ask.
type benchQueryCmd struct {
	benchFlags
	Count   int `help:"Assets of the district." default:"1000000"`
	Cameras int `help:"Cameras of the district." default:"21000"`
	Seconds int `help:"Time of each comparison." default:"10"`
}

// Run prints the table.
func (c *benchQueryCmd) Run(ctx context.Context, io streams) error {
	o := bench.QueryOptions{Database: c.Database, Count: c.Count, Cameras: c.Cameras, Span: time.Duration(c.Seconds) * time.Second, Progress: io.err}
	if c.Quick {
		o.Count, o.Cameras, o.Asks, o.Span = 5000, 300, 50, 300*time.Millisecond
	}
	t, err := bench.Query(ctx, o)
	return c.print(io, t, err)
}

// benchWorldCmd loads a world in a process whose memory is measured.
type benchWorldCmd struct {
	storage
	Count  int
	Rounds int
}

// Run prints a bench.WorldReport.
func (c *benchWorldCmd) Run(ctx context.Context, io streams, log *slog.Logger) error {
	store, err := openStore(ctx, c.storage, log)
	if err != nil {
		return err
	}
	defer store.Close()
	registry := newRegistry(store)
	report, err := bench.World(ctx, bench.WorldOptions{
		Source:  twin.Source{Assets: registry, History: store, Log: twin.Position{Epoch: 1}},
		Prepare: refuse(registry), Database: c.Database, Count: c.Count, Rounds: c.Rounds,
	})
	if err != nil {
		return err
	}
	return json.NewEncoder(io.out).Encode(report)
}

// benchDevicesCmd plays devices in a process of its own.
type benchDevicesCmd struct {
	storage
	Way     string
	Broker  string
	Server  string
	Login   string
	All     int
	Sensors int
	Rate    int
	Span    time.Duration
}

// Run prints a bench.SendReport.
func (c *benchDevicesCmd) Run(ctx context.Context, io streams) error {
	devices, err := openDevices(c.storage)
	if err != nil {
		return err
	}
	report, err := bench.Send(ctx, bench.SendOptions{Way: c.Way, Broker: c.Broker, Server: c.Server, Login: c.Login,
		Token: devices.Token, All: c.All, Sensors: c.Sensors, Rate: c.Rate, Span: c.Span})
	if err != nil {
		return err
	}
	return json.NewEncoder(io.out).Encode(report)
}
