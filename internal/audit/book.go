package audit

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"sync"
	"time"

	"suhe/assets"
)

// Book is the record as its administrator reads it. All methods may be called at
// once.
type Book struct {
	Store Store
	Seals SealFile

	verifying sync.Mutex
}

// Page returns entries that the query asks for, the newest first.
func (b *Book) Page(ctx context.Context, q Query) ([]Entry, error) { return b.Store.AuditPage(ctx, q) }

// Verify says whether the record is sound and holds what the last seal of this node
// and the heads of other places say. assets.ErrBusy: somebody else asks.
func (b *Book) Verify(ctx context.Context, known ...Head) (Report, error) {
	if !b.verifying.TryLock() {
		return Report{}, fmt.Errorf("%w: the record is being verified", assets.ErrBusy)
	}
	defer b.verifying.Unlock()
	seal, sealed, err := b.Seals.Read()
	if errors.Is(err, ErrBroken) {
		return Report{Fault: err.Error()}, nil
	}
	if err != nil {
		return Report{}, err
	}
	if sealed {
		known = append(known, seal.Head)
	}
	return Verify(ctx, b.Store, known...)
}

// Range returns the entries from one time to another, zero for no bound, and what
// the first of them is chained to.
func (b *Book) Range(ctx context.Context, from, to time.Time) (Head, iter.Seq2[Entry, error], error) {
	base, head, err := b.Store.AuditHead(ctx)
	if err != nil {
		return base, nil, err
	}
	if !from.IsZero() {
		before, err := b.before(ctx, from, head.Algorithm)
		if err != nil {
			return base, nil, err
		}
		if before.Seq > base.Seq {
			base = before
		}
	}
	last := head
	if !to.IsZero() {
		if last, err = b.before(ctx, to, head.Algorithm); err != nil {
			return base, nil, err
		}
	}
	return base, func(yield func(Entry, error) bool) {
		if base.Seq >= last.Seq {
			return
		}
		for e, err := range b.Store.Audit(ctx, base.Seq) {
			if !yield(e, err) || err != nil || e.Seq >= last.Seq {
				return
			}
		}
	}, nil
}

// before is the last entry before that time; the zero Head if there is none.
func (b *Book) before(ctx context.Context, at time.Time, a Algorithm) (Head, error) {
	page, err := b.Store.AuditPage(ctx, Query{To: at, Limit: 1})
	if err != nil || len(page) == 0 {
		return Head{Algorithm: a}, err
	}
	return Head{Seq: page[0].Seq, At: page[0].At, Hash: page[0].Hash, Algorithm: a}, nil
}

// Write writes entries as a file that proves itself; see WriteExport.
func (b *Book) Write(w io.Writer, base Head, entries iter.Seq2[Entry, error]) (Proof, error) {
	return WriteExport(w, base, entries, b.Seals.Key)
}
