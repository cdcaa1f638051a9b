package stream

// Code is a reason to end a session, sent as the WebSocket close code
// (RFC 6455, 7.4.2: 4000–4999 are private).
type Code struct {
	Number    int
	Name      string
	Reconnect bool // whether the client may come back at once and go on
}

// The reasons to end a session.
var (
	codeBadMessage = Code{4000, "bad message", false}    // a frame that is no JSON of the protocol
	codeOver       = Code{4001, "session over", false}   // of the login: logged out, expired, idle, or the account is closed
	codeDenied     = Code{4003, "denied", false}         // not known, or without the right to look
	codeTooMany    = Code{4004, "too many views", false} // more views than one session may have
	codeSlow       = Code{4008, "slow consumer", true}   // too many events behind
	codeAway       = Code{4010, "going away", true}      // the node stops
)

// Codes returns all reasons, by number.
func Codes() []Code {
	return []Code{codeBadMessage, codeOver, codeDenied, codeTooMany, codeSlow, codeAway}
}
