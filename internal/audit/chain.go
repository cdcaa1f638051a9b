package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"time"

	"github.com/emmansun/gmsm/sm3"
)

// ErrBroken is the kind of every fault that is found in a record.
var ErrBroken = errors.New("the record is broken")

// Algorithm is the hash function of a chain, chosen when it begins.
type Algorithm string

// The algorithms.
const (
	SHA256 Algorithm = "sha256" // FIPS 180-4
	SM3    Algorithm = "sm3"    // GB/T 32905
)

// hash returns a new hash; nil if there is no such algorithm.
func (a Algorithm) hash() hash.Hash {
	switch a {
	case SHA256:
		return sha256.New()
	case SM3:
		return sm3.New()
	}
	return nil
}

// Check says whether there is such an algorithm.
func (a Algorithm) Check() error {
	if a.hash() == nil {
		return fmt.Errorf("hash: %.20q, want %s or %s", a, SHA256, SM3)
	}
	return nil
}

// Head is a place in a chain: the next entry is chained to its hash. A head of
// number 0 is that of a chain that has not begun.
type Head struct {
	Seq       uint64    `json:"seq"`
	At        time.Time `json:"at"`
	Hash      string    `json:"hash"` // hexadecimal
	Algorithm Algorithm `json:"algorithm"`
}

// Link returns the entries as they follow the head: bounded, with number, time and
// hash. The head moves to the last. Of now whole milliseconds count, and never
// less than the head's.
func (h *Head) Link(now time.Time, entries ...Entry) []Entry {
	if len(entries) == 0 {
		return nil
	}
	now = now.UTC().Truncate(time.Millisecond)
	if now.Before(h.At) {
		now = h.At
	}
	linked := make([]Entry, 0, len(entries)+1)
	if h.Seq == 0 {
		detail, _ := json.Marshal(map[string]Algorithm{"algorithm": h.Algorithm}) // a map of strings
		linked = append(linked, Entry{Action: RecordBegin, Outcome: Done, Detail: detail})
	}
	linked = append(linked, entries...)
	for i := range linked {
		e := linked[i].bounded()
		e.Seq, e.At = h.Seq+1, now
		e.Hash = h.hashOf(e)
		h.Seq, h.At, h.Hash = e.Seq, e.At, e.Hash
		linked[i] = e
	}
	return linked
}

// hashOf is the hash of the entry when it follows the head: the algorithm over
//
//	"suhe audit 1" LF, the head's hash, number, time in Unix milliseconds, who,
//	how many roles, each of them, address, session, action, what, purpose,
//	incident, outcome, detail
//
// where numbers are 8 bytes, big-endian, and texts are preceded by their length
// as such a number. So no two entries have one encoding.
func (h *Head) hashOf(e Entry) string {
	b := []byte("suhe audit 1\n")
	number := func(n uint64) { b = binary.BigEndian.AppendUint64(b, n) }
	text := func(s string) {
		number(uint64(len(s)))
		b = append(b, s...)
	}
	before, _ := hex.DecodeString(h.Hash) // one that is no hash equals no entry's either
	text(string(before))
	number(e.Seq)
	number(uint64(e.At.UnixMilli()))
	text(e.Who)
	number(uint64(len(e.Roles)))
	for _, r := range e.Roles {
		text(r)
	}
	for _, s := range [...]string{e.Address, e.Session, string(e.Action), e.What, e.Purpose, e.Incident, string(e.Outcome), string(e.Detail)} {
		text(s)
	}
	sum := h.Algorithm.hash()
	sum.Write(b)
	return hex.EncodeToString(sum.Sum(nil))
}
