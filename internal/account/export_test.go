package account

import (
	"context"
	"time"
)

// What tests need to know that nobody else does.
var (
	OTPAt    = otpAt
	ParsePHC = func(text string) (string, error) {
		h, err := parsePHC(text)
		return h.String(), err
	}
)

// OldHash is the hash of a password as it was made when that was cheaper.
func OldHash(password string) string {
	return derive(password, salt(), params{memory: 8 * 1024, time: 1, threads: 1}).String()
}

// Verify is what the gate does with a token before it asks for its session.
func (k *Key) Verify(token string) error {
	_, err := k.verify(token)
	return err
}

// Sweep is what Run does once a minute, and Tell what it does twice.
func (l *Logins) Sweep() { l.sweep(context.Background()) }
func (l *Logins) Tell()  { l.tell(context.Background()) }

// Age lets all sessions be unused for so long, by the steady clock.
func (l *Logins) Age(by time.Duration) {
	for _, s := range l.known() {
		s.used.Add(-int64(by))
		s.told.Add(-int64(by))
	}
}
