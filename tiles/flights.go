package tiles

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
)

// flights lets all who want the same tile at the same time wait for one render.
// Whoever comes first renders, the others wait for it; each of these leaves when
// its own context ends. The render is cancelled when nobody wants it any more.
type flights struct {
	running sync.WaitGroup

	mu    sync.Mutex
	calls map[Key]*call
}

// call is one render under way. tile and err are set before done closes.
type call struct {
	done    chan struct{}
	cancel  context.CancelFunc
	waiters int // guarded by flights.mu
	tile    Response
	err     error
}

func newFlights() *flights { return &flights{calls: make(map[Key]*call)} }

// wait returns when no render is under way.
func (f *flights) wait() { f.running.Wait() }

// do renders what the key names, or joins the render of somebody else. It
// returns the context's error if that has ended; whoever renders for others still
// does so first.
func (f *flights) do(ctx context.Context, k Key, render func(context.Context) (Response, error)) (Response, error) {
	if err := ctx.Err(); err != nil {
		return Response{}, err
	}
	c, flight := f.board(ctx, k)
	if flight == nil {
		return f.join(ctx, k, c)
	}
	leaves := context.AfterFunc(ctx, func() { f.leave(k, c) })
	f.fly(flight, k, c, render)
	if !leaves() {
		return Response{}, ctx.Err()
	}
	return c.tile, c.err
}

// join waits for a render under way.
func (f *flights) join(ctx context.Context, k Key, c *call) (Response, error) {
	select {
	case <-c.done:
		return c.tile, c.err
	case <-ctx.Done():
		f.leave(k, c)
		return Response{}, ctx.Err()
	}
}

// board joins the render of the key; for a new one it returns the context of the
// render as well.
func (f *flights) board(ctx context.Context, k Key) (c *call, flight context.Context) {
	f.mu.Lock()
	defer f.mu.Unlock()
	c, ok := f.calls[k]
	if !ok {
		c = &call{done: make(chan struct{})}
		flight, c.cancel = context.WithCancel(context.WithoutCancel(ctx))
		f.calls[k] = c
		f.running.Add(1)
	}
	c.waiters++
	return c, flight
}

// fly renders and answers, whatever happens.
func (f *flights) fly(ctx context.Context, k Key, c *call, render func(context.Context) (Response, error)) {
	defer f.running.Done()
	defer func() {
		if p := recover(); p != nil {
			c.err = &panicError{key: k, value: p, stack: debug.Stack()}
		}
		f.mu.Lock()
		if f.calls[k] == c {
			delete(f.calls, k)
		}
		f.mu.Unlock()
		c.cancel()
		close(c.done)
	}()
	c.tile, c.err = render(ctx)
}

// leave gives up waiting; nobody joins a render that nobody waits for.
func (f *flights) leave(k Key, c *call) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if c.waiters--; c.waiters > 0 {
		return
	}
	if f.calls[k] == c {
		delete(f.calls, k)
	}
	c.cancel()
}

// panicError is a render that broke an invariant of ours.
type panicError struct {
	key   Key
	value any
	stack []byte
}

func (e *panicError) Error() string {
	t := e.key.Tile
	return fmt.Sprintf("tile %s/%d/%d/%d: panic: %v\n%s", e.key.Layers, t.Z, t.X, t.Y, e.value, e.stack)
}
