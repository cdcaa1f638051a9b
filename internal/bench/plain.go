package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/sync/errgroup"

	"suhe/assets"
)

// PlainOptions say what the yardstick sends.
type PlainOptions struct {
	Size  int           // bytes of a message
	Every time.Duration // between two messages
	Text  bool          // text messages, else binary
}

// PlainReport is where the yardstick listens.
type PlainReport struct {
	Address string `json:"address"`
}

// Plain is the yardstick of fan-out: the least that a server can do with gorilla
// which tells the same to all. A PreparedMessage is written to each connection in
// turn, as many at a time as there are cores; nobody is told apart, nothing is
// kept, and a client that is slow holds up all. It ends when the orders end.
func Plain(ctx context.Context, o PlainOptions, orders io.Reader, reports io.Writer) error {
	if o.Size < 1 || o.Every <= 0 {
		return fmt.Errorf("%w: messages of %d bytes every %v: want 1 or more, more than 0", assets.ErrInvalid, o.Size, o.Every)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	p := &plain{o: o}
	server := &http.Server{Handler: http.HandlerFunc(p.join), ReadHeaderTimeout: callerPatience}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	group.Go(func() error { return p.tell(ctx) })
	group.Go(func() error {
		<-ctx.Done()
		return server.Close()
	})
	if err := json.NewEncoder(reports).Encode(PlainReport{listener.Addr().String()}); err != nil {
		return err
	}
	for lines := bufio.NewScanner(orders); lines.Scan(); {
	}
	cancel()
	p.hangUp()
	return group.Wait()
}

type plain struct {
	o PlainOptions

	mu    sync.Mutex
	conns []*websocket.Conn
}

// join takes a connection in and reads from it, as a server must.
func (p *plain) join(w http.ResponseWriter, r *http.Request) {
	upgrader := websocket.Upgrader{ReadBufferSize: 512, WriteBufferSize: 1024, WriteBufferPool: new(sync.Pool), Subprotocols: []string{plainProtocol}}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // it has answered
	}
	p.mu.Lock()
	p.conns = append(p.conns, conn)
	p.mu.Unlock()
	go func() {
		for {
			if _, _, err := conn.NextReader(); err != nil {
				return
			}
		}
	}()
}

// plainProtocol is what the yardstick speaks: the clients subscribe to nothing.
const plainProtocol = "plain"

// tell sends a message to all, again and again.
func (p *plain) tell(ctx context.Context) error {
	kind := websocket.BinaryMessage
	if p.o.Text {
		kind = websocket.TextMessage
	}
	ticker := time.NewTicker(p.o.Every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		message, err := websocket.NewPreparedMessage(kind, make([]byte, p.o.Size))
		if err != nil {
			return err
		}
		p.mu.Lock()
		conns := p.conns
		p.mu.Unlock()
		var group errgroup.Group
		workers := runtime.GOMAXPROCS(0)
		for i := range workers {
			group.Go(func() error {
				for _, conn := range conns[i*len(conns)/workers : (i+1)*len(conns)/workers] {
					_ = conn.WritePreparedMessage(message) // who is gone is gone
				}
				return nil
			})
		}
		if err := group.Wait(); err != nil {
			return err
		}
	}
}

func (p *plain) hangUp() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, conn := range p.conns {
		_ = conn.Close()
	}
}
