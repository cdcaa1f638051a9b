package archive

import (
	"os"
	"path/filepath"
)

// part is a file under way beside the place where it will be.
type part struct {
	*os.File
	target string
}

// createPart begins a file that will be at target.
func createPart(target string) (*part, error) {
	f, err := os.CreateTemp(filepath.Dir(target), filepath.Base(target)+".*.part")
	if err != nil {
		return nil, err
	}
	return &part{f, target}, nil
}

// place makes the file lasting and moves it to its target.
func (p *part) place() error {
	if err := p.Sync(); err != nil {
		return err
	}
	if err := p.File.Close(); err != nil {
		return err
	}
	return os.Rename(p.Name(), p.target)
}

// drop closes and removes the file; one that was placed stays.
func (p *part) drop() {
	p.File.Close()
	os.Remove(p.Name()) // after place there is none of that name
}
