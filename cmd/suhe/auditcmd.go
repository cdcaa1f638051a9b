package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"text/tabwriter"
	"time"

	"suhe/assets"
	"suhe/internal/audit"
)

// auditCmd holds the commands about the record of who did what. They read the store
// itself.
type auditCmd struct {
	List   auditListCmd   `cmd:"" help:"List entries, the newest first."`
	Verify auditVerifyCmd `cmd:"" help:"Say whether the record, or a file of an export, is sound."`
	Export auditExportCmd `cmd:"" help:"Write entries to a file that proves itself."`
	Key    auditKeyCmd    `cmd:"" help:"Print the key by which this node's seals are checked."`
}

// span is a range of time.
type span struct {
	From string `help:"From this time on." placeholder:"TIME"`
	To   string `help:"Before this time." placeholder:"TIME"`
}

func (s span) times() (from, to time.Time, err error) {
	for _, f := range []struct {
		name, text string
		into       *time.Time
	}{{"from", s.From, &from}, {"to", s.To, &to}} {
		if f.text == "" {
			continue
		}
		if *f.into, err = time.Parse(time.RFC3339, f.text); err != nil {
			return from, to, fmt.Errorf("%s: %q, want a time like 2026-11-23T08:00:00+08:00: %w", f.name, f.text, assets.ErrInvalid)
		}
	}
	return from, to, nil
}

// withBook opens the record of the store for f.
func (s storage) withBook(ctx context.Context, log *slog.Logger, f func(*audit.Book) error) error {
	store, err := openStore(ctx, s, log)
	if err != nil {
		return err
	}
	defer store.Close()
	book, err := openBook(s, store)
	if err != nil {
		return err
	}
	return f(book)
}

type auditListCmd struct {
	storage
	span
	Who     string `help:"Only what this account, device or role did." placeholder:"NAME"`
	Action  string `help:"Only this action." placeholder:"ACTION"`
	What    string `help:"Only what it was done to whose name has this part." placeholder:"TEXT"`
	Outcome string `help:"Only with this outcome: done, refused, failed." placeholder:"OUTCOME"`
	Limit   int    `help:"So many at most." default:"50"`
}

// Run prints a line for each entry.
func (c *auditListCmd) Run(ctx context.Context, io streams, log *slog.Logger) error {
	from, to, err := c.times()
	if err != nil {
		return err
	}
	q := audit.Query{Who: c.Who, Action: audit.Action(c.Action), What: c.What, Outcome: audit.Outcome(c.Outcome), From: from, To: to, Limit: c.Limit}
	return c.withBook(ctx, log, func(book *audit.Book) error {
		if err := read(ctx, book, audit.RecordRead, "entries"); err != nil {
			return err
		}
		page, err := book.Page(ctx, q)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(io.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "seq\tat\twho\taddress\taction\twhat\toutcome\tpurpose\tincident\tdetail")
		for _, e := range page {
			fmt.Fprintf(table, "%d\t%s\t%q\t%s\t%s\t%q\t%s\t%q\t%s\t%s\n", e.Seq, e.At.Local().Format(time.RFC3339), e.Who, e.Address, e.Action, e.What, e.Outcome, e.Purpose, e.Incident, e.Detail)
		}
		return table.Flush()
	})
}

// read records that somebody reads the record at this machine.
func read(ctx context.Context, book *audit.Book, a audit.Action, what string) error {
	return book.Store.AppendAudit(ctx, audit.From(ctx).Entry(a, what, audit.Done))
}

type auditVerifyCmd struct {
	storage
	File    string   `arg:"" optional:"" help:"File of an export; none: the record of the store."`
	Key     []string `help:"Key that must have sealed the file; may be repeated." placeholder:"HEX"`
	Against []string `help:"Exports that the store must hold the ends of; may be repeated." placeholder:"FILE"`
}

// Run says what was found; a record that is not sound is exit 1.
func (c *auditVerifyCmd) Run(ctx context.Context, io streams, log *slog.Logger) error {
	if c.File != "" {
		first, proof, err := readExport(c.File, c.Key)
		if err != nil {
			return err
		}
		fmt.Fprintf(io.out, "%s is sound: entries %d to %d (%s), sealed %s by %s\n",
			c.File, first.Base.Seq+1, proof.Seal.Seq, proof.Seal.Algorithm, proof.Seal.At.Format(time.RFC3339), proof.Seal.Key)
		return nil
	}
	var known []audit.Head
	for _, file := range c.Against {
		first, proof, err := readExport(file, c.Key)
		if err != nil {
			return err
		}
		known = append(known, first.Base, proof.Seal.Head)
	}
	return c.withBook(ctx, log, func(book *audit.Book) error { return verifyBook(ctx, io, book, known) })
}

func readExport(file string, keys []string) (audit.Export, audit.Proof, error) {
	f, err := os.Open(file)
	if err != nil {
		return audit.Export{}, audit.Proof{}, err
	}
	defer f.Close()
	first, proof, err := audit.ReadExport(f, nil, keys...)
	if err != nil {
		return first, proof, fmt.Errorf("%s: %w", file, err)
	}
	return first, proof, nil
}

func verifyBook(ctx context.Context, io streams, book *audit.Book, known []audit.Head) error {
	report, err := book.Verify(ctx, known...)
	if err != nil {
		return err
	}
	if err := book.Store.AppendAudit(ctx, report.Entry(audit.From(ctx))); err != nil {
		return err
	}
	if !report.Sound {
		return fmt.Errorf("%w at entry %d: %s", audit.ErrBroken, report.Seq, report.Fault)
	}
	fmt.Fprintf(io.out, "the record is sound: entries %d to %d (%s), ending with %s", report.Base.Seq+1, report.Head.Seq, report.Head.Algorithm, report.Head.Hash)
	if report.Sealed > 0 {
		fmt.Fprintf(io.out, "; confirmed from outside up to entry %d", report.Sealed)
	}
	fmt.Fprintln(io.out)
	return nil
}

type auditExportCmd struct {
	storage
	span
	File string `arg:"" help:"File of JSON lines to write."`
}

// Run writes the file beside its place and moves it there when it is whole.
func (c *auditExportCmd) Run(ctx context.Context, io streams, log *slog.Logger) error {
	from, to, err := c.times()
	if err != nil {
		return err
	}
	return c.withBook(ctx, log, func(book *audit.Book) error {
		if err := read(ctx, book, audit.RecordExport, "entries"); err != nil {
			return err
		}
		base, entries, err := book.Range(ctx, from, to)
		if err != nil {
			return err
		}
		var proof audit.Proof
		err = writeFile(c.File, func(f *os.File) (err error) {
			proof, err = book.Write(f, base, entries)
			return err
		})
		if err != nil {
			return err
		}
		fmt.Fprintf(io.out, "%d entries written to %s, sealed by %s\n", proof.Entries, c.File, proof.Seal.Key)
		return nil
	})
}

type auditKeyCmd struct{ storage }

// Run prints the key alone on a line.
func (c *auditKeyCmd) Run(io streams) error {
	book, err := openBook(c.storage, nil)
	if err != nil {
		return err
	}
	fmt.Fprintln(io.out, book.Seals.Key.Public())
	return nil
}
