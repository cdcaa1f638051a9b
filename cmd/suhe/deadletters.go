package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"suhe/assets"
)

// lettersCmd holds the commands about what a node refused.
type lettersCmd struct {
	List   lettersListCmd   `cmd:"" help:"List what was refused, oldest first."`
	Show   lettersShowCmd   `cmd:"" help:"Print one letter with its payload, as JSON."`
	Replay lettersReplayCmd `cmd:"" help:"Let letters in again; what is accepted now is removed."`
}

// caller asks a running node.
type caller struct {
	Server string `help:"Address of the node." default:"http://127.0.0.1:8080" placeholder:"URL"`
}

// callerTimeout bounds one question.
const callerTimeout = 30 * time.Second

// maxAnswer bounds an answer in bytes.
const maxAnswer = 64 << 20

// ask sends a request and reads the JSON of its answer.
func (c caller) ask(ctx context.Context, method, path string, into any) error {
	ctx, cancel := context.WithTimeout(ctx, callerTimeout)
	defer cancel()
	response, err := c.send(ctx, method, path)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	return json.NewDecoder(io.LimitReader(response.Body, maxAnswer)).Decode(into)
}

// send sends a request; an answer that tells of a failure is an error.
func (c caller) send(ctx context.Context, method, path string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(c.Server, "/")+path, nil)
	if err != nil {
		return nil, fmt.Errorf("server: %w (%w)", err, assets.ErrInvalid)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil || response.StatusCode < http.StatusBadRequest {
		return response, err
	}
	defer response.Body.Close()
	var problem struct{ Title, Detail string }
	_ = json.NewDecoder(io.LimitReader(response.Body, maxAnswer)).Decode(&problem) // the status says enough
	return nil, fmt.Errorf("%s answers %s: %s", c.Server, response.Status, problem.Detail)
}

// download writes the body of an answer, however long it takes.
func (c caller) download(ctx context.Context, path string, w io.Writer) error {
	response, err := c.send(ctx, http.MethodGet, path)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.Copy(w, response.Body)
	return err
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
