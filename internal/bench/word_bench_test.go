package bench

import (
	"runtime"
	"syscall"
	"testing"
	"time"

	"suhe/assets"
	"suhe/internal/access"
)

// BenchmarkWords asks the words of suhe bench query in turn, each on one thread, and tells
// the processor time of an answer: others on the machine hardly count.
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
	b.ResetTimer()
	var times []time.Duration
	for i := range b.N {
		begun := threadTime()
		if _, err := index.Find(b.Context(), m.typed(i), access.Open(), shows); err != nil {
			b.Fatal(err)
		}
		times = append(times, threadTime()-begun)
	}
	b.ReportMetric(milliseconds(percentile(times, 0.5)), "p50-cpu-ms")
	b.ReportMetric(milliseconds(percentile(times, 0.99)), "p99-cpu-ms")
}

// threadTime is the processor time that this thread has used.
func threadTime() time.Duration {
	const thread = 1
	var u syscall.Rusage
	if err := syscall.Getrusage(thread, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
