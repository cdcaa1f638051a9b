package bench

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"suhe/stream"
)

// comeBackWithin is how long it may take until all are live again.
const comeBackWithin = 5 * time.Second

// comeBack breaks the lines of all clients at once and lets them come back and go
// on from where they were. The database must not be asked for it: what it does
// meanwhile is compared with what it does in as long a time when nothing happens.
func (s *streaming) comeBack(ctx context.Context, database string) error {
	s.say("%d clients come back at once", s.Screens)
	if s.Span >= time.Second {
		time.Sleep(historyRest)
	}
	a, err := s.audience(ctx, AudienceOptions{Server: s.node.http, Path: "/v1/stream", Token: s.node.token, Protocol: stream.ProtocolBinary, Clients: s.Screens, All: s.Sensors})
	if err != nil {
		return err
	}
	defer a.end()
	var opened, back AudienceReport
	if err := a.ask("open", &opened); err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, database)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	asked, err := asking(ctx, conn, func() error { return a.ask("cut", &back) })
	if err != nil {
		return err
	}
	idle, err := asking(ctx, conn, func() error {
		time.Sleep(time.Duration(back.Live[2] * float64(time.Millisecond)))
		return nil
	})
	if err != nil {
		return err
	}
	name := count(s.Screens) + " clients come back at once: "
	s.table.Rows = append(s.table.Rows,
		alone(name+"the last is live after", "ms", back.Live[2], atMost(milliseconds(comeBackWithin))),
		alone(name+"half are live after", "ms", back.Live[0], limit{}),
		alone(name+"snapshots, where a difference would do", "", float64(back.Snapshots-opened.Snapshots), atMost(0)),
		alone(name+"transactions in the database, beyond those of as long a rest", "", float64(asked-idle), atMost(restDiffers)))
	return nil
}

// restDiffers is how many transactions two rests of one length may differ by: the
// node asks now and then whether somebody edited.
const restDiffers = 10

const (
	historyRest = 3 * time.Second         // for the history to be written
	statsRest   = 2500 * time.Millisecond // for a server's processes to tell what they did
)

// asking counts the transactions in the database while f runs, but those of this
// connection.
func asking(ctx context.Context, conn *pgx.Conn, f func() error) (n int64, err error) {
	var before, after int64
	if before, err = transactions(ctx, conn); err != nil {
		return 0, err
	}
	if err := f(); err != nil {
		return 0, err
	}
	after, err = transactions(ctx, conn)
	return after - before, err
}

func transactions(ctx context.Context, conn *pgx.Conn) (n int64, err error) {
	time.Sleep(statsRest)
	err = conn.QueryRow(ctx, "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()").Scan(&n)
	return n, err
}
