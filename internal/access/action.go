package access

import (
	"errors"
	"fmt"
)

// Action is something that a principal may do.
type Action string

// The actions.
const (
	View      Action = "view"      // see what the scope holds: tiles, streams, assets, history
	Export    Action = "export"    // take layers and history away as files
	Edit      Action = "edit"      // change the registry
	Observe   Action = "observe"   // send observations and positions
	Command   Action = "command"   // tell devices what to do
	Witness   Action = "witness"   // see the pictures of findings
	Dispatch  Action = "dispatch"  // send patrols, and therefore know where they are and were
	Report    Action = "report"    // say that there is trouble, and what was done about it
	File      Action = "file"      // decide what becomes of a report: file, reject, merge (立案)
	Handle    Action = "handle"    // accept, handle, suspend and report an incident (处置)
	Check     Action = "check"     // check what was done, close and reopen (核查)
	Supervise Action = "supervise" // put under supervision, approve extensions, cancel (督办)
	Rule      Action = "rule"      // say what raises an alarm: rules, fences, silences
	Repair    Action = "repair"    // read, replay and remove what ingest refused
	Operate   Action = "operate"   // run the system: metrics, backups, devices
	Admit     Action = "admit"     // say who may come in and do what: accounts, keys, links
	Audit     Action = "audit"     // read and verify who did what
)

// Actions are all actions, in order.
func Actions() []Action {
	return []Action{View, Export, Edit, Observe, Command, Witness, Dispatch, Report, File, Handle, Check, Supervise, Rule, Repair, Operate, Admit, Audit}
}

// ErrDenied is the kind of every refusal.
var ErrDenied = errors.New("denied")

// ErrUnauthenticated is the kind of every failure to say who one is.
var ErrUnauthenticated = errors.New("not authenticated")

// ErrNobody is ErrUnauthenticated of who did not even say who he is.
var ErrNobody = fmt.Errorf("%w: say who you are: POST /v1/login", ErrUnauthenticated)

// Denied is the refusal of an action to a principal.
func Denied(who Principal, a Action) error {
	return fmt.Errorf("%w: %s may not %s", ErrDenied, who.ID, a)
}

// unbelieved is the refusal of a credential.
type unbelieved struct{ why error }

// Unbelieved is what somebody is told who brought something along to say who it is
// that is not good: always the same, so that nobody learns which keys, sessions,
// devices and links there are. The record is told why (see Why). An error that does
// not wrap ErrUnauthenticated stays as it is.
func Unbelieved(why error) error {
	if !errors.Is(why, ErrUnauthenticated) {
		return why
	}
	return unbelieved{why}
}

// Error implements error.
func (unbelieved) Error() string {
	return "not authenticated: what says who you are is not good, or not any more: log in again"
}

// Unwrap is the kind, and no more of why.
func (unbelieved) Unwrap() error { return ErrUnauthenticated }

// Why is the error in the words that are for the record alone.
func Why(err error) string {
	if u, is := errors.AsType[unbelieved](err); is {
		return u.why.Error()
	}
	return err.Error()
}
