package key

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"suhe/internal/wholefile"
)

// keepEvery is how often the tallies are written. A node that is killed forgets the
// requests of this time at most; one that stops forgets none.
const keepEvery = 30 * time.Second

// maxKept bounds the file of the tallies in bytes.
const maxKept = 4 << 20

// kept is the file of the tallies.
type kept struct {
	Day  string         `json:"day"` // in Shanghai
	Keys map[string]Use `json:"keys"`
}

// keep writes the tallies in one step, if there is anything new.
func (t *tallies) keep(file string) error {
	t.mu.Lock()
	out := kept{t.day, make(map[string]Use, len(t.keys))}
	for id, k := range t.keys {
		out.Keys[id] = k.Use
	}
	unkept := t.unkept
	t.unkept = false
	t.mu.Unlock()
	if !unkept {
		return nil
	}
	text, err := json.Marshal(out)
	if err == nil {
		err = wholefile.Replace(file, text)
	}
	if err != nil {
		t.mu.Lock()
		t.unkept = true
		t.mu.Unlock()
		return fmt.Errorf("use of keys: %w", err)
	}
	return nil
}

// recall reads what keep wrote.
func (t *tallies) recall(file string, now time.Time) error {
	text, err := readBounded(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("use of keys: %w", err)
	}
	in, err := parseKept(text)
	if err != nil {
		return fmt.Errorf("use of keys: %s: %w", file, err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.day = in.Day
	for id, use := range in.Keys {
		t.of(id).Use = use
	}
	t.turn(now)
	return nil
}

func readBounded(file string) ([]byte, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxKept {
		return nil, fmt.Errorf("%s: %d bytes, want at most %d", file, info.Size(), maxKept)
	}
	return os.ReadFile(file)
}

// parseKept reads the file, and refuses counts that cannot be.
func parseKept(text []byte) (kept, error) {
	var in kept
	if err := json.Unmarshal(text, &in); err != nil {
		return kept{}, err
	}
	for id, use := range in.Keys {
		if use.Today < 0 || len(id) != idLength || !lettersOnly(id) {
			return kept{}, fmt.Errorf("key %.40q, used %d times", id, use.Today)
		}
	}
	return in, nil
}
