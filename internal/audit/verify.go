package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"
)

// Fault says where a record is broken. It wraps ErrBroken.
type Fault struct {
	Seq uint64 // the first entry that cannot be trusted
	Why string
}

func (f *Fault) Error() string { return fmt.Sprintf("%v at entry %d: %s", ErrBroken, f.Seq, f.Why) }

// Unwrap implements errors.Unwrap.
func (f *Fault) Unwrap() error { return ErrBroken }

// Pruned is the detail of a RecordPrune entry: the entries up to the last one that
// was removed are gone, and the next is chained to its hash.
type Pruned struct {
	Last Head `json:"last"`
}

// Verifier follows a record entry by entry.
type Verifier struct {
	at      Head
	pruned  Head // what the last RecordPrune entry tells of
	entries uint64
}

// NewVerifier begins behind a place in a record.
func NewVerifier(base Head) *Verifier { return &Verifier{at: base} }

// At is the last entry that was followed.
func (v *Verifier) At() Head { return v.at }

// Next follows one more entry. The error is a *Fault.
func (v *Verifier) Next(e Entry) error {
	if e.Seq != v.at.Seq+1 {
		return &Fault{v.at.Seq + 1, fmt.Sprintf("entry %d stands in its place", e.Seq)}
	}
	if err := v.at.Algorithm.Check(); err != nil {
		return &Fault{e.Seq, err.Error()}
	}
	if e.At.Before(v.at.At) || !e.At.Equal(e.At.Truncate(time.Millisecond)) {
		return &Fault{e.Seq, "it is older than the one before, or not of a whole millisecond"}
	}
	if v.at.Seq == 0 {
		var begun struct{ Algorithm Algorithm }
		if e.Action != RecordBegin || json.Unmarshal(e.Detail, &begun) != nil || begun.Algorithm != v.at.Algorithm {
			return &Fault{e.Seq, fmt.Sprintf("it does not begin a record of %s", v.at.Algorithm)}
		}
	}
	if want := v.at.hashOf(e); e.Hash != want {
		return &Fault{e.Seq, fmt.Sprintf("its hash is %.64s, and its words make %s", e.Hash, want)}
	}
	if e.Action == RecordPrune {
		var p Pruned
		if err := json.Unmarshal(e.Detail, &p); err != nil {
			return &Fault{e.Seq, "it does not tell what was removed"}
		}
		v.pruned = p.Last
	}
	v.at.Seq, v.at.At, v.at.Hash = e.Seq, e.At, e.Hash
	v.entries++
	return nil
}

// Report is what a verification found.
type Report struct {
	Sound   bool   `json:"sound"`
	Entries uint64 `json:"entries"` // that were followed
	Base    Head   `json:"base"`    // what the first of them is chained to
	Head    Head   `json:"head"`    // the last of them
	Fault   string `json:"fault,omitempty"`
	Seq     uint64 `json:"seq,omitempty"` // of the fault
	Sealed  uint64 `json:"sealed"`        // the last entry that a seal outside the record confirms
}

// Entry is the entry that tells of the verification in the name of who asked for it.
func (r Report) Entry(who Origin) Entry {
	out := Done
	if !r.Sound {
		out = Failed
	}
	e := who.Entry(RecordVerify, fmt.Sprintf("entries %d to %d", r.Base.Seq+1, r.Head.Seq), out)
	e.Detail, _ = json.Marshal(r) // numbers and texts
	return e
}

// Verify reads the record of a store and says whether it is sound: every entry is
// chained to the one before, from where it begins to where it ends; if it does not
// begin with its first entry, an entry tells of the removal; and it holds what each
// seal says. The error says that the store could not be read.
func Verify(ctx context.Context, s Store, seals ...Head) (Report, error) {
	for {
		r, err := verify(ctx, s, seals)
		if err != nil || r.Sound {
			return r, err
		}
		// The base moves while old entries are removed.
		base, _, err := s.AuditHead(ctx)
		if err != nil || base.Seq == r.Base.Seq {
			return r, err
		}
	}
}

func verify(ctx context.Context, s Store, seals []Head) (Report, error) {
	base, head, err := s.AuditHead(ctx)
	if err != nil {
		return Report{}, err
	}
	v := NewVerifier(base)
	if err = v.follow(s.Audit(ctx, 0), append([]Head{head}, seals...)); err == nil {
		err = v.end(ctx, s, base)
	}
	r := Report{Sound: err == nil, Entries: v.entries, Base: base, Head: v.at}
	for _, seal := range seals {
		r.Sealed = max(r.Sealed, seal.Seq)
	}
	var fault *Fault
	switch {
	case errors.As(err, &fault):
		r.Seq, r.Fault = fault.Seq, fault.Why
	case errors.Is(err, ErrBroken): // an entry that cannot even be read
		r.Seq, r.Fault = v.at.Seq+1, err.Error()
	case err != nil:
		return Report{}, err
	}
	return r, nil
}

// follow reads all entries and compares them with what is known of some.
func (v *Verifier) follow(entries iter.Seq2[Entry, error], known []Head) error {
	if err := v.at.same(known); err != nil {
		return err
	}
	for e, err := range entries {
		if err != nil {
			return err
		}
		if err := v.Next(e); err != nil {
			return err
		}
		if err := v.at.same(known); err != nil {
			return err
		}
	}
	for _, k := range known {
		if k.Seq > v.at.Seq {
			return &Fault{v.at.Seq + 1, fmt.Sprintf("it is missing, and all up to entry %d of %v", k.Seq, k.At.Format(time.RFC3339))}
		}
	}
	return nil
}

// same says whether the place is what is known of it.
func (h Head) same(known []Head) error {
	for _, k := range known {
		if k.Seq == h.Seq && (k.Hash != h.Hash || k.Algorithm != h.Algorithm) {
			return &Fault{h.Seq, fmt.Sprintf("it is another than the one of %v that is known", k.At.Format(time.RFC3339))}
		}
	}
	return nil
}

// end says whether the entries end where the record ends by now, and whether an
// entry tells why the first ones are gone.
func (v *Verifier) end(ctx context.Context, s Store, base Head) error {
	_, head, err := s.AuditHead(ctx)
	switch {
	case err != nil:
		return err
	case v.at.Seq > head.Seq:
		return &Fault{head.Seq + 1, "it stands behind the end of the record"}
	case base.Seq > 0 && (v.pruned.Seq != base.Seq || v.pruned.Hash != base.Hash):
		return &Fault{base.Seq, "it is gone with all before it, and no entry tells of that"}
	}
	return nil
}
