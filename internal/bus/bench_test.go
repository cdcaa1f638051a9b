package bus

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

var reading = []byte(`{"time":"2026-11-23T08:00:00+08:00","values":{"water_level":3.12}}`)

func BenchmarkAppend(b *testing.B) {
	s := newStream(b, openBus(b, Options{Dir: b.TempDir()}), "LOG", nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Append(b.Context(), "log.a", reading); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendAllAfter(b *testing.B) {
	s := newStream(b, openBus(b, Options{Dir: b.TempDir()}), "LOG", nil)
	batch := make([]Message, b.N)
	for i := range batch {
		batch[i] = Message{Subject: "log.a", Data: reading}
	}
	b.ReportAllocs()
	b.ResetTimer()
	if _, err := s.AppendAllAfter(b.Context(), 0, batch); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkRead(b *testing.B) {
	s := newStream(b, openBus(b, Options{Dir: b.TempDir()}), "LOG", nil)
	batch := make([]Message, b.N)
	for i := range batch {
		batch[i] = Message{Subject: "log.a", Data: reading}
	}
	if _, err := s.AppendAllAfter(b.Context(), 0, batch); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.ResetTimer()
	n := 0
	for _, err := range s.Read(b.Context(), 0) {
		if err != nil {
			b.Fatal(err)
		}
		if n++; n == b.N {
			break
		}
	}
}

func BenchmarkOpenClose(b *testing.B) {
	dir := b.TempDir()
	b.ReportAllocs()
	for b.Loop() {
		bus, err := Open(b.Context(), Options{Dir: dir, MQTTListen: "127.0.0.1:0", Login: ownTopic})
		if err != nil {
			b.Fatal(err)
		}
		closeBus(b, bus)
	}
}

// BenchmarkInbox is from 8 clients' sockets to handle, MQTT packets prepared.
func BenchmarkInbox(b *testing.B) {
	for _, qos := range []byte{0, 1} {
		b.Run(fmt.Sprintf("QoS%d", qos), func(b *testing.B) { benchInbox(b, qos) })
	}
}

func benchInbox(b *testing.B, qos byte) {
	const clients = 8
	bus := openBus(b, Options{Dir: b.TempDir(), MQTTListen: "127.0.0.1:0", Login: ownTopic})
	var sent, got atomic.Int64
	all := make(chan struct{})
	each := (b.N + clients - 1) / clients
	openInbox(b, bus, func(_ context.Context, batch []Letter) error {
		if got.Add(int64(len(batch))) == int64(each*clients) {
			close(all)
		}
		return nil
	})
	var conns []net.Conn
	for i := range clients {
		id := fmt.Sprint("wl-", i)
		conn := dialRaw(b, bus.MQTTAddr())
		writeRaw(b, conn, connectPacket(id, "secret of "+id, "", ""))
		readRaw(b, conn, 4)
		conns = append(conns, conn)
	}
	b.ReportAllocs()
	b.ResetTimer()
	var senders sync.WaitGroup
	for i, conn := range conns {
		senders.Go(func() { send(b, conn, fmt.Sprint("wl-", i), qos, each, &sent, &got) })
	}
	<-all
	b.StopTimer()
	senders.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msgs/s")
}

// send writes the packets. With QoS 1 it keeps at most 200 unconfirmed; QoS 0 has
// no flow control, so there it looks at what has arrived: what a flood drops is
// not measured.
func send(b *testing.B, conn net.Conn, id string, qos byte, n int, sent, got *atomic.Int64) {
	one := publishPacket(ownOf(id), reading)
	if qos == 1 {
		one = packet(0x32, append(append(field(ownOf(id)), 0, 1), reading...))
	}
	const window = 200
	acks := make([]byte, 4*window)
	for n > 0 {
		k := min(n, window)
		for qos == 0 && sent.Load()-got.Load() > 100*window {
			runtime.Gosched()
		}
		sent.Add(int64(k))
		if _, err := conn.Write(bytes.Repeat(one, k)); err != nil {
			b.Error(err)
			return
		}
		if qos == 1 {
			if _, err := io.ReadFull(conn, acks[:4*k]); err != nil {
				b.Error(err)
				return
			}
		}
		n -= k
	}
}
