package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"suhe/assets"
	"suhe/twin/alarm"
	"suhe/twin/incident"
)

// checkRuleCmd says what is wrong with rules.
type checkRuleCmd struct {
	Files  []string `arg:"" help:"Rules, a JSON file each; a rule has the name of its file."`
	Tables string   `help:"Folder with classes.json in place of the built-in classes of incidents." placeholder:"DIR" name:"incident-tables"`
}

// Run prints the name of each rule that is right; one that is not is one line, and exit 2.
func (c *checkRuleCmd) Run(io streams) error {
	tables, err := incident.ReadTables(c.Tables)
	if err != nil {
		return err
	}
	var wrong []error
	for _, file := range c.Files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		doc, err := os.ReadFile(file)
		if err == nil {
			err = alarm.CheckName(name)
		}
		if err == nil {
			_, err = alarm.ReadRule(name, doc, codes{assets.DefaultClasses(), tables.Classes})
		}
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", file, err))
			continue
		}
		fmt.Fprintln(io.out, name)
	}
	return errors.Join(wrong...)
}
