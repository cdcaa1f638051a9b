package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"suhe/internal/audit"
	"suhe/internal/syslog"
)

// auditing says how the record of who did what is kept.
type auditing struct {
	AuditKeep time.Duration `help:"How long audit entries are kept, 4320h (180 days) or longer." default:"4320h"`
	Syslog    string        `help:"Tell security events to udp://HOST:PORT, tcp://HOST:PORT, tls://HOST:PORT (RFC 5424) or json:FILE." placeholder:"TARGET"`
}

// check says what is wrong, one line each.
func (a auditing) check() (wrong []string) {
	if a.AuditKeep < audit.MinKeep {
		wrong = append(wrong, fmt.Sprintf("audit-keep: %v, want %v or longer", a.AuditKeep, audit.MinKeep))
	}
	if a.Syslog != "" {
		if _, err := syslog.New(a.Syslog, syslog.Options{}); err != nil {
			wrong = append(wrong, "syslog: "+err.Error())
		}
	}
	return wrong
}

// pruneEvery is how often entries that are old enough are removed.
const pruneEvery = 24 * time.Hour

// openAudit opens the record and who writes to it.
func (n *node) openAudit(context.Context) (err error) {
	if n.book, err = openBook(n.settings.storage, n.store); err != nil {
		return err
	}
	n.recorder = audit.NewRecorder(audit.RecorderOptions{Store: n.store, Now: n.now, Log: n.log, Metrics: n.metrics})
	return nil
}

// openBook opens the record of a store, with the key and the seal of the data folder.
func openBook(s storage, store audit.Store) (*audit.Book, error) {
	if err := os.MkdirAll(s.DataDir, 0o700); err != nil {
		return nil, fmt.Errorf("data-dir: %w", err)
	}
	key, err := audit.OpenKey(s.place("audit.key"))
	if err != nil {
		return nil, err
	}
	return &audit.Book{Store: store, Seals: audit.SealFile{Path: s.place("audit.seal"), Key: key}}, nil
}

// watched records that somebody is about to see where movers are.
func (n *node) watched(who audit.Origin) error {
	return n.recorder.Viewed(context.Background(), who.Entry(audit.MoverView, "all movers", audit.Done))
}

// followAudit writes, watches, tells of and prunes the record until ctx ends.
func (n *node) followAudit(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return n.recorder.Run(ctx) })
	group.Go(func() error {
		watch := audit.NewWatch(audit.WatchOptions{Store: n.store, Seals: n.book.Seals, Broken: n.brokenRecord, Log: n.log, Metrics: n.metrics})
		return watch.Run(ctx)
	})
	group.Go(func() error { return n.pruneAudit(ctx) })
	if n.settings.Syslog != "" {
		group.Go(func() error { return n.tellSecurity(ctx) })
	}
	return group.Wait()
}

// brokenRecord tells that the record is not what it was: to the log, and to the
// record itself, from where it goes to the collector.
func (n *node) brokenRecord(ctx context.Context, err error) {
	n.log.Error("the audit record is broken", "err", err)
	n.tell("record that it is broken", n.recorder.Record(ctx, audit.BrokenEntry(err)))
}

// tellSecurity tells the collector of security events.
func (n *node) tellSecurity(ctx context.Context) error {
	to, err := syslog.New(n.settings.Syslog, syslog.Options{Version: version})
	if err != nil {
		return fmt.Errorf("syslog: %w", err)
	}
	defer to.Close()
	return audit.Forward(ctx, audit.ForwardOptions{Store: n.store, To: to, Place: n.settings.place("audit.told"), Log: n.log, Metrics: n.metrics})
}

// pruneAudit removes entries that are old enough, once a day.
func (n *node) pruneAudit(ctx context.Context) error {
	tick := time.NewTicker(pruneEvery)
	defer tick.Stop()
	for {
		for removed := -1; removed != 0 && ctx.Err() == nil; {
			var err error
			removed, err = n.store.PruneAudit(audit.With(ctx, audit.Origin{}), n.now().Add(-max(n.settings.AuditKeep, audit.MinKeep)))
			if err != nil {
				n.log.Warn("old audit entries stay", "err", err)
				removed = 0
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
