package bench

import (
	"runtime"
	"syscall"
	"testing"
	"time"

	"suhe/assets"
	"suhe/internal/access"
)

// BenchmarkWords asks the words of suhe bench query in turn, all on one thread, and tells
// the processor time of an answer, on which others on the machine count less.
func BenchmarkWords(b *testing.B) {
	const n = 1_000_000
	maker := newMaker()
	m := &querying{things: append(maker.buildings(n/5, ground(n)), maker.points(assets.Fixture, n-n/5, ground(n))...)}
	var err error
	if m.world, err = newWorld(b.Context(), m.things); err != nil {
		b.Fatal(err)
	}
	index, shows, err := m.wordIndex(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	b.ReportAllocs()
	begun, i := threadTime(), 0
	for ; b.Loop(); i++ {
		if _, err := index.Find(b.Context(), m.typed(i), access.Open(), shows); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(threadTime()-begun)/float64(i), "cpu-ns/op")
}

// threadTime is the processor time that this thread has used. It goes by ticks of some
// milliseconds: of single answers it tells nothing.
func threadTime() time.Duration {
	const thread = 1
	var u syscall.Rusage
	if err := syscall.Getrusage(thread, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
