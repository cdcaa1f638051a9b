package deadletter

import (
	"hash/maphash"
	"sync"
)

// What is kept in one minute.
const (
	lettersEach = 60       // of one device and reason
	lettersAll  = 6_000    // in all
	bytesAll    = 32 << 20 // of payloads in all
)

// verdict is what becomes of a letter; it is the label of the metric.
type verdict string

const (
	kept     verdict = "kept"
	repeated verdict = "repeated" // equal to one of this minute
	dropped  verdict = "dropped"  // one too many, or the broker is away
)

// flood bounds what is kept by the minute. The zero flood is ready; its methods
// may run at once.
type flood struct {
	seed maphash.Seed

	mu     sync.Mutex
	minute int64
	all    int
	bytes  int
	each   map[string]int // by subject
	seen   map[uint64]bool
}

func newFlood() *flood {
	return &flood{seed: maphash.MakeSeed(), each: map[string]int{}, seen: map[uint64]bool{}}
}

// admit judges a letter of the minute.
func (f *flood) admit(minute int64, l Letter) verdict {
	subject, hash := subjectOf(l), f.hash(l)
	f.mu.Lock()
	defer f.mu.Unlock()
	if minute != f.minute {
		clear(f.each)
		clear(f.seen)
		f.minute, f.all, f.bytes = minute, 0, 0
	}
	switch {
	case f.seen[hash]:
		return repeated
	case f.all == lettersAll, f.each[subject] == lettersEach, f.bytes+len(l.Payload) > bytesAll:
		return dropped
	}
	f.seen[hash] = true
	f.all++
	f.each[subject]++
	f.bytes += len(l.Payload)
	return kept
}

func (f *flood) hash(l Letter) uint64 {
	var h maphash.Hash
	h.SetSeed(f.seed)
	for _, part := range []string{l.Reason, l.Topic, l.Mapping, l.Door, l.Hook} {
		_, _ = h.WriteString(part) // never fails
		_ = h.WriteByte(0)
	}
	_, _ = h.Write(l.Payload)
	return h.Sum64()
}
