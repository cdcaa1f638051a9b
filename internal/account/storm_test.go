package account_test

import (
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"suhe/assets"
	"suhe/internal/access"
	"suhe/internal/account"
)

// A thousand log in at once: few are hashed at the same time, some wait, the others
// are told to come again; who is logged in already is answered meanwhile, and whoever
// comes again gets in.
func TestLoginStorm(t *testing.T) {
	n := newTown(t).node(false)
	for i := range 10 {
		n.add(fmt.Sprintf("staff%d", i), access.Operator)
	}
	token := n.in("staff0").Token
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)

	over := make(chan struct{})
	var most, answered atomic.Uint64
	var watch sync.WaitGroup
	watch.Go(func() {
		for {
			select {
			case <-over:
				return
			default:
			}
			if !n.known(token) {
				t.Error("who is logged in is not known")
			}
			answered.Add(1)
			var now runtime.MemStats
			runtime.ReadMemStats(&now)
			most.Store(max(most.Load(), now.HeapInuse))
			runtime.Gosched()
		}
	})
	var in, busy atomic.Int64
	var all sync.WaitGroup
	for i := range 1000 {
		all.Go(func() {
			a := account.Attempt{Name: fmt.Sprintf("staff%d", i%10), Password: password, Address: netip.AddrFrom4([4]byte{198, 51, byte(i >> 8), byte(i)})}
			switch _, err := n.Login(t.Context(), a); {
			case err == nil:
				in.Add(1)
			case errors.Is(err, assets.ErrBusy):
				busy.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	close(over)
	watch.Wait()
	t.Logf("%d in, %d told to come again, %d requests answered meanwhile", in.Load(), busy.Load(), answered.Load())
	if in.Load() < 64 || in.Load()+busy.Load() != 1000 || busy.Load() < 500 {
		t.Errorf("%d in, %d busy", in.Load(), busy.Load())
	}
	if answered.Load() < 10 {
		t.Errorf("%d other requests were answered", answered.Load())
	}
	// A hash has 19 MiB. The collector lets as much garbage lie as there is alive.
	if grown := most.Load() - min(most.Load(), before.HeapInuse); grown > uint64(4*(runtime.GOMAXPROCS(0)+1)*19<<20) {
		t.Errorf("the heap grew by %d MiB", grown>>20)
	}
	n.in("staff0")
}
