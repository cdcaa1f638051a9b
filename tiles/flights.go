package tiles

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
)

// flights lets all who want the same tile at the same time wait for one render.
// The render runs on a goroutine of its own; it is cancelled when the last one
// who waits has left.
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

// do joins the render of the key or starts it. It returns when that is done or
// the caller's context has ended.
func (f *flights) do(ctx context.Context, k Key, render func(context.Context) (Response, error)) (Response, error) {
	if err := ctx.Err(); err != nil {
		return Response{}, err
	}
	c := f.board(ctx, k, render)
	select {
	case <-c.done:
		return c.tile, c.err
	case <-ctx.Done():
		f.leave(k, c)
		return Response{}, ctx.Err()
	}
}

func (f *flights) board(ctx context.Context, k Key, render func(context.Context) (Response, error)) *call {
	f.mu.Lock()
	defer f.mu.Unlock()
	c, ok := f.calls[k]
	if !ok {
		ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
		c = &call{done: make(chan struct{}), cancel: cancel}
		f.calls[k] = c
		f.running.Add(1)
		go f.fly(ctx, k, c, render)
	}
	c.waiters++
	return c
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
