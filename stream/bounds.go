package stream

// bounds are how much is sent at a time and kept for one session.
type bounds struct {
	objects int // in one frame
	events  int // that a session may be behind
	formers int // former looks of a view
	held    int // objects of a view
}

// usualBounds are those that clients may count on.
func usualBounds() bounds {
	return bounds{objects: objectsPerFrame, events: eventsKept, formers: formersKept, held: maxHeld}
}
