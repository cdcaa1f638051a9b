package search_test

import (
	"runtime"
	"syscall"
	"testing"
)

// threadTime reports the processor time of each round beside that of the wall.
func threadTime(b *testing.B, f func()) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var from, to syscall.Rusage
	const thread = 1
	syscall.Getrusage(thread, &from)
	n := 0
	for b.Loop() {
		f()
		n++
	}
	syscall.Getrusage(thread, &to)
	b.ReportMetric(float64(to.Utime.Nano()+to.Stime.Nano()-from.Utime.Nano()-from.Stime.Nano())/float64(n), "cpu-ns/op")
}
