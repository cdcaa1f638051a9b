package audit

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
)

// exportFormat is what an export's first line calls itself.
const exportFormat = "suhe audit 1"

// maxLine bounds a line of an export, in bytes: an entry of all bounds, with every
// byte escaped, is shorter.
const maxLine = 256 << 10

// Export is the first line of an export: what the entries behind it are chained to.
type Export struct {
	Format string `json:"export"`
	Base   Head   `json:"base"`
}

// Proof is the last line of an export.
type Proof struct {
	Entries uint64 `json:"entries"`
	Seal    Seal   `json:"seal"` // of the last entry
}

// WriteExport writes entries that follow the base as JSON lines, which anybody can
// verify without the store: the base, the entries, and a seal of the last one. It
// ends at an entry that is not chained to the one before, with an error that wraps
// ErrBroken.
func WriteExport(w io.Writer, base Head, entries iter.Seq2[Entry, error], key Key) (Proof, error) {
	out := json.NewEncoder(w)
	if err := out.Encode(Export{exportFormat, base}); err != nil {
		return Proof{}, err
	}
	v := NewVerifier(base)
	for e, err := range entries {
		if err == nil {
			err = v.Next(e)
		}
		if err == nil {
			err = out.Encode(e)
		}
		if err != nil {
			return Proof{}, err
		}
	}
	proof := Proof{v.entries, key.Seal(v.at)}
	return proof, out.Encode(proof)
}

// ReadExport verifies an export: every entry follows the one before, none is missing
// at its end, and the seal is of one of the keys, if there are any. yield may be nil.
// Errors wrap ErrBroken if the file is not sound.
func ReadExport(r io.Reader, yield func(Entry) error, keys ...string) (Export, Proof, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	var first Export
	if err := nextLine(lines, &first); err != nil {
		return first, Proof{}, fmt.Errorf("line 1: %w", err)
	}
	if first.Format != exportFormat {
		return first, Proof{}, fmt.Errorf("%w: line 1: export: %.40q, want %q", ErrBroken, first.Format, exportFormat)
	}
	v := NewVerifier(first.Base)
	for n := 2; ; n++ {
		var line struct {
			Entry
			Proof
		}
		if err := nextLine(lines, &line); err != nil {
			return first, Proof{}, fmt.Errorf("line %d: %w", n, err)
		}
		if line.Seal.Signature != "" {
			return first, line.Proof, v.proved(line.Proof, lines, keys)
		}
		if err := v.Next(line.Entry); err != nil {
			return first, Proof{}, fmt.Errorf("line %d: %w", n, err)
		}
		if yield != nil {
			if err := yield(line.Entry); err != nil {
				return first, Proof{}, err
			}
		}
	}
}

// nextLine reads one line as JSON without fields that are unknown.
func nextLine(lines *bufio.Scanner, into any) error {
	if !lines.Scan() {
		err := lines.Err()
		if err == nil || errors.Is(err, bufio.ErrTooLong) {
			return fmt.Errorf("%w: it is missing, or longer than %d bytes", ErrBroken, maxLine)
		}
		return err
	}
	d := json.NewDecoder(bytes.NewReader(lines.Bytes()))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil {
		if _, after := d.Token(); after != io.EOF {
			err = errors.New("text behind the object")
		}
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrBroken, err)
	}
	return nil
}

// proved says whether the proof is of what was followed, and ends the file.
func (v *Verifier) proved(p Proof, lines *bufio.Scanner, keys []string) error {
	switch {
	case lines.Scan():
		return fmt.Errorf("%w: there are lines behind the proof", ErrBroken)
	case lines.Err() != nil:
		return fmt.Errorf("%w: %w", ErrBroken, lines.Err())
	case p.Entries != v.entries || p.Seal.Seq != v.at.Seq || p.Seal.Hash != v.at.Hash || p.Seal.Algorithm != v.at.Algorithm || !p.Seal.At.Equal(v.at.At):
		return fmt.Errorf("%w: the proof is of %d entries that end with %d, want %d and %d", ErrBroken, p.Entries, p.Seal.Seq, v.entries, v.at.Seq)
	}
	return p.Seal.Check(keys...)
}
