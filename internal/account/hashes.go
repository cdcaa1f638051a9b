package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	mathrand "math/rand/v2"
	"runtime"
	"sync/atomic"
	"time"

	"suhe/assets"
)

// queueLength is how many wait to be hashed; beyond that a caller is to come again.
const queueLength = 64

// How long such a caller waits: the queue is a few seconds long, and not all shall
// come again at once.
const (
	leastWait = 2 * time.Second
	moreWait  = 6 * time.Second
)

// hashes computes few hashes at once: each takes 19 MiB and a processor for some
// hundredths of a second, and whoever logs in must leave the others' requests alone.
type hashes struct {
	slots   chan struct{}
	waiting atomic.Int32
	nobody  phc // what the password of an unknown name is compared with
}

func newHashes() *hashes {
	return &hashes{slots: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2)), nobody: derive(rand.Text(), salt(), usual)}
}

// turn waits for a place; done gives it back. assets.ErrBusy: too many wait.
func (h *hashes) turn(ctx context.Context) (done func(), err error) {
	if h.waiting.Add(1) > queueLength {
		h.waiting.Add(-1)
		return nil, &Refusal{Kind: assets.ErrBusy, Text: "too many log in at once", Wait: leastWait + mathrand.N(moreWait)}
	}
	defer h.waiting.Add(-1)
	select {
	case h.slots <- struct{}{}:
		return func() { <-h.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// matches says whether it is the password of the hash, and whether that hash is
// cheaper than it should be. An empty or broken hash takes the time of a whole one
// and matches nothing. The caller has its turn.
func (h *hashes) matches(hash, password string) (right, outdated bool) {
	is, err := parsePHC(hash)
	if err != nil {
		is = h.nobody
	}
	key := derive(password, is.salt, is.params).key
	right = subtle.ConstantTimeCompare(key, is.key) == 1 && err == nil
	return right, is.params != usual || len(is.salt) != saltLength
}

func salt() []byte {
	b := make([]byte, saltLength)
	rand.Read(b)
	return b
}

// hash makes a new hash. The caller has its turn.
func hash(password string) string { return derive(password, salt(), usual).String() }
