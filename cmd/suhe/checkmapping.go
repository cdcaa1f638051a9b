package main

import (
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"suhe/assets"
	"suhe/stream/ingest/mapping"
)

// checkMappingCmd prints what a mapping makes of a sample.
type checkMappingCmd struct {
	File   string `arg:"" help:"The mapping, a JSON file."`
	Sample string `arg:"" help:"A payload as the third party sends it; - is the standard input."`
	Topic  string `help:"The whole MQTT topic that the sample came by, if the mapping reads it." placeholder:"TOPIC"`
}

// Run prints a table of the observations, then each refusal with its place. A bad
// mapping is one line and exit 2; a sample of which nothing can be used is exit 1.
func (c *checkMappingCmd) Run(io streams) error {
	m, err := mapping.Load(c.File, assets.DefaultClasses())
	if err != nil {
		return err
	}
	message := mapping.Message{Received: time.Now()}
	if message.Payload, err = readSample(c.Sample); err != nil {
		return err
	}
	if c.Topic != "" {
		if _, message.Levels, err = mapping.SplitTopic(c.Topic); err != nil {
			return fmt.Errorf("topic: %w (%w)", err, assets.ErrInvalid)
		}
	}
	result := m.Map(message)
	printReadings(io.out, result)
	for _, r := range result.Refusals {
		fmt.Fprintln(io.out, "refused:", r.Error())
	}
	if len(result.Readings) == 0 {
		return fmt.Errorf("the mapping %s makes no observation of %s", m.Name, c.Sample)
	}
	return nil
}

func printReadings(w io.Writer, result mapping.Result) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "item\tdevice\ttime\tphenomenon\tvalue\tunit")
	for _, r := range result.Readings {
		p, _ := assets.DefaultClasses().Phenomenon(r.Phenomenon) // the mapping was checked
		fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%v\t%s\n", r.Item, r.Asset, time.UnixMilli(r.PhenomenonTime).Format(time.RFC3339Nano), r.Phenomenon, r.Value, p.Unit)
	}
	_ = table.Flush() // nobody reads any more
}

func readSample(name string) ([]byte, error) {
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return io.ReadAll(io.LimitReader(f, mapping.MaxPayload+1))
	}
	return io.ReadAll(io.LimitReader(os.Stdin, mapping.MaxPayload+1))
}
