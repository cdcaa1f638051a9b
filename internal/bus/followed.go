package bus

import (
	"context"
	"math"
	"strings"
	"sync"
)

// followed is the keeper with the embedded broker, whose messages are all ours:
// nothing is confirmed one by one, and now and then what every Inbox has handled is
// removed. So the first message of the stream is where to begin after a crash.
type followed struct {
	bus    *Bus
	in     *inbox
	filter string
	under  []string // levels of the filter as a subject
	left   <-chan struct{}

	// The reader's alone, once it has joined.
	progress *progress
	taken    uint64 // the last that was read, and put if it is under the filter
}

// handled is how far each filter's Inbox has come in the stream, also one that
// has been closed.
type handled struct {
	mu sync.Mutex
	of map[string]*progress
}

// progress is by sequences; what is not under the filter needs no handling.
type progress struct {
	seen uint64 // the last that was read
	put  uint64 // the last of these under the filter
	done uint64 // the last that was handled
}

// at is up to where all is handled.
func (p *progress) at() uint64 {
	if p.done >= p.put {
		return p.seen
	}
	return p.done
}

// begin starts anew after the sequence, or where the filter's Inbox was if that
// is further on. A progress that it replaces counts no more.
func (h *handled) begin(filter string, after uint64) (from uint64, p *progress) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if was := h.of[filter]; was != nil {
		after = max(after, was.at())
	}
	return after, h.replace(filter, after)
}

// lose starts anew with an unknown sequence: the stream is not what it was.
func (h *handled) lose(filter string) *progress {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.replace(filter, 0)
}

func (h *handled) replace(filter string, at uint64) *progress {
	if h.of == nil {
		h.of = make(map[string]*progress)
	}
	p := &progress{seen: at, put: at, done: at}
	h.of[filter] = p
	return p
}

// read notes that a message was read, before it is put.
func (h *handled) read(p *progress, seq uint64, under bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	p.seen = seq
	if under {
		p.put = seq
	}
}

// sign notes that the letters were handled.
func (h *handled) sign(batch []sealed) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range batch {
		if p := batch[i].progress; p != nil {
			p.done = max(p.done, batch[i].seq)
		}
	}
}

// filters are those of all, as subjects.
func (h *handled) filters() (out []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for filter := range h.of {
		if under, err := subjectFilter(filter); err == nil { // it was one when its Inbox began
			out = append(out, under)
		}
	}
	return out
}

// byAll is the last sequence that no Inbox needs any more, 0 if there is none.
func (h *handled) byAll() uint64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.of) == 0 {
		return 0
	}
	least := uint64(math.MaxUint64)
	for _, p := range h.of {
		least = min(least, p.at())
	}
	return least
}

func (in *inbox) follow(ctx context.Context, filter, under string) (keeper, error) {
	first, _, err := in.bus.letters().Bounds(ctx)
	if err != nil {
		return nil, err
	}
	f := &followed{bus: in.bus, in: in, filter: filter, under: strings.Split(under, "."), left: ctx.Done()}
	f.taken, f.progress = in.bus.handled.begin(filter, first-1)
	in.bus.postman.join(f, first-1)
	return f, nil
}

// offer hands the message over if it is under the filter and new to the inbox. It is
// false if the round ended before the inbox had room.
func (f *followed) offer(round context.Context, m Message) bool {
	if m.Seq <= f.taken {
		return true
	}
	subject := m.Subject[len(mqttSubjects):]
	ours := matches(f.under, subject)
	f.bus.handled.read(f.progress, m.Seq, ours)
	if ours {
		select {
		case f.in.letters <- sealed{Letter: Letter{Topic: topic(subject), Data: m.Data, Time: m.Time}, seq: m.Seq, progress: f.progress}:
		case <-f.left:
		case <-round.Done():
			return false
		}
	}
	f.taken = m.Seq
	return true
}

// matches says whether the subject is under the filter, whose levels are given.
func matches(under []string, subject string) bool {
	for i, want := range under {
		if want == ">" {
			return subject != ""
		}
		level, rest, more := strings.Cut(subject, ".")
		if want != "*" && want != level || more == (i == len(under)-1) {
			return false
		}
		subject = rest
	}
	return true
}

// sign implements keeper.
func (f *followed) sign(batch []sealed) error {
	f.bus.handled.sign(batch)
	return nil
}

// stop implements keeper.
func (f *followed) stop() { f.bus.postman.leave(f) }
