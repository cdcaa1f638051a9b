package bench

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"
)

// wantedDrain is the target: rows a second into PostGIS.
const wantedDrain = 50_000

// measureHistory floods a node that keeps history in PostGIS, takes the database
// away while more comes in, and measures how what waits is written when it is
// back, and how live the node is meanwhile.
func (s *streaming) measureHistory(ctx context.Context, server, own string) error {
	if err := s.floods(ctx); err != nil {
		return err
	}
	if err := s.drain(ctx, "after the floods", s.wanted()); err != nil {
		return err
	}
	door, err := openDoor(ctx, server, own)
	if err != nil {
		return err
	}
	defer door.conn.Close(context.WithoutCancel(ctx))
	if err := s.pileUp(ctx, door); err != nil {
		return errors.Join(err, door.open(context.WithoutCancel(ctx)))
	}
	if err := door.open(ctx); err != nil {
		return err
	}
	waiting := s.wanted()
	group, inner := errgroup.WithContext(ctx)
	group.Go(func() error { return s.drain(inner, "after the database was away", waiting) })
	group.Go(func() error { return s.watch(inner, "device → WebSocket while history drains") })
	if err := group.Wait(); err != nil {
		return err
	}
	return s.count(ctx, own)
}

// pileUp sends while the database is away until the backlog is there.
func (s *streaming) pileUp(ctx context.Context, door *door) error {
	s.say("the database is away until %d observations wait", s.Backlog)
	if err := door.shut(ctx); err != nil {
		return err
	}
	for waits := 0; waits < s.Backlog; {
		sent, err := s.send(ctx, SendOptions{Way: "http", Sensors: s.Sensors, Rate: s.Flood, Span: s.Span})
		if err != nil {
			return err
		}
		waits += sent.Confirmed
	}
	return nil
}

// wanted is how many observations history must hold.
func (s *streaming) wanted() float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return float64(s.confirmed)
}

// drain waits until history holds so many observations, and tells how fast those
// were written that were not there at first, from when the first of them was.
func (s *streaming) drain(ctx context.Context, when string, want float64) error {
	s.say("history drains")
	at, err := s.node.kept(ctx)
	if err != nil || at >= want {
		return err
	}
	first, err := s.keeps(ctx, at+1)
	if err != nil {
		return err
	}
	begun := time.Now()
	if _, err := s.keeps(ctx, want); err != nil {
		return err
	}
	if waited := want - first; waited > 0 {
		l := limit{}
		if s.store != "" {
			l = atLeast(wantedDrain)
		}
		s.add("history "+when+": rows that waited", "", waited, limit{})
		s.add("history "+when+": written", "/s", waited/time.Since(begun).Seconds(), l)
	}
	return nil
}

// keeps waits until history holds so many observations, and returns how many it has.
func (s *streaming) keeps(ctx context.Context, want float64) (float64, error) {
	for end := time.Now().Add(nodePatience); ; time.Sleep(20 * time.Millisecond) {
		now, err := s.node.kept(ctx)
		if err != nil || now >= want {
			return now, err
		}
		if time.Now().After(end) {
			return now, fmt.Errorf("history holds %v of %v observations", now, want)
		}
	}
}

// count compares history with what was confirmed, once all of it is there.
func (s *streaming) count(ctx context.Context, own string) error {
	if _, err := s.keeps(ctx, s.wanted()); err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, own)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var rows int
	if err := conn.QueryRow(ctx, "SELECT count(*) FROM suhe.observations").Scan(&rows); err != nil {
		return err
	}
	s.add("history: confirmed and not in it, or in it twice", "", s.wanted()-float64(rows), exactly(0))
	return nil
}

// door lets others into a database, or nobody.
type door struct {
	conn *pgx.Conn
	name string
}

func openDoor(ctx context.Context, server, own string) (*door, error) {
	u, err := url.Parse(own)
	if err != nil {
		return nil, err
	}
	conn, err := pgx.Connect(ctx, server)
	return &door{conn, u.Path[1:]}, err
}

// shut throws everybody out and keeps them out.
func (d *door) shut(ctx context.Context) error {
	if err := d.allow(ctx, false); err != nil {
		return err
	}
	_, err := d.conn.Exec(ctx, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", d.name)
	return err
}

func (d *door) open(ctx context.Context) error { return d.allow(ctx, true) }

func (d *door) allow(ctx context.Context, yes bool) error {
	_, err := d.conn.Exec(ctx, fmt.Sprintf("ALTER DATABASE %s ALLOW_CONNECTIONS %v", pgx.Identifier{d.name}.Sanitize(), yes))
	return err
}
