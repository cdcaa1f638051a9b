package alarm

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"suhe/assets"
	"suhe/geo"
	"suhe/internal/audit"
	"suhe/internal/settings"
)

// The kinds of the settings that this room owns.
const (
	RuleKind    settings.Kind = "rule"
	FenceKind   settings.Kind = "fence"
	SilenceKind settings.Kind = "silence"
	WarningKind settings.Kind = "warning"
)

// LibraryOptions are the settings of a Library; zero means the default, where there is one.
type LibraryOptions struct {
	Store    settings.Store
	Tables   Tables
	River    *geo.River
	Defaults bool             // our own rules hold as well
	Now      func() time.Time // default time.Now
	Log      *slog.Logger     // nil: silent
}

// Library is all rules, fences, silences and warnings as of the last Refresh, and the defaults
// of those that nobody saved. All methods may be called at once.
type Library struct {
	options  LibraryOptions
	edition  string
	defaults map[string]*Rule
	rules    *settings.Shelf[*Rule]
	fences   *settings.Shelf[*Fence]
	silences *settings.Shelf[*Silence]
	warnings *settings.Shelf[*Warning]
	book     atomic.Pointer[Book]
	changed  chan struct{} // the book is another
	binding  sync.Mutex    // so that the last book is of the newest shelves
}

// NewLibrary makes a library of the defaults alone, until Refresh.
func NewLibrary(o LibraryOptions) (*Library, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	l := &Library{options: o, defaults: map[string]*Rule{}, changed: make(chan struct{}, 1)}
	if o.Defaults {
		edition, rules, err := Defaults(o.Tables)
		if err != nil {
			return nil, err
		}
		l.edition = edition
		for _, r := range rules {
			l.defaults[r.Name] = r
		}
	}
	l.rules = settings.NewShelf(o.Store, RuleKind, o.Log, func(s settings.Setting) (*Rule, error) { return ReadRule(s.Name, s.Doc, o.Tables) })
	l.fences = settings.NewShelf(o.Store, FenceKind, o.Log, func(s settings.Setting) (*Fence, error) { return ReadFence(s.Name, s.Doc, o.River) })
	l.silences = settings.NewShelf(o.Store, SilenceKind, o.Log, func(s settings.Setting) (*Silence, error) { return ReadSilence(s.Name, s.Doc, o.Tables) })
	l.warnings = settings.NewShelf(o.Store, WarningKind, o.Log, func(s settings.Setting) (*Warning, error) { return ReadWarning(s.Name, s.Doc) })
	l.bind()
	return l, nil
}

// Refresh reads what has changed in the store; anew is false if nothing has.
func (l *Library) Refresh(ctx context.Context) (anew bool, err error) {
	for _, refresh := range []func(context.Context) (bool, error){l.rules.Refresh, l.fences.Refresh, l.silences.Refresh, l.warnings.Refresh} {
		changed, err := refresh(ctx)
		if err != nil {
			return anew, err
		}
		anew = anew || changed
	}
	if anew {
		l.bind()
	}
	return anew, nil
}

// Run refreshes every second until ctx ends, and tells of each book that is another.
func (l *Library) Run(ctx context.Context, tell func(*Book)) error {
	told := (*Book)(nil)
	for ticker := time.NewTicker(time.Second); ; {
		if _, err := l.Refresh(ctx); err != nil && ctx.Err() == nil {
			l.options.Log.Error("rules are as they were: the store is away", "err", err)
		}
		if b := l.book.Load(); b != told {
			tell(b)
			told = b
		}
		select {
		case <-ticker.C:
		case <-l.changed:
		case <-ctx.Done():
			ticker.Stop()
			return nil
		}
	}
}

// bind makes the book of what the shelves hold. It stays the same if they do.
func (l *Library) bind() {
	l.binding.Lock()
	defer l.binding.Unlock()
	rules := maps.Clone(l.defaults)
	for name, h := range l.rules.All() {
		rules[name] = h.Is
	}
	fences := make([]*Fence, 0, len(l.fences.All()))
	for _, h := range l.fences.All() {
		fences = append(fences, h.Is)
	}
	warnings := make([]*Warning, 0, len(l.warnings.All()))
	for _, h := range l.warnings.All() {
		warnings = append(warnings, h.Is)
	}
	was, is := l.book.Load(), NewBook(slices.Collect(maps.Values(rules)), fences, warnings...)
	if was == nil || !was.same(is) {
		l.book.Store(is)
		signal(l.changed)
	}
}

