package ingest

import (
	"errors"
	"fmt"
)

// ErrTooLarge says that a body or message exceeds its bound in bytes.
var ErrTooLarge = errors.New("too large")

// ErrMalformed says that a message cannot be read as observations.
var ErrMalformed = errors.New("malformed")

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrMalformed}, args...)...)
}
