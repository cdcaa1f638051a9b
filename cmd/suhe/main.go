// Command suhe is the digital twin of the Suzhou Creek riverside: one binary
// that serves it, fills it and asks it. This package reads the configuration and
// connects the rooms; it does nothing else.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
	"golang.org/x/term"

	"suhe/assets"
	"suhe/internal/audit"
)

// version is set by the linker.
var version = "dev"

// The exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2 // the command line, the configuration or the input is wrong
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// clock tells the time of the day.
type clock func() time.Time

// streams are where a command writes.
type streams struct {
	out io.Writer
	err io.Writer
}

// run is the whole program; it returns the exit code. A failure is one line on
// stderr, and no other line follows it.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	return runBy(ctx, time.Now, args, stdout, stderr)
}

// runBy is run by another clock.
func runBy(ctx context.Context, now clock, args []string, stdout, stderr io.Writer) int {
	var c cli
	io := streams{stdout, stderr}
	parser, err := newParser(&c, io)
	if err != nil {
		return fail(stderr, err)
	}
	command, shown, err := parse(parser, args)
	if shown {
		return exitOK
	}
	if err != nil {
		fmt.Fprintf(stderr, "suhe: %v\n", err)
		return exitUsage
	}
	log, err := newLog(c.LogLevel, stderr)
	if err != nil {
		return fail(stderr, err)
	}
	ctx = audit.With(ctx, audit.Origin{Who: "shell:" + shellUser()})
	command.BindTo(ctx, (*context.Context)(nil))
	if err := command.Run(io, log, now, &c); err != nil {
		return fail(stderr, err)
	}
	return exitOK
}

// fail tells the error and finds its exit code.
func fail(stderr io.Writer, err error) int {
	fmt.Fprintf(stderr, "suhe: %v\n", err)
	if errors.Is(err, assets.ErrInvalid) {
		return exitUsage
	}
	return exitFailed
}

// helpShown ends parsing after the help or the version was printed.
type helpShown struct{}

// parse reads the command line; shown says that it asked for help and got it.
func parse(parser *kong.Kong, args []string) (command *kong.Context, shown bool, err error) {
	defer func() {
		switch cause := recover(); cause {
		case nil:
		case helpShown{}:
			shown = true
		default:
			panic(cause)
		}
	}()
	command, err = parser.Parse(args)
	return command, false, err
}

// newParser knows the command line, the environment, the configuration file and
// files that hold secrets; the first that names a value wins in that order.
func newParser(c *cli, io streams) (*kong.Kong, error) {
	return kong.New(c,
		kong.Name("suhe"),
		kong.Description("The digital twin of the Suzhou Creek riverside (苏河数字孪生)."),
		kong.Writers(io.out, io.err),
		kong.Exit(func(int) { panic(helpShown{}) }),
		kong.DefaultEnvars("SUHE"),
		kong.Vars{"version": version},
		kong.Configuration(fileBehindEnvironment),
		kong.Resolvers(kong.ResolverFunc(secretFile)),
		kong.UsageOnError(),
	)
}

// newLog writes text to a terminal and JSON elsewhere.
func newLog(level string, w io.Writer) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, fmt.Errorf("log-level: %q, want debug, info, warn or error: %w", level, assets.ErrInvalid)
	}
	options := &slog.HandlerOptions{Level: l}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return slog.New(slog.NewTextHandler(w, options)), nil
	}
	return slog.New(slog.NewJSONHandler(w, options)), nil
}