// Silences are those that are not over.
func (l *Library) Silences() []*Silence {
	var out []*Silence
	for _, h := range l.silences.All() {
		if !h.Is.Over(l.options.Now()) {
			out = append(out, h.Is)
		}
	}
	slices.SortFunc(out, func(a, b *Silence) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// Fences are all fences by name; the map must not be changed.
func (l *Library) Fences() map[string]*Fence { return l.book.Load().fences }

// Paper is a document of the library.
type Paper struct {
	Name    string    `json:"name"`
	Rev     int64     `json:"rev"` // 0: a default, that nobody saved
	At      time.Time `json:"at,omitzero"`
	By      string    `json:"by,omitempty"`      // who saved it
	Edition string    `json:"edition,omitempty"` // of a default
	Doc     any       `json:"doc"`
}

// Papers are all of a kind, in order of name; of another kind there are none.
func (l *Library) Papers(k settings.Kind) []Paper {
	all := map[string]Paper{}
	switch k {
	case RuleKind:
		for name, r := range l.defaults {
			all[name] = Paper{Name: name, Edition: l.edition, Doc: r}
		}
		for name, h := range l.rules.All() {
			all[name] = Paper{Name: name, Rev: h.Rev, At: h.At, By: h.By, Doc: h.Is}
		}
	case FenceKind:
		for name, h := range l.fences.All() {
			all[name] = Paper{Name: name, Rev: h.Rev, At: h.At, By: h.By, Doc: h.Is}
		}
	case SilenceKind:
		for name, h := range l.silences.All() {
			all[name] = Paper{Name: name, Rev: h.Rev, At: h.At, By: h.By, Doc: h.Is}
		}
	case WarningKind:
		for name, h := range l.warnings.All() {
			all[name] = Paper{Name: name, Rev: h.Rev, At: h.At, By: h.By, Doc: h.Is}
		}
	}
	out := slices.AppendSeq(make([]Paper, 0, len(all)), maps.Values(all))
	slices.SortFunc(out, func(a, b Paper) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// Paper finds one; assets.ErrNotFound: there is none.
func (l *Library) Paper(k settings.Kind, name string) (Paper, error) {
	for _, p := range l.Papers(k) {
		if p.Name == name {
			return p, nil
		}
	}
	return Paper{}, fmt.Errorf("%s %.80q: %w", k, name, assets.ErrNotFound)
}

// Read checks a document as Put does.
func (l *Library) Read(k settings.Kind, name string, doc []byte) (is any, err error) {
	if err := CheckName(name); err != nil {
		return nil, err
	}
	switch k {
	case RuleKind:
		return ReadRule(name, doc, l.options.Tables)
	case FenceKind:
		return ReadFence(name, doc, l.options.River)
	case WarningKind:
		return ReadWarning(name, doc)
	}
	s, err := ReadSilence(name, doc, l.options.Tables)
	if err == nil && s.From == nil && s.Until.Sub(l.options.Now()) > maxSilence {
		return nil, invalid("until", s.Until.Format(time.RFC3339), "at most 90 days from now")
	}
	return s, err
}

// Rule reads a rule that nobody has saved yet.
func (l *Library) Rule(name string, doc []byte) (*Rule, error) {
	return ReadRule(name, doc, l.options.Tables)
}

// Put saves a document in place of revision was: 0, there is none; assets.AnyRev,
// whatever there is. Errors are those of the readers and of settings.Store.
func (l *Library) Put(ctx context.Context, k settings.Kind, name string, was int64, doc []byte) (Paper, error) {
	if _, err := l.Read(k, name, doc); err != nil {
		return Paper{}, err
	}
	if err := l.write(ctx, k, name, was, json.RawMessage(doc)); err != nil {
		return Paper{}, err
	}
	return l.Paper(k, name)
}

// Remove removes what somebody saved; a default of that name holds again.
func (l *Library) Remove(ctx context.Context, k settings.Kind, name string, was int64) error {
	if p, err := l.Paper(k, name); err != nil || p.Rev == 0 {
		return fmt.Errorf("%s %.80q: %w", k, name, assets.ErrNotFound)
	}
	return l.write(ctx, k, name, was, nil)
}

// write puts the document, or removes it if there is none, and reads it back.
func (l *Library) write(ctx context.Context, k settings.Kind, name string, was int64, doc any) error {
	put := l.rules.Put
	switch k {
	case FenceKind:
		put = l.fences.Put
	case SilenceKind:
		put = l.silences.Put
	case WarningKind:
		put = l.warnings.Put
	}
	if was == assets.AnyRev {
		p, err := l.Paper(k, name)
		if err != nil && !errors.Is(err, assets.ErrNotFound) {
			return err
		}
		was = p.Rev
	}
	if err := put(ctx, name, was, doc, audit.RuleEdit, map[string]bool{"removed": doc == nil}); err != nil {
		return fmt.Errorf("%s %s: %w", k, name, err)
	}
	_, err := l.Refresh(ctx)
	return err
}
