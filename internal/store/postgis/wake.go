package postgis

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	reconnectAfter = 100 * time.Millisecond
	reconnectMost  = 5 * time.Second
)

// Wake implements twin.Outbox: it listens on a connection of its own. A
// connection that is made anew wakes too, as notes may have been missed.
func (s *Store) Wake(ctx context.Context) <-chan struct{} {
	ctx, cancel := context.WithCancel(ctx)
	unlink := context.AfterFunc(s.life, cancel)
	woken := make(chan struct{}, 1)
	s.wakers.Add(1)
	go func() {
		defer s.wakers.Done()
		defer close(woken)
		defer cancel()
		defer unlink()
		s.listen(ctx, woken)
	}()
	return woken
}

func (s *Store) listen(ctx context.Context, woken chan<- struct{}) {
	pause := reconnectAfter
	for ctx.Err() == nil {
		began := time.Now()
		err := s.listenOnce(ctx, woken)
		if ctx.Err() != nil {
			return
		}
		s.log.Warn("listening to the database ended, trying again", "err", err)
		if time.Since(began) > reconnectMost {
			pause = reconnectAfter
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
		pause = min(2*pause, reconnectMost)
	}
}

// listenOnce listens until the connection breaks.
func (s *Store) listenOnce(ctx context.Context, woken chan<- struct{}) error {
	conn, err := pgx.ConnectConfig(ctx, s.pool.Config().ConnConfig)
	if err != nil {
		return err
	}
	defer func() {
		end, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		conn.Close(end)
	}()
	if _, err := conn.Exec(ctx, "LISTEN suhe_outbox"); err != nil {
		return err
	}
	for {
		select {
		case woken <- struct{}{}:
		default: // a wake-up that nobody has taken yet is as good
		}
		if _, err := conn.WaitForNotification(ctx); err != nil {
			return err
		}
	}
}
