package bus

import "errors"

// ErrSequence says that somebody else appended first.
var ErrSequence = errors.New("stream is at another sequence")

// ErrGap says that a stream no longer holds what was asked for.
var ErrGap = errors.New("stream no longer reaches back")

// ErrClosed says that the bus was closed.
var ErrClosed = errors.New("bus is closed")

// ErrTooLarge says that a message exceeds what the broker takes.
var ErrTooLarge = errors.New("message is too large")

// ErrNone says that there is no such message or entry.
var ErrNone = errors.New("none")

// ErrNobody says that no client is there to get a message.
var ErrNobody = errors.New("nobody is there to get it")

// ErrExists says that there is already what was to be made.
var ErrExists = errors.New("is there already")
