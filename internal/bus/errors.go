package bus

import "errors"

// ErrSequence says that somebody else appended first.
var ErrSequence = errors.New("stream is at another sequence")

// ErrGap says that a stream no longer holds what was asked for.
var ErrGap = errors.New("stream no longer reaches back")
