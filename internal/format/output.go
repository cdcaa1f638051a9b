package format

import (
	"bufio"
	"io"
)

// buffered gathers what is written into pieces that are worth sending.
func buffered(w io.Writer) *bufio.Writer { return bufio.NewWriterSize(w, 64<<10) }
