package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"text/tabwriter"

	"suhe/assets"
)

// lettersCmd holds the commands about what a node refused.
type lettersCmd struct {
	List   lettersListCmd   `cmd:"" help:"List what was refused, oldest first."`
	Show   lettersShowCmd   `cmd:"" help:"Print one letter with its payload, as JSON."`
	Replay lettersReplayCmd `cmd:"" help:"Let letters in again; what is accepted now is removed."`
}

// chosen are the letters that a command is about.
type chosen struct {
	caller
	Reason string `help:"Only those refused for this reason." placeholder:"REASON"`
	Device string `help:"Only those about this device." placeholder:"ID"`
	After  uint64 `help:"Only those after this number." default:"0"`
	Limit  int    `help:"So many at most." default:"50"`
}

// maxChosen bounds what a command asks for at once; the node has a bound too.
const maxChosen = 200

// page makes the query of the next page.
func (c chosen) page(after uint64, left int) string {
	q := url.Values{"after": {strconv.FormatUint(after, 10)}, "limit": {strconv.Itoa(min(left, maxChosen))}}
	if c.Reason != "" {
		q.Set("reason", c.Reason)
	}
	if c.Device != "" {
		q.Set("device", c.Device)
	}
	return "?" + q.Encode()
}

// each asks page by page, until there are no more or the limit is reached.
func (c chosen) each(ask func(query string) (count int, next uint64, err error)) error {
	if c.Limit < 1 {
		return fmt.Errorf("limit: %d, want 1 or more (%w)", c.Limit, assets.ErrInvalid)
	}
	after, left := c.After, c.Limit
	for {
		count, next, err := ask(c.page(after, left))
		if left -= count; err != nil || next == 0 || left <= 0 {
			return err
		}
		after = next
	}
}

type lettersListCmd struct{ chosen }

// Run prints a line for each letter.
func (c *lettersListCmd) Run(ctx context.Context, io streams) error {
	table := tabwriter.NewWriter(io.out, 0, 0, 2, ' ', 0)
	defer table.Flush()
	fmt.Fprintln(table, "seq\treceived\treason\tdevice\tway\tdetail")
	return c.each(func(query string) (int, uint64, error) {
		var page struct {
			Letters []struct {
				Seq                                                   uint64
				Received, Reason, Device, Way, Detail, Topic, Mapping string
			}
			Next uint64
		}
		err := c.ask(ctx, http.MethodGet, "/v1/deadletters"+query, &page)
		for _, l := range page.Letters {
			fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s\t%s\n", l.Seq, l.Received, l.Reason, l.Device, l.Way, l.Detail)
		}
		return len(page.Letters), page.Next, err
	})
}

type lettersShowCmd struct {
	caller
	Seq uint64 `arg:"" help:"Number of the letter."`
}

// Run prints the letter.
func (c *lettersShowCmd) Run(ctx context.Context, io streams) error {
	var letter json.RawMessage
	if err := c.ask(ctx, http.MethodGet, fmt.Sprintf("/v1/deadletters/%d", c.Seq), &letter); err != nil {
		return err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, letter, "", "  "); err != nil {
		return err
	}
	_, err := fmt.Fprintln(io.out, out.String())
	return err
}

type lettersReplayCmd struct {
	chosen
	Seq []uint64 `arg:"" optional:"" help:"Numbers of letters; none: those that the flags choose."`
}

// outcome is what became of a letter.
type outcome struct {
	Seq               uint64
	Accepted, Refused int
	Removed           bool
	Error             string
	Results           []struct{ Detail string }
}

// Run prints a line for each letter, and ends with exit 1 if one is refused still.
func (c *lettersReplayCmd) Run(ctx context.Context, io streams) error {
	still := 0
	tell := func(o outcome) {
		why := o.Error
		if why == "" && len(o.Results) > 0 {
			why = o.Results[0].Detail
		}
		if !o.Removed {
			still++
		}
		fmt.Fprintf(io.out, "%d: accepted %d, refused %d %s\n", o.Seq, o.Accepted, o.Refused, why)
	}
	if err := c.replay(ctx, tell); err != nil {
		return err
	}
	if still > 0 {
		return fmt.Errorf("%d letters are refused still", still)
	}
	return nil
}

func (c *lettersReplayCmd) replay(ctx context.Context, tell func(outcome)) error {
	for _, seq := range c.Seq {
		var o outcome
		if err := c.ask(ctx, http.MethodPost, fmt.Sprintf("/v1/deadletters/%d/replay", seq), &o); err != nil {
			return err
		}
		tell(o)
	}
	if len(c.Seq) > 0 {
		return nil
	}
	return c.each(func(query string) (int, uint64, error) {
		var page struct {
			Letters []outcome
			Next    uint64
		}
		err := c.ask(ctx, http.MethodPost, "/v1/deadletters/replay"+query, &page)
		for _, o := range page.Letters {
			tell(o)
		}
		return len(page.Letters), page.Next, err
	})
}
