// Package incident is the closed loop: trouble that is found by itself or reported
// is filed, dispatched, handled, checked, closed and evaluated (自动发现 – 立案派遣 –
// 协同处置 – 督办审核 – 结案问效), on the clock and with proof.
//
// An Incident changes by actions alone. Next, a pure function over one table of
// states and verbs, says what an action makes of it or why it may not be; a Desk does
// that with a store. Each action that was taken is an Event, and Replay makes of all
// of them exactly the Incident that is stored, whatever the tables say by then: what
// an incident needs of its class is in the event that it began with.
//
// Clocks are facts: when they began, stood and ended, and how much was allowed. What
// follows (due, left, green, yellow, red) is computed by Calendar.Read and nowhere
// else.
package incident
