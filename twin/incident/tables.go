package incident

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// Tables are what the loop is told by data files.
type Tables struct {
	Calendar *Calendar
	Classes  *Classes
}

//go:embed tables
var builtin embed.FS

// ReadTables reads calendar.json and classes.json of the folder; of what is not
// there, or of folder "", Suhe's own.
func ReadTables(folder string) (Tables, error) {
	read := func(name string) ([]byte, error) {
		if folder != "" {
			data, err := fs.ReadFile(os.DirFS(folder), name)
			if !errors.Is(err, fs.ErrNotExist) {
				return data, err
			}
		}
		return builtin.ReadFile("tables/" + name)
	}
	var t Tables
	calendar, err := read("calendar.json")
	if err == nil {
		t.Calendar, err = ReadCalendar(calendar)
	}
	if err != nil {
		return Tables{}, fmt.Errorf("incident tables: %w", err)
	}
	classes, err := read("classes.json")
	if err == nil {
		t.Classes, err = ReadClasses(classes)
	}
	if err != nil {
		return Tables{}, fmt.Errorf("incident tables: %w", err)
	}
	return t, nil
}
